package understudy.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// As many threads as libtorch uses, for work that is written in Java: one call, some parts.
///
/// A part takes microseconds, so the helpers look for the next call for a moment before they
/// sleep, and the caller works too. One caller at a time; others wait for their turn.
public final class Workers {
    /// How long a helper looks for work before it sleeps; longer would take the cores from
    /// libtorch's own threads.
    private static final long SPIN_NANOS = 20_000;

    /// How long a caller waits awake for the helpers: where other programs have the cores, the
    /// helper needs the one that it waits on.
    private static final long PATIENCE_NANOS = 200_000;

    private static final Workers SHARED = new Workers(Libtorch.threads());

    private final Thread[] helpers;
    private volatile @Nullable Call current;

    private Workers(int threads) {
        this.helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = Thread.ofPlatform().daemon().name("kernel-" + i).unstarted(this::serve);
            helpers[i].start();
        }
    }

    /// One call: parts are taken by whoever is free.
    private static final class Call {
        private final IntConsumer work;
        private final int parts;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Throwable failure;

        Call(IntConsumer work, int parts) {
            this.work = work;
            this.parts = parts;
        }

        void help() {
            for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                try {
                    work.accept(part);
                } catch (RuntimeException | Error e) {
                    failure = e;
                }
                done.getAndIncrement();
            }
        }

        boolean over() {
            return next.get() >= parts;
        }
    }

    /// Threads that work on a call.
    public static int threads() {
        return SHARED.helpers.length + 1;
    }

    /// Does `work` for 0 to `parts - 1` on all threads and returns when all is done.
    public static void run(int parts, IntConsumer work) {
        if (parts == 1 || SHARED.helpers.length == 0) {
            for (int part = 0; part < parts; part++) {
                work.accept(part);
            }
            return;
        }
        SHARED.share(new Call(work, parts));
    }

    /// Splits `rows` into even stretches, some a thread, and does each; returns when all are done.
    public static void rows(long rows, Stretch work) {
        int parts = (int) Math.min(rows, 4L * threads());
        run(parts, part -> work.work(rows * part / parts, rows * (part + 1) / parts));
    }

    /// Rows `from` (inclusive) to `to` (exclusive).
    @FunctionalInterface
    public interface Stretch {
        void work(long from, long to);
    }

    private synchronized void share(Call call) {
        current = call;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper); // costs nothing where it is awake
        }
        call.help();
        long since = System.nanoTime();
        while (call.done.get() < call.parts) {
            if (System.nanoTime() - since < PATIENCE_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(SPIN_NANOS);
            }
        }
        current = null;
        Throwable failure = call.failure;
        if (failure != null) {
            throw new IllegalStateException("a kernel failed", failure);
        }
    }

    private void serve() {
        long idleSince = System.nanoTime();
        while (true) {
            Call call = current;
            if (call != null && !call.over()) {
                call.help();
                idleSince = System.nanoTime();
            } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
                idleSince = System.nanoTime();
            }
        }
    }
}
