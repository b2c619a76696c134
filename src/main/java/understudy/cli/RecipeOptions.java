package understudy.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import understudy.base.RecipeFile;

/// `--recipe`, `--config` and `--set`, for commands that read a recipe.
final class RecipeOptions {
    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "default, or seed (default: ${DEFAULT-VALUE}).")
    String recipe = "default";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML with the settings that differ from the recipe's.")
    @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting, such as min_tokens=0 or rank=16; see docs/config.md.")
    List<String> sets = List.of();

    RecipeFile load() {
        return load(List.of());
    }

    /// @param more settings that options of their own stand for; `--set` has the last word
    RecipeFile load(List<String> more) {
        List<String> all = new ArrayList<>(more);
        all.addAll(sets);
        return RecipeFile.load(recipe, config, all);
    }
}
