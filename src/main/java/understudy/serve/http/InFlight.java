package understudy.serve.http;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import understudy.serve.wire.ApiError;

/// The requests that are being answered by a model, and why one of them must end early.
public final class InFlight {
    /// Between two looks at a connection.
    private static final long LOOK_NANOS = 50_000_000;

    private static final int RETRY_SECONDS = 10; // a restart takes about as long

    private final Duration limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private int running;
    private volatile boolean stopping;
    private volatile boolean ending;

    /// @param limit longest time of one request
    public InFlight(Duration limit) {
        this.limit = limit;
    }

    /// Why a request ends early.
    private enum End {
        GONE,
        TIME,
        STOPPING
    }

    /// Begins a request; close it when it is answered.
    ///
    /// @throws ApiError 503 where the server is stopping
    public Request open(HttpServletRequest request) {
        lock.lock();
        try {
            refuseWhenStopping();
            running++;
        } finally {
            lock.unlock();
        }
        return new Request(request);
    }

    /// @throws ApiError 503 where the server is stopping
    public void refuseWhenStopping() {
        if (stopping) {
            throw stopped();
        }
    }

    private static ApiError stopped() {
        return ApiError.later(503, "the server is stopping", "server_stopping", RETRY_SECONDS);
    }

    /// Lets no request in any more, waits, and ends what still runs.
    ///
    /// @param patience in which answers may still come to their own end
    /// @param within   until this returns at the latest
    public void stop(Duration patience, Duration within) {
        stopping = true;
        if (!awaitEmpty(patience)) {
            ending = true;
            awaitEmpty(within.minus(patience));
        }
    }

    private boolean awaitEmpty(Duration most) {
        lock.lock();
        try {
            long nanos = most.toNanos();
            while (running > 0 && nanos > 0) {
                nanos = empty.awaitNanos(nanos);
            }
            return running == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Requests being answered or waiting for a model.
    public int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    public boolean stopping() {
        return stopping;
    }

    /// One request; used by its own thread, but for [#getAsBoolean()].
    public final class Request implements BooleanSupplier, AutoCloseable {
        private final HttpServletRequest request;
        private final long deadline = System.nanoTime() + limit.toNanos();
        private volatile long nextLook = System.nanoTime();
        private volatile @Nullable End end;

        private Request(HttpServletRequest request) {
            this.request = request;
        }

        /// Whether to stop writing. Asked for every token.
        @Override
        public boolean getAsBoolean() {
            if (end != null) {
                return true;
            }
            long now = System.nanoTime();
            if (ending) {
                end = End.STOPPING;
            } else if (now - deadline >= 0) {
                end = End.TIME;
            } else if (now - nextLook >= 0) {
                nextLook = now + LOOK_NANOS;
                if (WatchedConnector.gone(request)) {
                    end = End.GONE;
                }
            }
            return end != null;
        }

        /// A write failed.
        void gone() {
            end = End.GONE;
        }

        /// @throws ApiError   where the answer is not complete: 503 or 504
        /// @throws ClientGone where nobody waits for it
        public void check() {
            End reason = end;
            if (reason == null) {
                return;
            }
            switch (reason) {
                case GONE -> throw new ClientGone();
                case STOPPING -> throw stopped();
                case TIME ->
                        throw ApiError.later(
                                504,
                                "the answer took longer than %d s".formatted(limit.toSeconds()),
                                "time_limit",
                                0);
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                running--;
                if (running == 0) {
                    empty.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
