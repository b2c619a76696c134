package understudy.base;

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

/// The body of an HTTP answer, taken piece by piece with a limit on how long each may be waited
/// for.
///
/// A body read as an [java.io.InputStream] waits for ever when the other side falls silent; here
/// every wait ends, and can be given up at once. One piece is asked for at a time, so that a slow
/// reader slows the sender and fills no memory.
public final class HttpChunks implements BodySubscriber<HttpChunks>, AutoCloseable {
    /// How often a waiting thread looks whether it shall go on.
    public static final Duration LOOK = Duration.ofMillis(20);

    /// An end, with its reason where it is none.
    private record Piece(List<ByteBuffer> buffers, boolean last, @Nullable Throwable failure) {}

    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();

    @Override
    public CompletionStage<HttpChunks> getBody() {
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
        pieces.add(new Piece(buffers, false, null));
    }

    @Override
    public void onError(Throwable failure) {
        pieces.add(new Piece(List.of(), true, failure));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece(List.of(), true, null));
    }

    /// @return the next bytes; null at the end of the body
    /// @throws HttpTimeoutException when none came within `wait`
    public @Nullable List<ByteBuffer> next(Duration wait) throws IOException, InterruptedException {
        return next(wait, () -> false);
    }

    /// @return the next bytes; null at the end of the body
    /// @throws HttpTimeoutException  when none came within `wait`
    /// @throws CancellationException when `cancelled` says so
    public @Nullable List<ByteBuffer> next(Duration wait, BooleanSupplier cancelled)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        Piece piece = null;
        while (piece == null) {
            if (cancelled.getAsBoolean()) {
                throw new CancellationException();
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new HttpTimeoutException("no bytes for " + wait.toSeconds() + " s");
            }
            piece = pieces.poll(Math.min(left, LOOK.toNanos()), TimeUnit.NANOSECONDS);
        }
        if (piece.failure != null) {
            throw new IOException("the connection broke", piece.failure);
        }
        if (piece.last) {
            pieces.add(piece);
            return null;
        }
        subscription.join().request(1);
        return piece.buffers;
    }

    /// Gives up what was not read; the connection is closed when there is more.
    @Override
    public void close() {
        if (subscription.isDone()) {
            subscription.join().cancel();
        }
    }
}
