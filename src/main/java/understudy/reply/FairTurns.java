package understudy.reply;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import understudy.reply.Refusal.Reason;

/// Lets so many work at once and so many wait. Clients take turns: one that asks for much waits
/// behind the first request of each other.
final class FairTurns {
    /// Seconds after which to try again when too many wait.
    private static final int RETRY = 5;

    private final int atOnce;
    private final int most;
    private final Map<String, Queue<Semaphore>> waiting = new LinkedHashMap<>();
    private int running;
    private int queued;

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
                taken = turn.tryAcquire(UpstreamBody.LOOK.toMillis(), TimeUnit.MILLISECONDS);
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
        if (queued >= most) {
            throw new Refusal(
                    Reason.BUSY,
                    queued + " requests wait for the server already",
                    null,
                    "try again later",
                    RETRY,
                    null);
        }
        queued++;
        Semaphore turn = new Semaphore(0);
        waiting.computeIfAbsent(client, c -> new ArrayDeque<>()).add(turn);
        return turn;
    }

    private synchronized void leave(String client, Semaphore turn) {
        Queue<Semaphore> own = waiting.get(client);
        if (own != null && own.remove(turn)) {
            queued--;
            if (own.isEmpty()) {
                waiting.remove(client);
            }
        } else {
            done(); // its turn came in this very moment
        }
    }

    /// Gives the turn to the next.
    synchronized void done() {
        if (waiting.isEmpty()) {
            running--;
            return;
        }
        Map.Entry<String, Queue<Semaphore>> next = waiting.entrySet().iterator().next();
        waiting.remove(next.getKey());
        Semaphore turn = next.getValue().remove();
        if (!next.getValue().isEmpty()) {
            waiting.put(next.getKey(), next.getValue()); // behind all others
        }
        queued--;
        turn.release();
    }

    synchronized int running() {
        return running;
    }

    synchronized int waiting() {
        return queued;
    }
}
