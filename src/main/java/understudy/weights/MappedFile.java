package understudy.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A whole file, mapped read-only; its arena ends with [#close].
record MappedFile(Path path, Arena arena, MemorySegment bytes) implements AutoCloseable {
    @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the file is open
    static MappedFile open(Damage damage) {
        Path path = damage.file();
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (!Files.isRegularFile(path)) {
                throw new IOException("not a file");
            }
            return new MappedFile(
                    path, arena, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            arena.close();
            throw damage.unreadable(e);
        }
    }

    long size() {
        return bytes.byteSize();
    }

    /// Lets the system have the pages; they are read again when they are needed.
    void release() {
        if (size() > 0) {
            bytes.unload();
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
