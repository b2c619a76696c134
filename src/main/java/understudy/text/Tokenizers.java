package understudy.text;

import java.nio.file.Files;
import java.nio.file.Path;
import understudy.base.UserError;
import understudy.weights.Gguf;

/// Opens the tokenizer of a model.
public final class Tokenizers {
    private Tokenizers() {}

    /// @param model a folder with `tokenizer.json`, or a `.gguf` file
    /// @throws UserError if there is no tokenizer, or none that can be read rightly
    public static Tokenizer load(Path model) {
        if (Files.isDirectory(model)) {
            return new BpeTokenizer(TokenizerJson.read(tokenizerFile(model)));
        }
        try (Gguf file = Gguf.open(model)) {
            return new BpeTokenizer(GgufTokenizer.read(file));
        }
    }

    private static Path tokenizerFile(Path folder) {
        Path file = folder.resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            throw new UserError(
                    "no tokenizer.json in the model's folder",
                    folder.toString(),
                    "fetch the model again, or use one that has it (understudy model list)");
        }
        return file;
    }
}
