package understudy.model;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import understudy.tensor.WeightTensors;
import understudy.weights.Gguf;
import understudy.weights.Safetensors;
import understudy.weights.WeightFile;

/// A model's weights under their Hugging Face names, wherever they come from.
final class ModelSource implements AutoCloseable {
    private final WeightFile file;
    private final ModelConfig config;

    private ModelSource(WeightFile file, ModelConfig config) {
        this.file = file;
        this.config = config;
    }

    /// @param model a Hugging Face folder or a .gguf file
    static ModelSource open(Path model) {
        if (Files.isDirectory(model)) {
            return new ModelSource(Safetensors.open(model), ModelConfig.read(model));
        }
        Gguf gguf = Gguf.open(model);
        try {
            return new ModelSource(gguf, GgufModel.config(gguf));
        } catch (RuntimeException e) {
            gguf.close();
            throw e;
        }
    }

    ModelConfig config() {
        return config;
    }

    /// A weight in the caller's scope, on the CPU, in the type of the file or f32; to be copied
    /// from while this is open.
    Tensor weight(String name, long... shape) {
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
