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
import understudy.tensor.RowSource;
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
    public RowSource<Tensor> rows(String name, long... shape) {
        String stored = storedName(name);
        RowSource<Tensor> rows =
                (from, count) -> WeightTensors.rows(file, stored, shape, from, count);
        int heads = file instanceof Gguf ? pairedHeads(name) : 0;
        if (heads > 0) {
            return halfSplit(rows, Math.toIntExact(shape[0] / heads));
        }
        boolean plain = file instanceof Gguf || !name.endsWith("norm.weight");
        double offset = plain ? 0 : config.family().normOffset();
        return offset == 0
                ? rows
                : (from, count) ->
                        rows.of(from, count).to(torch.ScalarType.Float).add(new Scalar(offset));
    }

    private String storedName(String name) {
        return file instanceof Gguf
                ? GgufModel.tensorName(config.family(), name)
                : folderName(name);
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
        MemorySegment rows = WeightTensors.stored(file, stored, shape, from, count);
        shape[0] = count;
        Tensor floats = Placement.cpu(ComputeType.F32).empty(shape);
        file.floats(stored, rows, WeightTensors.memory(floats));
        if (!gguf) {
            return floats;
        }
        if (weight.ggufOffset() != 0) {
            floats.sub_(new Scalar(weight.ggufOffset()));
        }
        boolean pairs = weight.pairedRows() > 0;
        return pairs ? halfSplit(floats, weight.pairedRows()) : floats;
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
    public @Nullable RowSource<FrozenMatrices.Groups> groups(String name, int rows, int columns) {
        if (!(file instanceof Gguf) || columns % AffineGroups.GROUP != 0) {
            return null;
        }
        String stored = storedName(name);
        WeightTensors.requireShape(file, stored, rows, columns);
        if (!AffineGroups.supports(file.tensor(stored).type())) {
            return null;
        }
        RowSource<FrozenMatrices.Groups> source =
                (from, count) -> groups(stored, new long[] {rows, columns}, from, count);
        int heads = pairedHeads(name);
        return heads == 0 ? source : halfSplitGroups(source, rows / heads, columns);
    }

    private FrozenMatrices.Groups groups(String stored, long[] shape, int from, int count) {
        MemorySegment bytes = WeightTensors.stored(file, stored, shape, from, count);
        byte[] quants = new byte[Math.multiplyExact(count, (int) shape[1])];
        float[] scales = new float[quants.length / AffineGroups.GROUP];
        float[] minima = new float[scales.length];
        AffineGroups.unpack(file.tensor(stored).type(), bytes, quants, scales, minima);
        return new FrozenMatrices.Groups(quants, scales, minima);
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

    /// GGUF stores the rows of a llama model's q and k with the two partners of a rotary pair side
    /// by side; here a head's first half turns with its second half.
    ///
    /// @param rows of the file
    /// @param size rows of a head
    private static RowSource<Tensor> halfSplit(RowSource<Tensor> rows, int size) {
        return (from, count) -> {
            int first = from / size * size;
            int end = (from + count + size - 1) / size * size;
            return halfSplit(rows.of(first, end - first), size).narrow(0, from - first, count);
        };
    }

    /// @param weight whole heads, `(heads·D, columns)`, or a bias `(heads·D)`
    private static Tensor halfSplit(Tensor weight, int size) {
        long heads = weight.size(0) / size;
        return weight.view(heads, size / 2, 2, -1).transpose(1, 2).reshape(weight.sizes());
    }

    /// The same of groups.
    private static RowSource<FrozenMatrices.Groups> halfSplitGroups(
            RowSource<FrozenMatrices.Groups> rows, int size, int columns) {
        int inRow = columns / AffineGroups.GROUP;
        return (from, count) -> {
            int first = from / size * size;
            int end = (from + count + size - 1) / size * size;
            FrozenMatrices.Groups all = rows.of(first, end - first);
            byte[] quants = new byte[count * columns];
            float[] scales = new float[count * inRow];
            float[] minima = new float[scales.length];
            for (int i = 0; i < count; i++) {
                int row = from + i;
                int to = row % size;
                int half = size / 2;
                int in = row - to - first + (to < half ? 2 * to : 2 * (to - half) + 1);
                System.arraycopy(all.quants(), in * columns, quants, i * columns, columns);
                System.arraycopy(all.scales(), in * inRow, scales, i * inRow, inRow);
                System.arraycopy(all.minima(), in * inRow, minima, i * inRow, inRow);
            }
            return new FrozenMatrices.Groups(quants, scales, minima);
        };
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
