package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import understudy.base.UserError;

/// Polling goes on, whatever happens, and says so seldom.
class PollerTest {
    private static final long SEED = 77;

    @TempDir Path folder;
    private final StepPace pace = new StepPace();
    private final StubTransport transport = new StubTransport(pace);
    private final Telling telling = new Telling();
    private final List<Update> handed = new CopyOnWriteArrayList<>();
    private final AtomicReference<RuntimeException> ended = new AtomicReference<>();
    private BotStore store;
    private Poller poller;
    private Thread thread;
    private volatile boolean stopped;

    @BeforeEach
    void open() {
        store = BotStore.open(folder.resolve("telegram.db"));
        poller =
                new Poller(
                        transport,
                        new Inbox(store),
                        handed::addAll,
                        new Notices(telling, pace),
                        pace,
                        random());
        thread = new Thread(this::poll);
    }

    private static RandomGenerator random() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    }

    private void poll() {
        try {
            poller.run(() -> stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            ended.set(e);
        }
    }

    @AfterEach
    void close() throws InterruptedException {
        stopped = true;
        thread.interrupt();
        thread.join();
        store.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"NETWORK", "UNREACHABLE", "SERVER"})
    void tenMinutesOfOutageAreFewLinesAndAMinuteLaterItIsBack(ChatTransport.Failed.Kind kind) {
        List<Long> tries = Collections.synchronizedList(new ArrayList<>());
        AtomicLong back = new AtomicLong();
        long end = pace.nanos() + Duration.ofMinutes(10).toNanos();
        for (int i = 0; i < 1000; i++) {
            transport.poll(() -> {
                if (pace.nanos() > end) {
                    back.compareAndSet(0, pace.nanos());
                    return List.of(BotStoreTest.message(5, 7, "back"));
                }
                tries.add(pace.nanos());
                throw StubTransport.failed(kind);
            });
        }
        thread.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> !handed.isEmpty());
        assertThat(Duration.ofNanos(back.get() - end)).isLessThan(Duration.ofSeconds(60));
        assertThat(tries).hasSizeBetween(12, 30);
        for (int i = 1; i < tries.size(); i++) {
            assertThat(Duration.ofNanos(tries.get(i) - tries.get(i - 1)))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
        assertThat(telling.lines).hasSizeBetween(2, 30);
        assertThat(telling.lines.getLast()).isEqualTo("connected as @stub");
    }

    @Test
    void waitsGrowToAMinuteAndAreShortenedByChance() {
        Backoff backoff = new Backoff(random());
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            waits.add(backoff.next().toMillis());
        }
        assertThat(waits).allMatch(ms -> ms >= 1000 && ms <= 60_000);
        assertThat(waits.getFirst()).isEqualTo(1000);
        assertThat(waits.subList(10, 200)).allMatch(ms -> ms >= 27_500);
        assertThat(waits.stream().distinct().count()).isGreaterThan(150);
        backoff.reset();
        assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void saysAtOnceThatItIsConnectedAndThenAsksForLong() {
        AtomicLong said = new AtomicLong();
        transport.poll(List::of);
        transport.poll(() -> {
            said.set(telling.lines.size());
            return List.of(BotStoreTest.message(5, 7, "a"));
        });
        transport.poll(() -> {
            throw StubTransport.failed(ChatTransport.Failed.Kind.NETWORK);
        });
        transport.poll(List::of);
        thread.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> transport.waits.size() >= 6);
        assertThat(said).hasValue(1);
        assertThat(handed).hasSize(1);
        List<Duration> waits = transport.waits;
        assertThat(waits.get(0)).isZero();
        assertThat(waits.get(1)).isEqualTo(Duration.ofSeconds(50));
        assertThat(waits.get(2)).isEqualTo(Duration.ofSeconds(50)); // the one that fails
        assertThat(waits.get(3)).isZero();
        assertThat(waits.get(4)).isEqualTo(Duration.ofSeconds(50));
    }

    @Test
    void twoProgramsAreNoticedThoughAShortQuestionIsAnswered() throws InterruptedException {
        transport.poll(List::of);
        for (int i = 0; i < 20; i++) {
            transport.poll(() -> {
                if (transport.waits.getLast().isZero()) {
                    return List.of();
                }
                throw StubTransport.failed(ChatTransport.Failed.Kind.CONFLICT);
            });
        }
        thread.start();
        thread.join();
        assertThat(ended.get()).isInstanceOf(UserError.class).hasMessageContaining("another");
    }

    @Test
    void aWrongTokenEndsItWithAdvice() throws InterruptedException {
        transport.poll(() -> {
            throw StubTransport.failed(ChatTransport.Failed.Kind.TOKEN);
        });
        thread.start();
        thread.join();
        assertThat(ended.get()).isInstanceOf(UserError.class);
        assertThat(((UserError) ended.get()).fix()).contains("@BotFather");
    }

    @Test
    void anotherPollerIsWaitedForThenExplained() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            transport.poll(() -> {
                throw StubTransport.failed(ChatTransport.Failed.Kind.CONFLICT);
            });
        }
        long start = pace.nanos();
        thread.start();
        thread.join();
        assertThat(ended.get()).isInstanceOf(UserError.class).hasMessageContaining("another");
        assertThat(Duration.ofNanos(pace.nanos() - start)).isGreaterThan(Duration.ofSeconds(55));
        assertThat(telling.lines).hasSizeLessThanOrEqualTo(30);
    }

    @Test
    void aConflictThatPassesIsNoMatter() {
        for (int i = 0; i < 4; i++) {
            transport.poll(() -> {
                throw StubTransport.failed(ChatTransport.Failed.Kind.CONFLICT);
            });
        }
        transport.poll(() -> List.of(BotStoreTest.message(5, 7, "a")));
        thread.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> handed.size() == 1);
    }

    @Test
    void waitsAsLongAsItIsTold() {
        transport.poll(() -> {
            throw StubTransport.failed(ChatTransport.Failed.Kind.FLOOD, 300, 0);
        });
        transport.poll(() -> List.of(BotStoreTest.message(5, 7, "a")));
        long start = pace.nanos();
        thread.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> handed.size() == 1);
        assertThat(Duration.ofNanos(pace.nanos() - start))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(300));
    }

    @Test
    void errorsOfTheProgramDoNotEndIt() {
        for (int i = 0; i < 3; i++) {
            transport.poll(() -> {
                throw new IllegalStateException("private words");
            });
        }
        transport.poll(() -> List.of(BotStoreTest.message(5, 7, "a")));
        thread.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> handed.size() == 1);
        assertThat(telling.lines).noneMatch(line -> line.contains("private"));
    }

    @Test
    void asksForTheNextOneAndNeverForAnEarlier() {
        transport.poll(() -> List.of(BotStoreTest.message(5, 7, "a")));
        transport.poll(() -> List.of(BotStoreTest.message(5, 7, "a")));
        transport.poll(() -> List.of(BotStoreTest.message(3, 7, "a")));
        transport.poll(() -> List.of(BotStoreTest.message(6, 7, "b")));
        thread.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> transport.offsets.size() > 4);
        assertThat(handed).extracting(Update::id).containsExactly(5L, 6L);
        assertThat(transport.offsets).isSorted().startsWith(0L, 6L, 6L, 6L, 7L);
    }

    @Test
    void aStoreThatCannotBeWrittenEndsIt() throws InterruptedException {
        transport.poll(() -> {
            store.change(handle -> handle.execute("DROP TABLE inbox"));
            return List.of(BotStoreTest.message(5, 7, "a"));
        });
        thread.start();
        thread.join();
        assertThatThrownBy(
                        () -> {
                            throw ended.get();
                        })
                .isInstanceOf(UserError.class);
        assertThat(handed).isEmpty();
    }
}
