package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.base.UserError;
import understudy.chat.Role;

/// What goes out: in order, not too fast, once, and not at all where somebody said stop.
class SenderTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    @TempDir Path folder;
    private Pace pace;
    private StubTransport transport;
    private BotStore store;
    private Outbox outbox;
    private KillSwitch killSwitch;
    private Sender sender;
    private final Telling telling = new Telling();
    private final AtomicReference<UserError> fatal = new AtomicReference<>();
    private int keys;

    @BeforeEach
    void open() {
        store = BotStore.open(folder.resolve("telegram.db"));
        killSwitch = new KillSwitch(folder.resolve("stop"));
        use(new FastPace(20));
    }

    private void use(Pace pace) {
        this.pace = pace;
        transport = new StubTransport(pace);
        outbox = new Outbox(store, pace.clock());
    }

    private void start() {
        sender =
                new Sender(
                        new BotRunner.Parts(
                                transport, store, outbox, new EchoBehaviour(), killSwitch),
                        telling,
                        new Notices(telling, pace),
                        pace,
                        RandomGeneratorFactory.of("L64X128MixRandom").create(1),
                        MAX_AGE,
                        fatal::set);
        sender.start();
    }

    @AfterEach
    void close() {
        if (sender != null) {
            sender.end();
            await().atMost(LONG).until(sender::idle);
        }
        store.close();
    }

    private void enqueue(long chat, String... texts) {
        for (String text : texts) {
            outbox.enqueue(Answer.of(chat, text, Answer.Kind.REPLY), "k" + keys++);
        }
    }

    private void enqueue(long chat, Duration before, String... texts) {
        List<Answer.Bubble> bubbles = new ArrayList<>();
        for (String text : texts) {
            bubbles.add(new Answer.Bubble(text, before));
        }
        outbox.enqueue(
                new Answer(chat, null, null, bubbles, List.of(), Answer.Kind.REPLY), "k" + keys++);
    }

    private void awaitSent(int messages) {
        await().atMost(LONG).until(() -> transport.sent.size() >= messages);
    }

    private void awaitState(Outbox.State state, int answers) {
        await().atMost(LONG).until(() -> outbox.counts().get(state) == answers);
    }

    private List<String> texts(long chat) {
        return transport.sent.stream()
                .filter(s -> s.chat() == chat)
                .map(StubTransport.Sent::text)
                .toList();
    }

    @Test
    void aChatThatHadTooMuchIsLeftAloneAsLongAsToldAndLosesNothing() {
        transport.failSend(StubTransport.failed(ChatTransport.Failed.Kind.FLOOD, 7, 0));
        enqueue(7, "a", "b", "c");
        start();
        await().atMost(LONG).until(() -> !transport.tried.isEmpty());
        enqueue(8, "x");
        awaitSent(4);
        long refused = transport.tried.getFirst().nanos();
        assertThat(texts(7)).containsExactly("a", "b", "c");
        for (StubTransport.Sent tried : transport.tried.subList(1, transport.tried.size())) {
            if (tried.chat() == 7) {
                assertThat(Duration.ofNanos(tried.nanos() - refused))
                        .isGreaterThanOrEqualTo(Duration.ofSeconds(7));
            }
        }
        assertThat(transport.sent.getFirst().chat()).as("others go on").isEqualTo(8);
        awaitState(Outbox.State.SENT, 4);
    }

    @Test
    void chatsKeepTheirOrderAndTheirPace() {
        for (int i = 0; i < 5; i++) {
            for (long chat = 1; chat <= 20; chat++) {
                enqueue(chat, "m" + i);
            }
        }
        long start = pace.nanos();
        start();
        awaitSent(100);
        double seconds = (transport.sent.getLast().nanos() - start) / 1e9;
        assertThat(100 / seconds).as("messages a second").isLessThanOrEqualTo(31);
        for (long chat = 1; chat <= 20; chat++) {
            assertThat(texts(chat)).containsExactly("m0", "m1", "m2", "m3", "m4");
        }
        awaitState(Outbox.State.SENT, 100);
    }

    @Test
    void typesBeforeEachBubbleWithoutHoldingOthersUp() {
        enqueue(7, Duration.ofSeconds(9), "one", "two");
        long start = pace.nanos();
        start();
        await().atMost(LONG).until(() -> !transport.typed.isEmpty());
        enqueue(8, "x");
        awaitSent(3);
        assertThat(transport.texts()).containsExactly("x", "one", "two");
        assertThat(Duration.ofNanos(transport.sent.getLast().nanos() - start))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(18));
        assertThat(transport.typed).as("every 4 s of 18").hasSizeBetween(4, 8);
    }

    @Test
    void whoBlockedItIsSentNothingUntilTheyWriteAgain() {
        transport.failSend(StubTransport.failed(ChatTransport.Failed.Kind.FORBIDDEN));
        enqueue(7, "a", "b");
        start();
        awaitState(Outbox.State.DROPPED, 1);
        awaitState(Outbox.State.FAILED, 1);
        assertThat(transport.tried).hasSize(1);
        store.unpark(7);
        enqueue(7, "c");
        awaitSent(1);
        assertThat(texts(7)).containsExactly("c");
    }

    @Test
    void aGroupWithANewNumberIsFollowed() {
        store.remember(
                new HistoryLine(-7, false, Role.USER, "Bea", "hi", pace.clock().instant(), 1L));
        transport.failSend(StubTransport.failed(ChatTransport.Failed.Kind.MOVED, 0, -1007));
        enqueue(-7, "a", "b");
        start();
        awaitSent(2);
        assertThat(texts(-1007)).containsExactly("a", "b");
        awaitState(Outbox.State.SENT, 2);
        assertThat(store.history(-1007, false, 9)).hasSize(3);
        assertThat(store.history(-7, false, 9)).isEmpty();
    }

    @Test
    void whatIsRefusedFailsAndTheNextGoesOn() {
        transport.failSend(StubTransport.failed(ChatTransport.Failed.Kind.REFUSED));
        enqueue(7, "a", "b");
        start();
        awaitSent(1);
        assertThat(texts(7)).containsExactly("b");
        awaitState(Outbox.State.FAILED, 1);
        assertThat(outbox.list(Outbox.State.FAILED).getFirst().reason()).isEqualTo("refused");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "UNREACHABLE", "CONFLICT"})
    void whatWasCertainlyNotDoneIsTriedAgain(ChatTransport.Failed.Kind kind) {
        transport.failSend(StubTransport.failed(kind));
        transport.failSend(StubTransport.failed(kind));
        enqueue(7, "a", "b");
        start();
        awaitSent(2);
        assertThat(texts(7)).containsExactly("a", "b");
        assertThat(transport.tried).hasSize(4);
        assertThat(transport.tried.get(2).nanos() - transport.tried.get(1).nanos())
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(outbox.ambiguous()).isEmpty();
    }

    @Test
    void whatMayHaveArrivedIsNeverSentAgain() {
        transport.failSend(StubTransport.failed(ChatTransport.Failed.Kind.NETWORK));
        enqueue(7, Duration.ZERO, "one", "two");
        enqueue(7, "next");
        start();
        awaitSent(1);
        awaitState(Outbox.State.SENT, 1);
        assertThat(transport.texts()).containsExactly("next");
        assertThat(outbox.ambiguous()).hasSize(1);
        assertThat(telling.lines).contains("ambiguous: 1");
        assertThat(store.history(7, false, 9))
                .extracting(HistoryLine::text)
                .containsExactly("next");
    }

    @Test
    void whatWasLeftInSendingIsAmbiguousAtTheStart() {
        enqueue(7, "a", "b");
        long first = outbox.next(new Outbox.Lane(7, false)).orElseThrow().id();
        outbox.sending(first, 0);
        outbox.leaving(first);
        start();
        awaitSent(1);
        assertThat(transport.texts()).containsExactly("b");
        assertThat(outbox.ambiguous()).hasSize(1);
    }

    @Test
    void whatIsTooOldIsNotSent() {
        enqueue(7, "old");
        ((FastPace) pace).skip(MAX_AGE.plusSeconds(1));
        enqueue(7, "new");
        start();
        awaitSent(1);
        assertThat(transport.texts()).containsExactly("new");
        assertThat(outbox.list(Outbox.State.DROPPED).getFirst().reason()).isEqualTo("too old");
    }

    @Test
    void aWrongTokenIsFatalAndNothingIsLost() {
        transport.failSend(StubTransport.failed(ChatTransport.Failed.Kind.TOKEN));
        enqueue(7, "a");
        start();
        await().atMost(LONG).until(() -> fatal.get() != null);
        assertThat(outbox.counts()).containsEntry(Outbox.State.GENERATED, 1);
    }

    /// In the machine's own time: two seconds is what the specification allows.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stopMeansStopWithinTwoSeconds(boolean byFile) throws Exception {
        use(Pace.REAL);
        for (long chat = 1; chat <= 60; chat++) {
            enqueue(chat, Duration.ofMillis(30 * chat), "a", "b", "c");
        }
        start();
        awaitSent(15);
        if (byFile) {
            Files.createFile(killSwitch.file());
        } else {
            killSwitch.stop();
        }
        long stopped = pace.nanos();
        await().atMost(Duration.ofSeconds(2))
                .until(() -> outbox.counts().get(Outbox.State.GENERATED) == 0);
        enqueue(99, "while stopped");
        awaitState(Outbox.State.SENDING, 0);
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(4)).until(() -> true);
        Duration last = Duration.ofNanos(transport.sent.getLast().nanos() - stopped);
        assertThat(last).isLessThanOrEqualTo(Duration.ofSeconds(2));
        assertThat(transport.sent.size()).isLessThan(180);
        assertThat(outbox.list(Outbox.State.DROPPED))
                .isNotEmpty()
                .allSatisfy(dropped -> assertThat(dropped.reason()).isEqualTo("stopped"));
        assertThat(texts(99)).isEmpty();
        killSwitch.release();
        enqueue(99, "after");
        await().atMost(LONG).until(() -> texts(99).equals(List.of("after")));
    }

    @Test
    void theAnswerToTheOwnersStopStillArrives() {
        killSwitch.stop();
        enqueue(7, "words");
        store.change(handle ->
                outbox.insert(handle, Answer.of(1, "stopped", Answer.Kind.NOTICE), "stop", true));
        start();
        awaitSent(1);
        assertThat(transport.texts()).containsExactly("stopped");
        awaitState(Outbox.State.DROPPED, 1);
    }
}
