package understudy.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.Dataset;

/// The datasets of a home.
final class Datasets {
    private Datasets() {}

    /// @param name of a dataset; empty for the one prepared last
    static Dataset open(Workspace workspace, String name) {
        if (name.isEmpty()) {
            return Dataset.open(
                    newest(workspace)
                            .orElseThrow(() ->
                                    new UserError(
                                            "there is no dataset yet",
                                            workspace.home().toString(),
                                            "understudy prepare")));
        }
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")) {
            throw new UserError(
                    "a dataset's name has letters, digits, '.', '-' and '_' only",
                    "--name",
                    "understudy prepare --name NAME");
        }
        return Dataset.open(workspace.datasets().resolve(name));
    }

    private static Optional<Path> newest(Workspace workspace) {
        try (Stream<Path> folders = Files.list(workspace.datasets())) {
            return folders.filter(f -> Files.isRegularFile(f.resolve("dataset.yaml")))
                    .max(Comparator.comparing(Datasets::written));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileTime written(Path folder) {
        try {
            return Files.getLastModifiedTime(folder.resolve("dataset.yaml"));
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
