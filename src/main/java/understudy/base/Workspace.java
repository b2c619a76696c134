package understudy.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The folders of one home, where everything that belongs to a person lies.
///
/// ```
/// HOME/ chats.db  corrections.jsonl  facts.md  datasets/NAME/  runs/ID/  models/  logs/
/// ```
///
/// @param home absolute
public record Workspace(Path home) {
    public Workspace {
        home = home.toAbsolutePath().normalize();
    }

    /// `$UNDERSTUDY_HOME`, else `~/.understudy`.
    public static Workspace standard() {
        String set = System.getenv("UNDERSTUDY_HOME");
        return new Workspace(
                set != null && !set.isBlank()
                        ? Path.of(set)
                        : Path.of(System.getProperty("user.home"), ".understudy"));
    }

    public Path chats() {
        return ready(home).resolve("chats.db");
    }

    /// What the owner would rather have said; there may be no such file yet.
    public Path corrections() {
        return ready(home).resolve("corrections.jsonl");
    }

    public Path datasets() {
        return ready(home.resolve("datasets"));
    }

    /// Models that come from other places than the Hugging Face hub, whose cache has its own home.
    public Path models() {
        return ready(home.resolve("models"));
    }

    public Path runs() {
        return ready(home.resolve("runs"));
    }

    public Path logs() {
        return ready(home.resolve("logs"));
    }

    private static Path ready(Path folder) {
        try {
            PrivateFiles.createFolders(folder);
            return folder;
        } catch (IOException e) {
            throw new UserError(
                    "cannot create the folder",
                    folder.toString(),
                    "choose another place with --home DIR, or make this one writable",
                    new UncheckedIOException(e));
        }
    }

    /// Whether anything was ever stored in this home.
    public boolean exists() {
        return Files.isDirectory(home);
    }
}
