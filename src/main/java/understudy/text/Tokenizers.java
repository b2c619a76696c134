package understudy.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import understudy.base.UserError;
import understudy.weights.Gguf;

/// Opens the tokenizer of a model.
public final class Tokenizers {
    private Tokenizers() {}

    /// @param model a folder with `tokenizer.json`, or a `.gguf` file
    /// @throws UserError if there is no tokenizer, or none that can be read rightly
    public static Tokenizer load(Path model) {
        return new BpeTokenizer(source(model));
    }

    /// What the tokenizer of a model is made of.
    static TokenizerSource source(Path model) {
        if (Files.isDirectory(model)) {
            return source(TokenizerJson.read(tokenizerFile(model)), model);
        }
        try (Gguf file = Gguf.open(model)) {
            return source(GgufTokenizer.read(file), model);
        }
    }

    private static TokenizerSource source(TokenizerSource source, Path model) {
        String template = TemplateFiles.read(model).template();
        return template == null ? source : withControls(source, template);
    }

    /// Added tokens that the chat template writes are controls, whatever the file calls them: a
    /// person must not be able to write one.
    static TokenizerSource withControls(TokenizerSource source, String template) {
        List<AddedToken> added =
                source.added().stream()
                        .map(t -> isWritten(t.text(), template) ? t.asControl() : t)
                        .toList();
        return source.withAdded(added);
    }

    /// Runs of blanks are added tokens in some vocabularies, and every template has blanks.
    private static boolean isWritten(String token, String template) {
        boolean blank = token.replace(PreTokenizer.BLANK_SIGN, ' ').isBlank();
        return !blank && token.length() > 2 && template.contains(token);
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
