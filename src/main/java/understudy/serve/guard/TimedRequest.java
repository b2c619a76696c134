package understudy.serve.guard;

import java.util.concurrent.TimeoutException;
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
    private volatile long bytes;
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
            bytes += chunk.remaining();
            complete |= chunk.isLast() || Content.Chunk.isFailure(chunk);
        }
        return chunk;
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

    /// Ends the body where it is too slow.
    void check(long now) {
        long grace = limits.bodyGrace().toNanos();
        long earned = (long) (bytes * 1e9 / limits.bodyRate());
        if (!complete && !late && now - began > grace + earned) {
            late = true;
            wake();
        }
    }
}
