package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;

/// Who is handled when, with whom, and how often.
class DispatcherTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int PER_CHAT = 50;

    @TempDir Path folder;
    private final FastPace pace = new FastPace(20);
    private final Telling telling = new Telling();
    private final Scripted behaviour = new Scripted();
    private final AtomicReference<UserError> fatal = new AtomicReference<>();
    private BotStore store;
    private Inbox inbox;
    private Outbox outbox;
    private KillSwitch killSwitch;
    private Dispatcher dispatcher;
    private long next = 1;

    /// A behaviour that does as the test says, and remembers what it was given.
    private static final class Scripted extends EchoBehaviour {
        private final List<List<Long>> batches = new CopyOnWriteArrayList<>();
        private final List<Long> missed = new CopyOnWriteArrayList<>();
        private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
        private final AtomicInteger thrown = new AtomicInteger();
        private volatile Duration patience = Duration.ZERO;
        private volatile boolean waitForEnd;

        @Override
        public Duration patience(Update update) {
            return patience;
        }

        @Override
        public boolean passesStop(Update update) {
            return update instanceof Update.Message m && m.text().equals("/start");
        }

        @Override
        public void missed(List<Update> batch, Desk desk) {
            batch.forEach(u -> missed.add(u.id()));
        }

        @Override
        public void handle(List<Update> batch, Desk desk) {
            batches.add(batch.stream().map(Update::id).toList());
            for (Update update : batch) {
                String text = update instanceof Update.Message m ? m.text() : "";
                if (text.equals("poison")) {
                    thrown.incrementAndGet();
                    throw new IllegalStateException("private words");
                }
                CountDownLatch gate = gates.get(text);
                if (gate != null) {
                    awaitGate(gate);
                }
                if (text.equals("twice")) {
                    super.handle(batch, desk);
                }
            }
            while (waitForEnd && !desk.cancelled()) {
                Thread.onSpinWait();
            }
            if (!desk.cancelled()) {
                super.handle(batch, desk);
            }
        }

        private static void awaitGate(CountDownLatch gate) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @BeforeEach
    void open() {
        killSwitch = new KillSwitch(folder.resolve("stop"));
        begin();
    }

    private void begin() {
        store = BotStore.open(folder.resolve("telegram.db"));
        inbox = new Inbox(store);
        outbox = new Outbox(store, pace.clock());
        dispatcher =
                new Dispatcher(
                        new BotRunner.Parts(
                                new StubTransport(pace), store, outbox, behaviour, killSwitch),
                        inbox,
                        new Notices(telling, pace),
                        pace,
                        new Dispatcher.Limits(Duration.ofMinutes(10), PER_CHAT, 400),
                        fatal::set);
    }

    @AfterEach
    void close() {
        behaviour.gates.values().forEach(CountDownLatch::countDown);
        dispatcher.end();
        await().atMost(LONG).until(dispatcher::idle);
        store.close();
        assertThat(fatal.get()).isNull();
    }

    private Update.Message message(long chat, String text, Instant sentAt) {
        Update.Message m = BotStoreTest.message(next++, chat, text);
        return new Update.Message(
                m.id(),
                m.chat(),
                m.message(),
                m.from(),
                sentAt,
                text,
                "",
                false,
                null,
                false,
                null);
    }

    private Update.Message message(long chat, String text) {
        return message(chat, text, pace.clock().instant());
    }

    private void arrive(Update... updates) {
        dispatcher.accept(inbox.receive(List.of(updates), pace.clock().instant()));
    }

    private void awaitIdle() {
        await().atMost(LONG).until(dispatcher::idle);
    }

    private Map<String, Integer> states() {
        return store.read(handle ->
                handle.createQuery(
                                "SELECT state || ' ' || reason AS s, count(*) AS n FROM inbox GROUP"
                                        + " BY s")
                        .reduceRows(
                                new ConcurrentHashMap<String, Integer>(),
                                (map, row) -> {
                                    map.put(
                                            row.getColumn("s", String.class).strip(),
                                            row.getColumn("n", Integer.class));
                                    return map;
                                }));
    }

    @Test
    void whatComesTogetherIsOneBatchWithOneAnswer() {
        behaviour.patience = Duration.ofSeconds(8);
        arrive(message(7, "a"), message(8, "x"));
        arrive(message(7, "b"));
        arrive(message(7, "c"));
        awaitIdle();
        assertThat(behaviour.batches).containsExactlyInAnyOrder(List.of(1L, 3L, 4L), List.of(2L));
        assertThat(outbox.list(Outbox.State.GENERATED)).hasSize(2);
        assertThat(store.history(7, false, 9))
                .extracting(HistoryLine::text)
                .containsExactly("a", "b", "c");
        assertThat(states()).isEqualTo(Map.of("HANDLED", 4));
    }

    @Test
    void whoNeverStopsWritingIsAnsweredAllTheSame() {
        behaviour.patience = Duration.ofSeconds(5);
        long start = pace.nanos();
        while (behaviour.batches.isEmpty()
                && pace.nanos() - start < Duration.ofSeconds(60).toNanos()) {
            arrive(message(7, "and"));
            await().pollDelay(Duration.ofMillis(20)).until(() -> true);
        }
        assertThat(Duration.ofNanos(pace.nanos() - start))
                .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(45));
    }

    @Test
    void aChatIsHandledOneAfterTheOtherAndOthersBesideIt() {
        behaviour.gates.put("slow", new CountDownLatch(1));
        arrive(message(7, "slow"));
        await().atMost(LONG).until(() -> behaviour.batches.size() == 1);
        arrive(message(7, "b"), message(8, "x"));
        await().atMost(LONG).until(() -> behaviour.batches.contains(List.of(3L)));
        assertThat(behaviour.batches).doesNotContain(List.of(2L));
        Update.Message any = BotStoreTest.message(next++, 7, "");
        arrive(new Update.ButtonPressed(any.id(), "p", any.from(), any.chat(), 1, "send"));
        await().atMost(LONG).until(() -> behaviour.batches.contains(List.of(4L)));
        behaviour.gates.get("slow").countDown();
        await().atMost(LONG).until(() -> behaviour.batches.contains(List.of(2L)));
    }

    @Test
    void poisonIsSkippedAfterThreeTriesAndSaidSeldom() {
        for (int i = 0; i < 34; i++) {
            arrive(message(100 + i, "poison"));
        }
        awaitIdle();
        arrive(message(7, "good"));
        awaitIdle();
        assertThat(behaviour.thrown).hasValue(34 * Inbox.ATTEMPTS);
        assertThat(states()).isEqualTo(Map.of("SKIPPED failed", 34, "HANDLED", 1));
        assertThat(telling.lines).hasSizeBetween(1, 30).noneMatch(line -> line.contains("private"));
    }

    @Test
    void poisonDoesNotTakeItsNeighboursWithIt() {
        behaviour.patience = Duration.ofSeconds(2);
        arrive(message(7, "a"), message(7, "poison"), message(7, "b"));
        awaitIdle();
        assertThat(states()).isEqualTo(Map.of("SKIPPED failed", 1, "HANDLED", 2));
        assertThat(outbox.list(Outbox.State.GENERATED)).hasSize(2);
    }

    @Test
    void aSecondDecisionIsRefusedAndTheFirstStands() {
        arrive(message(7, "twice"));
        awaitIdle();
        assertThat(outbox.list(Outbox.State.GENERATED)).hasSize(1);
        assertThat(behaviour.batches).as("not tried again").hasSize(1);
        assertThat(states()).isEqualTo(Map.of("HANDLED", 1));
    }

    @Test
    void whatIsTooOldIsSeenButNotAnswered() {
        Instant now = pace.clock().instant();
        arrive(message(7, "old", now.minus(Duration.ofMinutes(11))), message(8, "new", now));
        awaitIdle();
        assertThat(behaviour.missed).containsExactly(1L);
        assertThat(behaviour.batches).containsExactly(List.of(2L));
        assertThat(states()).isEqualTo(Map.of("SKIPPED too old", 1, "HANDLED", 1));
    }

    @Test
    void whileStoppedOnlyWhatMayLiftItIsHandled() {
        killSwitch.stop();
        arrive(message(7, "a"), message(8, "/start"));
        awaitIdle();
        assertThat(behaviour.batches).containsExactly(List.of(2L));
        assertThat(states()).isEqualTo(Map.of("SKIPPED stopped", 1, "HANDLED", 1));
        killSwitch.release();
        arrive(message(7, "b"));
        awaitIdle();
        assertThat(behaviour.batches).hasSize(2);
    }

    @Test
    void stopEndsWhatIsBeingWritten() {
        behaviour.waitForEnd = true;
        arrive(message(7, "a"));
        await().atMost(LONG).until(() -> behaviour.batches.size() == 1);
        killSwitch.stop();
        awaitIdle();
        assertThat(states()).isEqualTo(Map.of("SKIPPED stopped", 1));
        assertThat(outbox.counts()).containsEntry(Outbox.State.GENERATED, 0);
    }

    @Test
    void whatAnEndCutsShortIsTakenUpAgainAndNotCounted() {
        behaviour.waitForEnd = true;
        arrive(message(7, "a"));
        for (int restart = 0; restart < Inbox.ATTEMPTS + 2; restart++) {
            int seen = restart + 1;
            await().atMost(LONG).until(() -> behaviour.batches.size() == seen);
            dispatcher.end();
            awaitIdle();
            assertThat(states()).isEqualTo(Map.of("RECEIVED", 1));
            store.close();
            begin();
            dispatcher.resume();
        }
        behaviour.waitForEnd = false;
        await().atMost(LONG).until(() -> states().containsKey("HANDLED"));
    }

    @Test
    void aFloodIsBoundedAndTheNewestSurvive() {
        behaviour.gates.put("slow", new CountDownLatch(1));
        arrive(message(7, "slow"));
        await().atMost(LONG).until(() -> behaviour.batches.size() == 1);
        List<Update> flood = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            flood.add(message(7, "m" + i));
        }
        arrive(flood.toArray(Update[]::new));
        assertThat(states()).containsEntry("SKIPPED too many at once", 1000 - PER_CHAT);
        behaviour.gates.get("slow").countDown();
        awaitIdle();
        assertThat(behaviour.batches.getLast()).hasSize(PER_CHAT).contains(1001L);
        assertThat(telling.lines).hasSizeLessThanOrEqualTo(30);
    }

    @Test
    void editsAndDeletionsChangeTheMemoryOnly() {
        arrive(message(7, "a"));
        awaitIdle();
        Update.Message first = BotStoreTest.message(1, 7, "a");
        arrive(new Update.Edited(next++, first.chat(), first.message(), "better", null));
        awaitIdle();
        assertThat(store.history(7, false, 9))
                .extracting(HistoryLine::text)
                .containsExactly("better");
        assertThat(outbox.list(Outbox.State.GENERATED)).as("not answered twice").hasSize(1);
        arrive(new Update.Other(next++, "poll"));
        awaitIdle();
        assertThat(behaviour.batches).hasSize(2);
        assertThat(states()).isEqualTo(Map.of("HANDLED", 3));
    }
}
