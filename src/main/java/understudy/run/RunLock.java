package understudy.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import understudy.base.PrivateFiles;
import understudy.base.UserError;

/// The right to train one run, or to be the one bot, held by one process.
///
/// A lock of the operating system, so it is free again however its process ends. The file also
/// names the process, for the message to whoever comes second.
public final class RunLock implements AutoCloseable {
    private static final String FILE = "lock";

    /// Locks this one byte, far behind the text: on Windows a locked region cannot be read.
    private static final long LOCKED_BYTE = 1L << 40;

    /// Lock files of this process. POSIX drops a process's lock on a file as soon as the process
    /// closes any channel of that file, so a file in here is never opened a second time.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// @param folder of the run
    /// @throws UserError naming the process that has it
    public static RunLock take(Path folder) throws IOException {
        return take(folder, "training this run");
    }

    /// @param doing what the process that has it does, for the error: `training this run`
    /// @throws UserError naming the process that has it
    public static RunLock take(Path folder, String doing) throws IOException {
        Path file = folder.toRealPath().resolve(FILE);
        if (!HELD.add(file)) {
            throw taken(folder, Long.toString(ProcessHandle.current().pid()), doing);
        }
        FileChannel channel = null;
        try {
            PrivateFiles.ensure(file);
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            waitForLock(folder, channel, doing);
            channel.truncate(0);
            String pid = Long.toString(ProcessHandle.current().pid());
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
            return new RunLock(file, channel);
        } catch (IOException | UserError e) {
            if (channel != null) {
                channel.close();
            }
            HELD.remove(file);
            throw e;
        }
    }

    /// Tries for 300 ms: [#isHeld] in another process has the lock for a moment.
    private static void waitForLock(Path folder, FileChannel channel, String doing)
            throws IOException {
        for (int tries = 1; !locks(channel); tries++) {
            if (tries == 10) {
                throw taken(folder, pid(channel), doing);
            }
            LockSupport.parkNanos(30_000_000);
        }
    }

    /// Whether a process, this one included, has the lock at the moment.
    ///
    /// @param folder of the run
    public static boolean isHeld(Path folder) throws IOException {
        Path file = folder.toRealPath().resolve(FILE);
        if (HELD.contains(file)) {
            return true;
        }
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return !locks(channel); // closing the channel gives the lock back at once
        }
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this process, between its check and its open
        }
    }

    private static String pid(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20); // the digits of a long
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).trim();
    }

    private static UserError taken(Path folder, String pid, String doing) {
        return new UserError(
                "process " + (pid.isEmpty() ? "(unknown)" : pid) + " is " + doing,
                folder.toString(),
                "wait until it ends, or stop it first");
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD.remove(file);
    }
}
