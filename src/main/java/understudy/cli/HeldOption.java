package understudy.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import understudy.tensor.Quantization;

/// `--quantization`, for commands that write with a finished run.
final class HeldOption {
    /// Null for the default of [LoadedModel#held].
    @Option(
            names = "--quantization",
            paramLabel = "Q",
            description =
                    "How the base is held: none, file, f32, bf16, int8, int4 or nf4 (default: as"
                        + " when the run learned, or as its file holds it where nothing was rounded"
                        + " for that; fewer bits are faster, and round what was learned for another"
                        + " form).")
    @Nullable String word;

    /// @return null for the default
    /// @throws understudy.base.UserError for a word that is none
    @Nullable Quantization form() {
        return word == null ? null : Quantization.of(word);
    }
}
