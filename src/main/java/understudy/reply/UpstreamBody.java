package understudy.reply;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import understudy.base.HttpChunks;

/// The bytes of another server's answer, bounded.
final class UpstreamBody implements AutoCloseable {
    private final HttpChunks chunks;
    private final long mostBytes;
    private long bytes;

    UpstreamBody(HttpChunks chunks, long mostBytes) {
        this.chunks = chunks;
        this.mostBytes = mostBytes;
    }

    /// @return the next bytes; null at the end
    /// @throws HttpTimeoutException  when none came within `wait`
    /// @throws CancellationException when `cancelled` says so
    byte @Nullable [] next(Duration wait, BooleanSupplier cancelled)
            throws IOException, InterruptedException {
        List<ByteBuffer> buffers = chunks.next(wait, cancelled);
        if (buffers == null) {
            return null;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer buffer : buffers) {
            byte[] some = new byte[buffer.remaining()];
            buffer.get(some);
            all.writeBytes(some);
        }
        bytes += all.size();
        if (bytes > mostBytes) {
            throw new IOException("more than " + mostBytes + " bytes");
        }
        return all.toByteArray();
    }

    /// All of it, or its first `most` bytes.
    byte[] all(int most, Duration wait, BooleanSupplier cancelled)
            throws IOException, InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long end = System.nanoTime() + wait.toNanos();
        while (all.size() < most) {
            byte[] part = next(Duration.ofNanos(end - System.nanoTime()), cancelled);
            if (part == null) {
                break;
            }
            all.write(part, 0, Math.min(part.length, most - all.size()));
        }
        return all.toByteArray();
    }

    /// Gives up what was not read: the connection is closed, which ends the work of most servers.
    @Override
    public void close() {
        chunks.close();
    }
}
