package understudy.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.Workspace;

/// Keeps the demo's chats apart from a person's own.
///
/// In an empty home the demo works in it, so that `understudy chat` talks to its clone at once. In
/// a home with chats of one's own it works in `HOME/demo`. When own chats are imported into a home
/// that the demo filled, what the demo made moves to `HOME/demo` first.
final class DemoHome {
    private static final String MARK = "demo.json";
    private static final String ASIDE = "demo";
    private static final List<String> MADE =
            List.of(
                    "chats.db",
                    "chats.db-wal",
                    "chats.db-shm",
                    "datasets",
                    "runs",
                    "demo-exports",
                    MARK);

    private DemoHome() {}

    /// Where the demo is to work.
    static Workspace choose(Workspace workspace) {
        boolean marked = Files.exists(workspace.home().resolve(MARK));
        boolean ownChats = Files.exists(workspace.home().resolve("chats.db")) && !marked;
        return ownChats ? new Workspace(workspace.home().resolve(ASIDE)) : workspace;
    }

    /// Marks a home as filled by the demo.
    ///
    /// @param run the finished run; null while there is none
    static void mark(Workspace demo, @Nullable String run) throws IOException {
        String text = Json.json().writeValueAsString(run == null ? "" : run);
        PrivateFiles.writeString(demo.home().resolve(MARK), text + "\n");
    }

    /// The run of a demo that was finished here; null where there is none.
    static @Nullable String finishedRun(Workspace demo) {
        try {
            String run =
                    Json.json().readTree(Files.readString(demo.home().resolve(MARK))).asString("");
            return run.isEmpty() || !Files.isDirectory(demo.runs().resolve(run)) ? null : run;
        } catch (IOException | JacksonException e) {
            return null;
        }
    }

    /// Makes room for own chats in a home that the demo filled.
    static void putAside(Workspace workspace, Console console) {
        Path home = workspace.home();
        if (!Files.exists(home.resolve(MARK))) {
            return;
        }
        Path aside = home.resolve(ASIDE);
        try {
            PrivateFiles.createFolders(aside);
            for (String name : MADE) {
                Path from = home.resolve(name);
                if (Files.exists(from)) {
                    Files.move(from, aside.resolve(name), StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        console.say("The demo's chats and clone were put aside: --home " + aside);
    }
}
