package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;
import understudy.chat.Role;

/// The whole room against a Bot API over HTTP.
class BotRunnerTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SILENT = Duration.ofMillis(400);

    @TempDir Path folder;
    private final Telling telling = new Telling();
    private FakeBotApi api;
    private BotStore store;
    private Outbox outbox;
    private KillSwitch killSwitch;
    private BotRunner runner;
    private CompletableFuture<Void> running;

    @BeforeEach
    void open() throws IOException {
        api = new FakeBotApi();
        killSwitch = new KillSwitch(folder.resolve("stop"));
        store = BotStore.open(folder.resolve("telegram.db"));
    }

    private void start(Behaviour behaviour, Pace pace) {
        start(
                behaviour,
                pace,
                TelegramTransport.connect(FakeBotApi.TOKEN, api.url(), false, SILENT, SILENT));
    }

    private void start(Behaviour behaviour, Pace pace, ChatTransport transport) {
        outbox = new Outbox(store, pace.clock());
        runner =
                new BotRunner(
                        new BotRunner.Parts(transport, store, outbox, behaviour, killSwitch),
                        telling,
                        new BotRunner.Options(Duration.ofDays(1), 50, 2000),
                        pace,
                        RandomGeneratorFactory.of("L64X128MixRandom").create(3));
        running = CompletableFuture.runAsync(runner::run, r -> new Thread(r, "bot").start());
    }

    private void stop() throws Exception {
        runner.stop();
        running.get(15, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        if (!running.isDone()) {
            stop();
        }
        store.close();
        api.close();
    }

    @Test
    void answersEverybodyOnceAndConfirmsWhatItHas() throws Exception {
        for (long chat = 1; chat <= 5; chat++) {
            api.say(chat, "hello");
        }
        start(new EchoBehaviour(), Pace.REAL);
        api.await(5, LONG);
        await().atMost(LONG).until(() -> api.open() == 0);
        stop();
        assertThat(api.sent())
                .extracting(FakeBotApi.Sent::chat)
                .containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L);
        assertThat(outbox.counts()).containsEntry(Outbox.State.SENT, 5);
        assertThat(store.history(3, false, 9))
                .extracting(HistoryLine::role)
                .containsExactly(Role.USER, Role.ASSISTANT);
        assertThat(telling.lines).containsExactly("connected as @" + FakeBotApi.BOT_NAME);
        assertThat(api.offsets()).isSorted();
    }

    @Test
    void livesThroughEverythingAnApiCanAnswer() {
        FakeBotApi.Fault html = new FakeBotApi.Fault.Page(502, "<html>Bad Gateway</html>");
        List<FakeBotApi.Fault> faults =
                List.of(
                        FakeBotApi.Fault.error(500),
                        html,
                        new FakeBotApi.Fault.Page(200, "garbage"),
                        new FakeBotApi.Fault.Page(200, ""),
                        new FakeBotApi.Fault.Page(200, "{\"ok\":true,\"result\":[{}]}"),
                        new FakeBotApi.Fault.Cut(false),
                        new FakeBotApi.Fault.Silence(),
                        FakeBotApi.Fault.error(403),
                        FakeBotApi.Fault.error(409),
                        FakeBotApi.Fault.flood(2));
        faults.forEach(fault -> api.fail("getUpdates", 1, fault));
        api.fail("sendMessage", 1, FakeBotApi.Fault.flood(3));
        api.fail("sendMessage", 1, FakeBotApi.Fault.error(500));
        api.say(7, "hello");
        start(new EchoBehaviour(), new FastPace(100));
        api.await(1, LONG);
        await().atMost(LONG).until(() -> outbox.counts().get(Outbox.State.SENT) == 1);
        assertThat(telling.lines).hasSizeLessThanOrEqualTo(30).contains("connected as @ada_bot");
        assertThat(String.join("\n", telling.lines))
                .doesNotContain("canary")
                .doesNotContain("hello");
    }

    @Test
    void tenMinutesOfSilenceAreAnOutageLikeAnother() {
        api.failAlways("getUpdates", new FakeBotApi.Fault.Silence());
        FastPace pace = new FastPace(200);
        api.say(7, "hello");
        start(new EchoBehaviour(), pace);
        long end = pace.nanos() + Duration.ofMinutes(10).toNanos();
        await().atMost(LONG).until(() -> pace.nanos() > end);
        assertThat(api.sent()).isEmpty();
        assertThat(telling.lines).hasSizeBetween(1, 30);
        api.heal();
        long healed = pace.nanos();
        api.await(1, LONG);
        assertThat(Duration.ofNanos(pace.nanos() - healed))
                .as("a minute, the call that hangs, and the machine's own slowness")
                .isLessThan(Duration.ofSeconds(60).plus(SILENT.multipliedBy(200 * 3)));
    }

    @Test
    void aWrongTokenStopsWithAdvice() {
        api.failAlways("getMe", FakeBotApi.Fault.error(401));
        start(new EchoBehaviour(), Pace.REAL);
        assertThatThrownBy(() -> running.get(15, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.fix()).contains("@BotFather"));
    }

    @Test
    void anAnswerThatWasTakenButNotConfirmedIsNeverSentAgain() throws Exception {
        api.fail("sendMessage", 1, new FakeBotApi.Fault.Cut(true));
        api.say(7, "hello");
        start(new EchoBehaviour(), Pace.REAL);
        await().atMost(LONG).until(() -> outbox.ambiguous().size() == 1);
        api.say(7, "again");
        api.await(2, LONG);
        stop();
        assertThat(api.sent()).hasSize(2);
        assertThat(outbox.ambiguous()).hasSize(1);
    }

    @Test
    void aThousandMessagesAtOnceDoNotOverwhelmIt() {
        for (int i = 0; i < 1000; i++) {
            api.say(1 + i % 20, "m");
        }
        start(new EchoBehaviour(), Pace.REAL);
        await().atMost(LONG).until(() -> api.open() == 0 && sentUpdates().size() >= 20);
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(3)).until(() -> true);
        sentUpdates().forEach((id, times) -> assertThat(times).as("update " + id).isOne());
        List<FakeBotApi.Sent> sent = api.sent();
        Map<Long, Long> last = new HashMap<>();
        for (FakeBotApi.Sent s : sent) {
            Long before = last.put(s.chat(), s.nanos());
            if (before != null) {
                assertThat(s.nanos() - before).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(900));
            }
        }
        assertThat(telling.lines).hasSizeLessThanOrEqualTo(30);
    }

    /// Update number -> how often it was answered.
    private Map<String, Integer> sentUpdates() {
        Map<String, Integer> answered = new HashMap<>();
        for (FakeBotApi.Sent sent : api.sent()) {
            for (String word : sent.text().split(" ")) {
                if (word.contains("=")) {
                    answered.merge(word.substring(0, word.indexOf('=')), 1, Integer::sum);
                }
            }
        }
        return answered;
    }

    @Test
    void endsInTimeAndTakesUpWhereItWas() throws Exception {
        List<String> cancelled = new ArrayList<>();
        Behaviour slow =
                new EchoBehaviour() {
                    @Override
                    public void handle(List<Update> batch, Desk desk) {
                        while (!desk.cancelled()) {
                            Thread.onSpinWait();
                        }
                        cancelled.add("told");
                    }
                };
        api.say(7, "hello");
        start(slow, Pace.REAL);
        await().atMost(LONG).until(() -> api.open() == 0);
        stop();
        assertThat(cancelled).hasSize(1);
        assertThat(api.sent()).isEmpty();
        start(new EchoBehaviour(), Pace.REAL);
        api.await(1, LONG);
        assertThat(api.sent().getFirst().text()).contains("=hello");
    }

    @Test
    void endsInTimeWhileNobodyAnswers() throws Exception {
        api.failAlways("sendMessage", new FakeBotApi.Fault.Silence());
        api.say(7, "hello");
        start(new EchoBehaviour(), Pace.REAL, api.transport());
        await().atMost(LONG).until(() -> outbox.counts().get(Outbox.State.SENDING) == 1);
        stop();
        assertThat(outbox.ambiguous()).hasSize(1);
    }
}
