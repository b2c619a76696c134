package understudy.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--method`, for commands that read a recipe.
final class MethodOption {
    /// Null for the recipe's.
    @Option(
            names = "--method",
            paramLabel = "M",
            description =
                    "What learns: lora, an adapter beside the frozen base; or full, all weights of"
                            + " a small model (default: the recipe's).")
    @Nullable String word;
}
