package understudy.reply;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import understudy.base.HttpChunks;
import understudy.reply.Refusal.Reason;

/// Lets so many work at once and so many wait. Clients take turns: one that asks for much waits
/// behind the first request of each other.
final class FairTurns {
    /// Seconds after which to try again when too many wait.
    private static final int RETRY = 5;

    private final int atOnce;
    private final int most;
    private final FairQueue<Semaphore> waiting = new FairQueue<>();
    private int running;

    FairTurns(int atOnce, int most) {
        this.atOnce = atOnce;
        this.most = most;
    }

    /// Waits for a turn.
    ///
    /// @return false where `cancelled` said so before it came; else [#done()] must follow
    /// @throws Refusal where too many wait
    boolean take(String client, BooleanSupplier cancelled) throws InterruptedException {
        Semaphore turn = enter(client);
        if (turn == null) {
            return true;
        }
        boolean taken = false;
        try {
            while (!taken && !cancelled.getAsBoolean()) {
                taken = turn.tryAcquire(HttpChunks.LOOK.toMillis(), TimeUnit.MILLISECONDS);
            }
            return taken;
        } finally {
            if (!taken) {
                leave(client, turn);
            }
        }
    }

    /// @return null where the turn has come already
    private synchronized @Nullable Semaphore enter(String client) {
        if (running < atOnce) {
            running++;
            return null;
        }
        if (waiting.size() >= most) {
            throw new Refusal(
                    Reason.BUSY,
                    waiting.size() + " requests wait for the server already",
                    null,
                    "try again later",
                    RETRY,
                    null);
        }
        Semaphore turn = new Semaphore(0);
        waiting.add(client, turn);
        return turn;
    }

    private synchronized void leave(String client, Semaphore turn) {
        if (!waiting.remove(client, turn)) {
            done(); // its turn came in this very moment
        }
    }

    /// Gives the turn to the next.
    synchronized void done() {
        Semaphore next = waiting.next();
        if (next == null) {
            running--;
        } else {
            next.release();
        }
    }

    synchronized int running() {
        return running;
    }

    synchronized int waiting() {
        return waiting.size();
    }
}
