package understudy.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import understudy.base.UserError;

/// A person's own files: a folder in Hugging Face form, or one .gguf file.
///
/// @param path absolute
record LocalSource(Path path) implements ModelSource {
    /// Formats that run code when they are opened.
    private static final Set<String> PICKLES =
            Set.of("bin", "pt", "pth", "pkl", "pickle", "ckpt", "joblib", "dill");

    static boolean isGguf(Path path) {
        return extension(path.toString()).equals("gguf");
    }

    static boolean isPickle(String name) {
        return PICKLES.contains(extension(name));
    }

    private static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    @Override
    public String label() {
        return path.toString();
    }

    /// @throws UserError when something is there that is no model
    @Override
    public Optional<LocalModel> local() {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        if (isPickle(path.toString()) && Files.isRegularFile(path)) {
            throw pickle();
        }
        if (Files.isDirectory(path) ? !HubCache.isModel(path) : !isGguf(path)) {
            throw Files.isDirectory(path) && pickles() ? pickle() : noModel();
        }
        return Optional.of(new LocalModel(path.toString(), path, null, null, null));
    }

    private UserError pickle() {
        return new UserError(
                "pickled weights can run code when they are opened; they are refused",
                path.toString(),
                "use the model in the safetensors or GGUF format");
    }

    private UserError noModel() {
        return new UserError(
                "that is no model",
                path.toString(),
                "give a .gguf file, or a folder with config.json and model.safetensors");
    }

    private boolean pickles() {
        try (Stream<Path> files = Files.list(path)) {
            return files.anyMatch(file -> isPickle(file.toString()));
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public LocalModel fetch(Progress progress) {
        return local().orElseThrow(() ->
                new UserError(
                        "there is no such file or folder",
                        path.toString(),
                        "check the path; understudy model list shows the models with names"));
    }
}
