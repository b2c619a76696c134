package understudy.serve.guard;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// Ends connections that are too slow: whose request does not come, and whose answer is not taken.
///
/// Jetty's idle timeout begins anew with every byte, so that one byte in five seconds holds a
/// connection for ever. Here the whole of a request's headers, and the whole of a write, have a
/// time. Between the two a connection may be quiet for as long as a model needs.
final class Connections implements Connection.Listener, AutoCloseable {
    private static final long SWEEP_MILLIS = 250;

    private final Limits limits;
    private final Map<EndPoint, Watch> open = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    Connections(Limits limits) {
        this.limits = limits;
        Thread.ofPlatform().daemon().name("connections").start(this::sweepUntilClosed);
    }

    /// One connection. Times are those of [System#nanoTime()], null where nothing is waited for.
    static final class Watch {
        private final boolean excess;
        private volatile @Nullable Long waitingSince = System.nanoTime();
        private volatile @Nullable Long writingSince;
        private volatile @Nullable TimedRequest body;

        private Watch(boolean excess) {
            this.excess = excess;
        }

        /// Whether there were too many when it was opened.
        boolean excess() {
            return excess;
        }

        void writing() {
            writingSince = System.nanoTime();
        }

        void written() {
            writingSince = null;
        }

        private void ended() {
            body = null;
            writingSince = null;
            waitingSince = System.nanoTime();
        }
    }

    @Override
    public void onOpened(Connection connection) {
        int before = open.size();
        if (before >= 2 * limits.connections()) {
            connection.getEndPoint().close();
        } else {
            open.put(connection.getEndPoint(), new Watch(before >= limits.connections()));
        }
    }

    @Override
    public void onClosed(Connection connection) {
        open.remove(connection.getEndPoint());
    }

    /// Open now.
    int count() {
        return open.size();
    }

    /// A request's headers are here.
    ///
    /// @return the request to go on with
    TimedRequest begin(Request request, Watch watch) {
        TimedRequest timed = new TimedRequest(request, limits, System.nanoTime());
        watch.body = timed;
        watch.waitingSince = null;
        Request.addCompletionListener(request, failure -> watch.ended());
        return timed;
    }

    Watch watch(Request request) {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        return open.computeIfAbsent(endPoint, e -> new Watch(false));
    }

    private void sweepUntilClosed() {
        try {
            while (!closed.await(SWEEP_MILLIS, TimeUnit.MILLISECONDS)) {
                sweep();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does; the thread ends with the process
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        open.forEach((endPoint, watch) -> {
            TimedRequest body = watch.body;
            if (body != null) {
                body.check(now);
            }
            if (over(watch.waitingSince, limits.headerTime().toNanos(), now)
                    || over(watch.writingSince, limits.writeTime().toNanos(), now)) {
                endPoint.close(new TimeoutException("the client is too slow"));
            }
            if (!endPoint.isOpen()) {
                open.remove(endPoint);
            }
        });
    }

    private static boolean over(@Nullable Long since, long most, long now) {
        return since != null && now - since > most;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
