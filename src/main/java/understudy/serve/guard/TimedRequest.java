package understudy.serve.guard;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// A request whose body must not come too slowly. Where it does, whoever reads it is woken with a
/// [TimeoutException], and can still answer.
final class TimedRequest extends Request.Wrapper {
    private final Limits limits;
    private final long began;
    private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean complete;
    private volatile boolean late;

    /// @param began of the body, by [System#nanoTime()]
    TimedRequest(Request request, Limits limits, long began) {
        super(request);
        this.limits = limits;
        this.began = began;
    }

    @Override
    public Content.@Nullable Chunk read() {
        if (late) {
            return Content.Chunk.from(new TimeoutException("the body is too slow"), true);
        }
        Content.Chunk chunk = super.read();
        if (chunk != null) {
            bytes.addAndGet(chunk.remaining());
            if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                complete = true;
            }
        }
        return chunk;
    }

    /// Jetty's own way gives up a body that is not here yet for good, and [#drain(long)] could not
    /// read on.
    @Override
    public boolean consumeAvailable() {
        Content.Chunk chunk = complete ? null : read();
        while (chunk != null) {
            chunk.release();
            chunk = complete || late ? null : read();
        }
        return complete;
    }

    @Override
    public void demand(Runnable whenThere) {
        waiting.set(whenThere);
        super.demand(this::wake);
    }

    private void wake() {
        Runnable reader = waiting.getAndSet(null);
        if (reader != null) {
            reader.run();
        }
    }

    /// Whether nothing more of the body can come.
    boolean complete() {
        return complete;
    }

    /// Ends the body where it is too slow.
    void check(long now) {
        long grace = limits.bodyGrace().toNanos();
        long earned = (long) (bytes.get() * 1e9 / limits.bodyRate());
        if (!complete && !late && now - began > grace + earned) {
            late = true;
            wake();
        }
    }

    /// Reads on and throws away, at most `most` bytes: closing a connection over bytes that nobody
    /// has read resets it, and a client that is still sending would never see its answer.
    void drain(long most) throws InterruptedException {
        long left = most;
        while (left > 0 && !complete && !late) {
            Content.Chunk chunk = read();
            if (chunk == null) {
                CountDownLatch there = new CountDownLatch(1);
                demand(there::countDown);
                there.await(); // check() wakes it at the latest
            } else {
                left -= chunk.remaining();
                chunk.release();
            }
        }
    }
}
