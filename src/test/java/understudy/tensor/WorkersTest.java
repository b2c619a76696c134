package understudy.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class WorkersTest {
    @Test
    void everyPartIsDoneOnceACallHoweverLongTheOthersTake() {
        for (int parts : new int[] {1, 2, 3, 7, 64, 1000}) {
            for (int slow : new int[] {0, parts / 2, parts - 1}) {
                AtomicIntegerArray done = new AtomicIntegerArray(parts);
                Workers.Part work =
                        (part, thread) -> {
                            if (part == slow) {
                                LockSupport.parkNanos(2_000_000);
                            }
                            done.incrementAndGet(part);
                        };
                Workers.stretches(parts, work);
                Workers.run(parts, part -> work.work(part, 0));
                for (int part = 0; part < parts; part++) {
                    assertThat(done.get(part)).as("part %d of %d", part, parts).isEqualTo(2);
                }
            }
        }
    }

    @Test
    void noTwoPartsAtOnceHaveTheSameThread() {
        AtomicIntegerArray within = new AtomicIntegerArray(Workers.threads());
        AtomicInteger together = new AtomicInteger();
        for (int i = 0; i < 200; i++) {
            Workers.stretches(
                    20,
                    (part, thread) -> {
                        if (within.incrementAndGet(thread) > 1) {
                            together.incrementAndGet();
                        }
                        Thread.onSpinWait();
                        within.decrementAndGet(thread);
                    });
        }
        assertThat(together).hasValue(0);
    }

    @Test
    void theCallerGoesThroughItsStretchInOrder() {
        List<Integer> mine = new ArrayList<>();
        Workers.stretches(
                100,
                (part, thread) -> {
                    if (thread == 0 && part < 100 / Workers.threads()) {
                        mine.add(part);
                    }
                });
        assertThat(mine).isSorted(); // the last ones may have been taken by another
    }

    @Test
    void aFailureIsToldAndTheNextCallWorks() {
        assertThatThrownBy(() ->
                        Workers.run(
                                10,
                                part -> {
                                    if (part == 9) {
                                        throw new IllegalArgumentException("part 9");
                                    }
                                }))
                .hasStackTraceContaining("part 9");
        AtomicInteger done = new AtomicInteger();
        Workers.run(10, part -> done.incrementAndGet());
        assertThat(done).hasValue(10);
    }
}
