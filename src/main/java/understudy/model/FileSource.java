package understudy.model;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.tensor.ByteGroups;
import understudy.tensor.ComputeType;
import understudy.tensor.FrozenMatrices;
import understudy.tensor.Placement;
import understudy.tensor.WeightTensors;
import understudy.weights.AffineGroups;
import understudy.weights.Gguf;
import understudy.weights.Safetensors;
import understudy.weights.WeightFile;
import understudy.weights.WeightType;

/// A model's weights from its files.
final class FileSource implements ModelSource {
    private final WeightFile file;
    private final ModelConfig config;

    private FileSource(WeightFile file, ModelConfig config) {
        this.file = file;
        this.config = config;
    }

    /// @param model a Hugging Face folder or a .gguf file
    static FileSource open(Path model) {
        if (Files.isDirectory(model)) {
            return new FileSource(Safetensors.open(model), ModelConfig.read(model));
        }
        Gguf gguf = Gguf.open(model);
        try {
            return new FileSource(gguf, GgufModel.config(gguf));
        } catch (RuntimeException e) {
            gguf.close();
            throw e;
        }
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Tensor weight(String name, long... shape) {
        return file instanceof Gguf ? ofGguf(name, shape) : ofFolder(name, shape);
    }

    private Tensor ofFolder(String name, long... shape) {
        Tensor tensor = WeightTensors.view(file, folderName(name), shape);
        double offset = config.family().normOffset();
        return offset != 0 && name.endsWith("norm.weight")
                ? tensor.to(torch.ScalarType.Float).add(new Scalar(offset))
                : tensor;
    }

    /// Where a model that sees images keeps its language part: version 4 of transformers wrote
    /// `language_model.model.`, version 5 names it `model.language_model.`.
    private String folderName(String name) {
        if (!config.nested()) {
            return name;
        }
        String older = "language_model." + name;
        if (file.tensors().containsKey(older) || !name.startsWith("model.")) {
            return file.tensors().containsKey(older) ? older : name;
        }
        return "model.language_model." + name.substring("model.".length());
    }

    private Tensor ofGguf(String name, long... shape) {
        String stored = GgufModel.tensorName(config.family(), name);
        Tensor tensor = WeightTensors.view(file, stored, shape);
        int heads = pairedHeads(name);
        return heads == 0 ? tensor : halfSplit(tensor, heads, shape);
    }

    /// Some rows of a weight as a Hugging Face folder of the family holds them, in f32.
    ///
    /// @param weight of [StoredWeights#all]
    /// @param from   first row; of what is kept in pairs, where a head begins
    /// @param count  rows; of what is kept in pairs, whole heads
    /// @return `(count,columns)`, or `(count)`, in the caller's scope
    Tensor rows(StoredWeights.Weight weight, long from, long count) {
        boolean gguf = file instanceof Gguf;
        String stored = gguf ? weight.gguf() : folderName(weight.name());
        long[] shape = weight.shape();
        WeightTensors.requireShape(file, stored, shape);
        long columns = shape.length == 1 ? 1 : shape[1];
        shape[0] = count;
        Tensor floats = Placement.cpu(ComputeType.F32).empty(shape);
        WeightType type = file.tensor(stored).type();
        if (type.blockElements() == 1 || shape.length > 1) {
            long before = type.bytesOf(from * columns);
            MemorySegment rows = file.bytes(stored).asSlice(before, type.bytesOf(count * columns));
            file.floats(stored, rows, WeightTensors.memory(floats));
        } else {
            file.floats(stored, WeightTensors.memory(floats));
        }
        if (!gguf) {
            return floats;
        }
        if (weight.ggufOffset() != 0) {
            floats.sub_(new Scalar(weight.ggufOffset()));
        }
        boolean pairs = weight.pairedRows() > 0;
        return pairs ? halfSplit(floats, (int) (count / weight.pairedRows()), shape) : floats;
    }

    /// Heads of a weight whose rows a GGUF file keeps in pairs; 0 where it does not.
    int pairedHeads(String name) {
        if (!config.family().pairsInGguf()) {
            return 0;
        }
        return name.contains(".q_proj.")
                ? config.heads()
                : name.contains(".k_proj.") ? config.kvHeads() : 0;
    }

    @Override
    public FrozenMatrices.@Nullable Groups groups(String name, int rows, int columns) {
        if (!(file instanceof Gguf) || columns % AffineGroups.GROUP != 0) {
            return null;
        }
        String stored = GgufModel.tensorName(config.family(), name);
        WeightTensors.requireShape(file, stored, rows, columns);
        WeightType type = file.tensor(stored).type();
        if (!AffineGroups.supports(type)) {
            return null;
        }
        byte[] quants = new byte[Math.multiplyExact(rows, columns)];
        float[] scales = new float[quants.length / AffineGroups.GROUP];
        float[] minima = new float[scales.length];
        AffineGroups.unpack(type, file.bytes(stored), quants, scales, minima);
        FrozenMatrices.Groups groups = new FrozenMatrices.Groups(quants, scales, minima);
        int heads = pairedHeads(name);
        return heads == 0 ? groups : halfSplit(groups, heads, rows);
    }

    @Override
    public @Nullable ByteGroups bytes(String name, int rows, int columns) {
        if (!(file instanceof Gguf) || pairedHeads(name) != 0) {
            return null;
        }
        String stored = GgufModel.tensorName(config.family(), name);
        WeightTensors.requireShape(file, stored, rows, columns);
        return file.tensor(stored).type() == WeightType.Q8_0
                ? ByteGroups.of(file.bytes(stored), rows, columns)
                : null;
    }

    /// The same rows in the order of [#halfSplit(Tensor, int, long...)].
    private static FrozenMatrices.Groups halfSplit(
            FrozenMatrices.Groups groups, int heads, int rows) {
        byte[] quants = new byte[groups.quants().length];
        float[] scales = new float[groups.scales().length];
        float[] minima = new float[scales.length];
        int columns = quants.length / rows;
        int inRow = scales.length / rows;
        int size = rows / heads;
        for (int row = 0; row < rows; row++) {
            int in = row % size;
            int to = row - in + in / 2 + (in % 2) * (size / 2);
            System.arraycopy(groups.quants(), row * columns, quants, to * columns, columns);
            System.arraycopy(groups.scales(), row * inRow, scales, to * inRow, inRow);
            System.arraycopy(groups.minima(), row * inRow, minima, to * inRow, inRow);
        }
        return new FrozenMatrices.Groups(quants, scales, minima);
    }

    /// GGUF stores the rows of a llama model's q and k with the two partners of a rotary pair side
    /// by side; here a head's first half turns with its second half.
    ///
    /// @param shape of the weight `(heads·D, columns)`, or of the bias `(heads·D)`
    private static Tensor halfSplit(Tensor weight, int heads, long... shape) {
        return weight.view(heads, shape[0] / heads / 2, 2, -1).transpose(1, 2).reshape(shape);
    }

    @Override
    public void release() {
        file.release();
    }

    @Override
    public void close() {
        file.close();
    }
}
