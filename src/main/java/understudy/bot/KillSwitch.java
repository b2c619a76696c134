package understudy.bot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import understudy.base.PrivateFiles;
import understudy.base.UserError;

/// Stops everything that would be sent, until somebody lets it go on.
///
/// It is on while its file exists, so it also works from a shell (`touch`), from another machine
/// that sees the folder, and across restarts. Whoever sends asks [#on] right before; whoever waits
/// asks at least every [#POLL_MS].
public final class KillSwitch {
    /// Longest time between two looks at the file, milliseconds.
    public static final long POLL_MS = 250;

    private final Path file;
    private volatile boolean on; // also where the file cannot be made
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /// @param file such as `HOME/bots/stop`
    public KillSwitch(Path file) {
        this.file = file;
    }

    public Path file() {
        return file;
    }

    /// Looks at the file: as fresh as can be.
    public boolean on() {
        return on || Files.exists(file);
    }

    /// Turns it on; when this returns, nothing is sent that was not on its way already.
    ///
    /// @throws UncheckedIOException where the file cannot be made: it then holds until the process
    ///     ends, or [#release]
    public void stop() {
        on = true;
        listeners.forEach(Runnable::run);
        try {
            PrivateFiles.createFolders(file.toAbsolutePath().resolveSibling(""));
            PrivateFiles.ensure(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the kill switch will not outlast the process", e);
        }
    }

    /// Turns it off.
    public void release() {
        try {
            Files.deleteIfExists(file);
            on = false;
        } catch (IOException e) {
            throw new UserError(
                    "the kill switch could not be turned off",
                    file.toString(),
                    "delete the file",
                    e);
        }
    }

    /// @param listener run by [#stop]; a file made by somebody else is found by asking
    void onStop(Runnable listener) {
        listeners.add(listener);
    }
}
