package understudy.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A recipe: every setting of the way from messages to an adapter, in one commented YAML file.
///
/// `default` and `seed` are part of the program and name every key there is. A file of one's own
/// needs only the keys that differ, and `--set` comes last.
///
/// @param name     `default`, `seed`, or the file's name without its ending
/// @param settings sections `dataset` and `train`; each package reads its own
public record RecipeFile(String name, Settings settings) {
    private static final List<String> BUILT_IN = List.of("default", "seed");

    /// @param recipe a recipe's name, or a YAML file that changes the default recipe
    /// @param sets   `key=value` each, in this order
    public static RecipeFile load(String recipe, List<String> sets) {
        if (BUILT_IN.contains(recipe)) {
            return load(recipe, null, sets);
        }
        Path file = path(recipe);
        if (file == null || !Files.isRegularFile(file)) {
            List<String> near = Nearest.to(recipe, BUILT_IN, 1);
            throw new UserError(
                    "there is no recipe '" + recipe + "'",
                    null,
                    near.isEmpty()
                            ? "use default, seed, or a YAML file"
                            : "did you mean " + near.getFirst() + "?");
        }
        return load("default", file, sets);
    }

    /// @param recipe `default` or `seed`
    /// @param config keys that differ from it; null for none
    /// @param sets   `key=value` each, in this order
    public static RecipeFile load(String recipe, @Nullable Path config, List<String> sets) {
        if (!BUILT_IN.contains(recipe)) {
            if (config == null) {
                return load(recipe, sets);
            }
            throw new UserError("there is no recipe '" + recipe + "'", null, "use default or seed");
        }
        String origin = "recipe " + recipe;
        Settings settings = Settings.parse(resource("/recipes/" + recipe + ".yaml"), origin);
        if (config != null) {
            settings = settings.overlaid(Settings.read(config));
        }
        for (String assignment : sets) {
            settings = settings.with(assignment);
        }
        return new RecipeFile(recipe, settings);
    }

    private static @Nullable Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static String resource(String name) {
        try (InputStream in = RecipeFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("unreadable resource " + name, e);
        }
    }
}
