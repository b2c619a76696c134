package understudy.serve.guard;

import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/// Ends a request after the rest of its body has come, where it was answered before.
final class Lingering implements Callback {
    /// More is cut off: who goes on after an answer that was sent long ago does not look at it.
    private static final long MOST_BYTES = 64 << 20;

    private final TimedRequest request;
    private final Callback callback;

    Lingering(TimedRequest request, Callback callback) {
        this.request = request;
        this.callback = callback;
    }

    @Override
    public void succeeded() {
        if (request.getLength() == 0 || request.complete()) {
            callback.succeeded();
        } else {
            Thread.startVirtualThread(this::drain);
        }
    }

    private void drain() {
        try {
            request.drain(MOST_BYTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        callback.succeeded();
    }

    @Override
    public void failed(Throwable cause) {
        callback.failed(cause);
    }

    @Override
    public Invocable.InvocationType getInvocationType() {
        return callback.getInvocationType();
    }
}
