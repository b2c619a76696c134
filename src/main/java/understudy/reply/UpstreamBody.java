package understudy.reply;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The body of an answer, taken part by part. Every wait has an end, and can be given up at once.
///
/// One part is asked for at a time: a reader that is slow slows the server, not this machine.
final class UpstreamBody implements BodySubscriber<UpstreamBody>, AutoCloseable {
    /// How often a waiting thread looks whether it shall go on.
    static final Duration LOOK = Duration.ofMillis(20);

    private record Part(List<ByteBuffer> buffers, boolean last, @Nullable Throwable failure) {}

    private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
    private final long mostBytes;
    private long bytes;

    UpstreamBody(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    @Override
    public CompletionStage<UpstreamBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Subscription given) {
        if (subscription.complete(given)) {
            given.request(1);
        } else {
            given.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        parts.add(new Part(buffers, false, null));
    }

    @Override
    public void onError(Throwable failure) {
        parts.add(new Part(List.of(), true, failure));
    }

    @Override
    public void onComplete() {
        parts.add(new Part(List.of(), true, null));
    }

    /// @return the next bytes; null at the end
    /// @throws HttpTimeoutException  when none came within `wait`
    /// @throws CancellationException when `cancelled` says so
    byte @Nullable [] next(Duration wait, BooleanSupplier cancelled)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        Part part = null;
        while (part == null) {
            if (cancelled.getAsBoolean()) {
                throw new CancellationException();
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new HttpTimeoutException("no bytes for " + wait.toSeconds() + " s");
            }
            part = parts.poll(Math.min(left, LOOK.toNanos()), TimeUnit.NANOSECONDS);
        }
        if (part.failure != null) {
            throw new IOException("the connection broke", part.failure);
        }
        if (part.last) {
            parts.add(part);
            return null;
        }
        subscription.join().request(1);
        return bytesOf(part.buffers);
    }

    private byte[] bytesOf(List<ByteBuffer> buffers) throws IOException {
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
        if (subscription.isDone()) {
            subscription.join().cancel();
        }
    }
}
