package understudy.export;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import understudy.base.UserError;

/// What a run can become.
public enum Form {
    /// The adapter as it is, for PEFT.
    PEFT,
    /// A Hugging Face folder of the whole model.
    MERGED,
    /// The whole model as one GGUF file.
    GGUF,
    /// The adapter as a GGUF file.
    GGUF_LORA,
    /// A GGUF file of the whole model with a Modelfile.
    OLLAMA;

    /// Such as `gguf-lora`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Whether it is of the adapter alone.
    public boolean adapterOnly() {
        return this == PEFT || this == GGUF_LORA;
    }

    /// @throws UserError naming all of them
    public static Form of(String word) {
        List<String> words = Stream.of(values()).map(Form::word).toList();
        int index = words.indexOf(word);
        if (index < 0) {
            throw new UserError(
                    "unknown form " + word, "--as", "use one of " + String.join(", ", words));
        }
        return values()[index];
    }
}
