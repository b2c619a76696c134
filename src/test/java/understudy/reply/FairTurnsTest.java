package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FairTurnsTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void clientsTakeTurns() throws Exception {
        FairTurns turns = new FairTurns(1, 10);
        assertThat(turns.take("first", () -> false)).isTrue();
        List<String> order = new CopyOnWriteArrayList<>();
        int waiting = 0;
        for (String client : List.of("a", "a", "a", "b", "c", "b")) {
            threads.submit(() -> {
                turns.take(client, () -> false);
                order.add(client);
                turns.done();
                return null;
            });
            int expected = ++waiting;
            await().until(() -> turns.waiting() == expected);
        }
        turns.done();
        await().until(() -> order.size() == 6);
        assertThat(order).containsExactly("a", "b", "c", "a", "b", "a");
        await().until(() -> turns.running() == 0);
        assertThat(turns.waiting()).isZero();
    }

    @Test
    void moreThanMayWaitAreRefused() throws Exception {
        FairTurns turns = new FairTurns(2, 1);
        AtomicBoolean cancelled = new AtomicBoolean();
        turns.take("a", () -> false);
        turns.take("b", () -> false);
        threads.submit(() -> turns.take("c", cancelled::get));
        await().until(() -> turns.waiting() == 1);
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> turns.take("d", () -> false));
        assertThat(refusal.reason()).isEqualTo(Refusal.Reason.BUSY);
        assertThat(refusal.retryAfter()).isPositive();
        cancelled.set(true);
        await().until(() -> turns.waiting() == 0);
        assertThat(turns.running()).isEqualTo(2);
    }

    /// A turn that comes while its client gives up is not lost.
    @Test
    void turnsAreNotLost() throws Exception {
        FairTurns turns = new FairTurns(1, 1000);
        for (int round = 0; round < 200; round++) {
            turns.take("a", () -> false);
            AtomicBoolean cancelled = new AtomicBoolean();
            threads.submit(() -> {
                if (turns.take("b", cancelled::get)) {
                    turns.done();
                }
                return null;
            });
            soon(() -> turns.waiting() == 1);
            cancelled.set(true);
            turns.done();
            soon(() -> turns.running() == 0 && turns.waiting() == 0);
        }
    }

    private static void soon(Callable<Boolean> condition) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(condition);
    }
}
