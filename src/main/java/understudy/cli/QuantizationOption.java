package understudy.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--quantization`, for commands that read a recipe.
final class QuantizationOption {
    /// Null for the recipe's.
    @Option(
            names = "--quantization",
            paramLabel = "Q",
            description =
                    "How the frozen base is held: none, file, f32, bf16, int8, int4 or nf4"
                            + " (default: the recipe's).")
    @Nullable String word;
}
