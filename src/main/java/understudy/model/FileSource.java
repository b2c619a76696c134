package understudy.model;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import understudy.tensor.WeightTensors;
import understudy.weights.Gguf;
import understudy.weights.Safetensors;
import understudy.weights.WeightFile;

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
        if (!(file instanceof Gguf)) {
            return WeightTensors.view(file, name, shape);
        }
        Tensor tensor = WeightTensors.view(file, GgufModel.tensorName(name), shape);
        boolean query = name.endsWith("q_proj.weight");
        boolean key = name.endsWith("k_proj.weight");
        if (config.family() != Family.LLAMA || !(query || key)) {
            return tensor;
        }
        return halfSplit(tensor, query ? config.heads() : config.kvHeads());
    }

    /// GGUF stores the rows of a llama model's q and k with the two partners of a rotary pair side
    /// by side; here a head's first half turns with its second half.
    private static Tensor halfSplit(Tensor weight, int heads) {
        long rows = weight.size(0);
        long columns = weight.size(1);
        return weight.view(heads, rows / heads / 2, 2, columns)
                .transpose(1, 2)
                .reshape(rows, columns);
    }

    @Override
    public void close() {
        file.close();
    }
}
