package understudy.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
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
            int thread = i + 1;
            helpers[i] =
                    Thread.ofPlatform().daemon().name("kernel-" + i).unstarted(() -> serve(thread));
            helpers[i].start();
        }
    }

    /// One call. All take the next part of one stretch, or each has a stretch of its own, and who
    /// is done takes the last ones of another.
    private static final class Call {
        /// Longs from one thread's stretch to the next: a line of the cache each, and the one that
        /// comes with it.
        private static final int APART = 16;

        private final Part work;
        private final int parts;
        private final int stretches;
        private final AtomicLongArray left; // the next part in the high half, the end in the low
        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Throwable failure;

        Call(Part work, int parts, int stretches) {
            this.work = work;
            this.parts = parts;
            this.stretches = stretches;
            this.left = new AtomicLongArray(stretches * APART);
            for (int i = 0; i < stretches; i++) {
                long from = (long) parts * i / stretches;
                left.setPlain(i * APART, from << 32 | (long) parts * (i + 1) / stretches);
            }
        }

        void help(int thread) {
            int did = 0;
            for (int part = take(thread); part >= 0; part = take(thread)) {
                try {
                    work.work(part, thread);
                } catch (RuntimeException | Error e) {
                    failure = e;
                }
                did++;
            }
            done.addAndGet(did);
        }

        /// The next part for a thread; -1 where all are taken.
        private int take(int thread) {
            int part = take(thread % stretches, true);
            for (int i = 1; part < 0 && i < stretches; i++) {
                part = take((thread + i) % stretches, false);
            }
            return part;
        }

        private int take(int owner, boolean first) {
            while (true) {
                long range = left.get(owner * APART);
                int next = (int) (range >>> 32);
                int end = (int) range;
                if (next >= end) {
                    return -1;
                }
                long rest = first ? range + (1L << 32) : range - 1;
                if (left.compareAndSet(owner * APART, range, rest)) {
                    return first ? next : end - 1;
                }
            }
        }

        boolean over() {
            for (int i = 0; i < stretches; i++) {
                long range = left.get(i * APART);
                if ((int) (range >>> 32) < (int) range) {
                    return false;
                }
            }
            return true;
        }
    }

    /// Threads that work on a call.
    public static int threads() {
        return SHARED.helpers.length + 1;
    }

    /// Does `work` for 0 to `parts - 1` on all threads and returns when all is done.
    public static void run(int parts, IntConsumer work) {
        run(parts, false, (part, thread) -> work.accept(part));
    }

    /// The same of parts that lie one behind the other in memory, which is read ahead for a thread
    /// that goes on with the next one. A thread keeps to memory of its own, too, so that what it
    /// writes there stays in its core's cache.
    public static void stretches(int parts, Part work) {
        run(parts, true, work);
    }

    private static void run(int parts, boolean stretches, Part work) {
        if (parts == 1 || SHARED.helpers.length == 0) {
            for (int part = 0; part < parts; part++) {
                work.work(part, 0);
            }
            return;
        }
        SHARED.share(new Call(work, parts, stretches ? threads() : 1));
    }

    /// One part of a call.
    @FunctionalInterface
    public interface Part {
        /// @param thread which of [#threads] does it; no two parts at once have the same
        void work(int part, int thread);
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
        call.help(0);
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

    private void serve(int thread) {
        long idleSince = System.nanoTime();
        while (true) {
            Call call = current;
            if (call != null && !call.over()) {
                call.help(thread);
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
