package understudy.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.tensor.ComputeType;
import understudy.tensor.TensorFile;

/// A whole model on disk in the form that transformers, and everything built on it, loads:
/// `config.json`, `model.safetensors` and, where the base has them as files, those of its
/// tokenizer.
public final class ModelFolder {
    private static final String WEIGHTS = "model.safetensors";

    /// What a base's folder says of texts, not of weights.
    private static final List<String> OF_TEXTS =
            List.of(
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "tokenizer.model",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.json",
                    "merges.txt",
                    "chat_template.jinja",
                    "chat_template.json",
                    "generation_config.json");

    private static final long MOST_BYTES = 256L << 20;

    private ModelFolder() {}

    /// Writes what `weights` holds into `folder`, in the type that its model computes in. Each file
    /// appears whole or not at all, and the weights last; those of a GGUF base come without a
    /// tokenizer.
    ///
    /// @param base the folder or .gguf file that the model was loaded from
    public static void write(FullWeights weights, Path folder, Path base) throws IOException {
        PrivateFiles.createFolders(folder);
        LanguageModel model = weights.model();
        boolean hub = Files.isDirectory(base);
        ObjectNode config = hub ? HubConfigs.copied(base) : HubConfigs.made(model.config());
        ComputeType type = model.place().type();
        config.remove("dtype");
        config.put("torch_dtype", type == ComputeType.BF16 ? "bfloat16" : "float32");
        byte[] text = Json.json().writerWithDefaultPrettyPrinter().writeValueAsBytes(config);
        PrivateFiles.write(folder.resolve("config.json"), out -> out.write(text));
        if (hub) {
            copyTokenizer(base, folder);
        }
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> stored = stored(weights);
            PrivateFiles.write(folder.resolve(WEIGHTS), out -> TensorFile.write(stored, type, out));
        }
    }

    /// Weights as a folder holds them, see [Family#normOffset].
    private static Map<String, Tensor> stored(FullWeights weights) {
        double offset = weights.model().config().family().normOffset();
        Map<String, Tensor> stored = new LinkedHashMap<>();
        weights.named(weights.parameters())
                .forEach((name, weight) -> {
                    boolean less = offset != 0 && name.endsWith("norm.weight");
                    stored.put(name, less ? weight.sub(new Scalar(offset)) : weight);
                });
        return stored;
    }

    private static void copyTokenizer(Path base, Path folder) throws IOException {
        for (String name : OF_TEXTS) {
            Path file = base.resolve(name);
            if (!Files.isRegularFile(file)) {
                continue;
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new UserError(
                        "a file of the base model's tokenizer is too large",
                        file.toString(),
                        "fetch the model again with `understudy model get NAME`",
                        ExitCode.UNEXPECTED_STATE,
                        null);
            }
            PrivateFiles.write(folder.resolve(name), out -> Files.copy(file, out));
        }
    }
}
