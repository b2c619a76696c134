package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.privacy.OthersWords;
import understudy.privacy.OutputFilter;
import understudy.reply.Replier;
import understudy.store.Corrections;

/// The manners over the whole machine room, against a Bot API over HTTP.
class MannersEndToEndTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir Path folder;
    private final Stage.Model model = new Stage.Model();
    private FakeBotApi api;
    private BotStore store;
    private KillSwitch killSwitch;
    private BotRunner runner;
    private CompletableFuture<Void> running;

    @BeforeEach
    void open() throws IOException {
        api = new FakeBotApi();
        killSwitch = new KillSwitch(folder.resolve("stop"));
        store = BotStore.open(folder.resolve("telegram.db"));
    }

    @AfterEach
    void close() {
        if (running != null) {
            runner.stop();
            running.join();
        }
        store.close();
        api.close();
    }

    private void start(BotRules rules) {
        Clock clock = Clock.systemUTC();
        Outbox outbox = new Outbox(store, clock);
        ChatTransport transport = api.transport();
        Manners manners =
                new Manners(
                        rules,
                        new Manners.Parts(
                                store,
                                outbox,
                                transport,
                                killSwitch,
                                new Replier(model, "", 3000),
                                new OutputFilter(OthersWords.none(), List.of(), List.of()),
                                People.none(),
                                new Corrections(folder.resolve("corrections.jsonl")),
                                Rhythm.USUAL,
                                new Pairing(clock),
                                "annabot",
                                clock));
        runner =
                new BotRunner(
                        new BotRunner.Parts(transport, store, outbox, manners, killSwitch),
                        new Telling(),
                        BotRunner.Options.STANDARD);
        running = CompletableFuture.runAsync(runner::run);
    }

    private List<FakeBotApi.Sent> to(long chat) {
        return api.sent().stream().filter(s -> s.chat() == chat).toList();
    }

    /// The owner presses the first button with that label.
    private void press(String label) {
        FakeBotApi.Sent shown =
                to(Stage.OWNER).stream()
                        .filter(s ->
                                s.parameters().getOrDefault("reply_markup", "").contains(label))
                        .findFirst()
                        .orElseThrow();
        String markup = shown.parameters().get("reply_markup");
        String data = "";
        for (JsonNode row : Json.json().readTree(markup).path("inline_keyboard")) {
            for (JsonNode button : row) {
                if (button.path("text").asString().equals(label)) {
                    data = button.path("callback_data").asString();
                }
            }
        }
        ObjectNode press = Json.json().createObjectNode();
        press.put("id", "press" + System.nanoTime());
        press.put("chat_instance", "x");
        press.put("data", data);
        press.putObject("from")
                .put("id", Stage.OWNER)
                .put("is_bot", false)
                .put("first_name", "Owner");
        ObjectNode message = api.message(Stage.OWNER, shown.text());
        message.put("message_id", shown.id());
        press.set("message", message);
        api.push("callback_query", press);
    }

    @Test
    void fiftyStrangersCostNoModelCall() {
        start(Stage.rules(Mode.OWNER, Stage.OWNER));
        for (long person = 1; person <= 50; person++) {
            api.say(5000 + person, "hello");
            api.say(5000 + person, "anybody?");
        }
        api.say(Stage.OWNER, "hello");
        await().atMost(LONG).until(() -> to(Stage.OWNER).size() == 1 && api.sent().size() == 51);
        assertThat(model.asked).hasSize(1);
        Set<Long> chats = new HashSet<>();
        api.sent().forEach(s -> assertThat(chats.add(s.chat())).isTrue());
        assertThat(api.sent()).allMatch(s -> !s.parameters().containsKey("parse_mode"));
    }

    @Test
    void whatAModelWritesIsPlainTextWithoutLinks() {
        model.says(
                "<b>so</b> *it* _is_ [x](https://evil.example/?q=1) <a href='//b.example'>y</a>"
                        + " `/allow 5` www.evil.example/x tg://user?id=5");
        start(Stage.rules(Mode.OWNER, Stage.OWNER));
        api.say(Stage.OWNER, "hello");
        await().atMost(LONG).until(() -> to(Stage.OWNER).size() == 1);
        FakeBotApi.Sent sent = to(Stage.OWNER).getFirst();
        assertThat(sent.parameters()).doesNotContainKeys("parse_mode", "entities");
        assertThat(sent.text())
                .contains("<b>so</b> *it* _is_", "/allow 5")
                .doesNotContain("http", "evil.example", "tg://");
        assertThat(new Register(store, Clock.systemUTC()).allowed(5)).isFalse();
    }

    @Test
    void approvalSendsByAClickAndOnce() {
        start(Stage.rules(Mode.APPROVE, Stage.OWNER));
        api.say(Stage.ANNA, "hallo?");
        await().atMost(LONG).until(() -> to(Stage.OWNER).size() == 1);
        assertThat(to(Stage.ANNA)).isEmpty();
        press("Send");
        press("Send");
        await().atMost(LONG).until(() -> api.calls("answerCallbackQuery").size() == 2);
        await().atMost(LONG).until(() -> to(Stage.ANNA).size() == 1);
        assertThat(to(Stage.ANNA).getFirst().text())
                .isEqualTo("(Ich bin ein Programm, das Bea nachahmt.)\nwell");
        assertThat(to(Stage.OWNER)).hasSize(1);
    }

    @Test
    void theOwnersStopEndsAFloodWithinTwoSeconds() {
        List<Long> people = new ArrayList<>();
        for (long i = 0; i < 40; i++) {
            people.add(7000 + i);
        }
        start(Stage.rules(Mode.ALLOW, Stage.OWNER, people.toArray(Long[]::new)));
        for (int i = 0; i < 8; i++) {
            people.forEach(p -> api.say(p, "more"));
        }
        await().atMost(LONG).until(() -> api.sent().size() >= 20);
        long stopped = System.nanoTime();
        api.say(Stage.OWNER, "/stop");
        await().atMost(LONG).until(() -> !to(Stage.OWNER).isEmpty());
        await().during(Duration.ofSeconds(3))
                .atMost(LONG)
                .until(() -> {
                    long last =
                            api.sent().stream()
                                    .filter(s -> s.chat() != Stage.OWNER)
                                    .mapToLong(FakeBotApi.Sent::nanos)
                                    .max()
                                    .orElseThrow();
                    return last - stopped <= Duration.ofSeconds(2).toNanos();
                });
        assertThat(api.sent()).hasSizeLessThan(8 * people.size());
        // chats go beside each other: what comes before the answer to /start may still be skipped
        api.say(Stage.OWNER, "/start");
        await().atMost(LONG).until(() -> to(Stage.OWNER).size() == 2);
        int before = to(7000).size();
        api.say(7000, "again");
        await().atMost(LONG).until(() -> to(7000).size() > before);
        assertThat(to(7000).getLast().text()).startsWith("(");
    }
}
