package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.bot.BotStore;
import understudy.bot.FakeBotApi;
import understudy.bot.Outbox;

/// The packaged program as a Telegram bot, against a Bot API and a model that count.
///
/// After each test: the token is in no file but its own, no word of a message is where it does not
/// belong, and every file is its owner's alone.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BotIT {
    private static final Duration LONG = Duration.ofSeconds(60);

    /// In every message that somebody writes.
    private static final String CANARY = "flackerbarsch";

    private static final String VARIABLE = "TELEGRAM_BOT_TOKEN";
    private static final long OWNER = 9;
    private static final long SEED = 41;
    private static final Pattern CODE = Pattern.compile("code ([A-Z2-9]{8}) within");

    private Path folder = Path.of("");
    private Program program = new Program(folder);
    private FakeBotApi api;
    private Upstream upstream;
    private final List<Bot> bots = new ArrayList<>();
    private final StringBuffer printed = new StringBuffer();

    @BeforeAll
    void chats(@TempDir Path temporary) throws IOException {
        folder = temporary;
        program = new Program(folder);
        List<String> words = new ArrayList<>(List.of("import", "--me", SyntheticChats.ME));
        SyntheticChats.write(folder, 40, "Kim").forEach(f -> words.add(f.toString()));
        Program.Result result = program.run(words.toArray(String[]::new));
        assertThat(result.exit()).as(result.err()).isEqualTo(ExitCode.OK);
    }

    @BeforeEach
    void open() throws IOException {
        try (Stream<Path> old = Files.exists(bots()) ? Files.list(bots()) : Stream.empty()) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
        }
        Files.deleteIfExists(program.home().resolve("corrections.jsonl"));
        program.with(VARIABLE, FakeBotApi.TOKEN);
        printed.setLength(0);
        api = new FakeBotApi();
        upstream = new Upstream();
    }

    @AfterEach
    void nothingIsLeftWhereItDoesNotBelong() throws Exception {
        for (Bot bot : bots) {
            bot.kill();
        }
        bots.clear();
        api.close();
        upstream.close();
        assertThat(printed.toString())
                .doesNotContain(FakeBotApi.TOKEN, CANARY, "Exception", "\tat ");
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (!name.equals("telegram.token")) {
                    assertThat(bytes.contains(FakeBotApi.TOKEN)).as("token in %s", name).isFalse();
                }
                if (!name.startsWith("telegram.db") && !name.equals("corrections.jsonl")) {
                    assertThat(bytes.contains(CANARY)).as("words in %s", name).isFalse();
                }
            }
        }
        for (Path file : program.files()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(file.toString())
                    .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
        }
    }

    private Path bots() {
        return program.home().resolve("bots");
    }

    private String[] words(String... more) {
        List<String> words = new ArrayList<>(List.of("bot", "telegram", "--api-url", api.url()));
        words.addAll(List.of("--upstream", upstream.url()));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    /// A bot in a process of its own.
    private final class Bot {
        private final Process process;
        private final StringBuffer said = new StringBuffer();
        private final Thread reading;

        Bot(String... more) {
            process = program.start(words(more));
            reading = Thread.ofVirtual().start(this::read);
            bots.add(this);
        }

        private void read() {
            try (BufferedReader output =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    said.append(line).append('\n');
                    printed.append(line).append('\n');
                }
            } catch (IOException e) {
                said.append("(its output broke off)\n"); // it was killed
            }
        }

        Bot connected() {
            await().atMost(LONG)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> said.indexOf("connected\n") >= 0 || !process.isAlive());
            assertThat(said.toString()).contains("connected\n");
            return this;
        }

        /// Asks it to end.
        ///
        /// @return everything it said
        String end() throws InterruptedException {
            process.toHandle().destroy(); // SIGTERM; of the process itself it ends the reading, too
            assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isIn(0, 143);
            reading.join();
            return said.toString();
        }

        void kill() throws InterruptedException {
            process.toHandle().destroyForcibly();
            process.waitFor();
            reading.join();
        }
    }

    private void say(long person, int marker) {
        api.say(person, CANARY + " mark" + marker);
    }

    private List<FakeBotApi.Sent> to(long chat) {
        return api.sent().stream().filter(s -> s.chat() == chat).toList();
    }

    private List<FakeBotApi.Sent> toOthers() {
        return api.sent().stream().filter(s -> s.chat() != OWNER).toList();
    }

    /// How often each marker was sent.
    private Map<String, Integer> markers() {
        Map<String, Integer> counts = new TreeMap<>();
        for (FakeBotApi.Sent sent : api.sent()) {
            for (Matcher found = Upstream.MARKER.matcher(sent.text()); found.find(); ) {
                counts.merge(found.group(), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static boolean disclosing(FakeBotApi.Sent sent) {
        return sent.text().startsWith("(Ich bin ein Programm, das Robin nachahmt.)\n");
    }

    @Test
    void fivePeopleGetOneAnswerEachAlsoAcrossAnEnd() throws Exception {
        program.with(VARIABLE, "");
        Files.createDirectories(
                bots(), PosixFilePermissions.asFileAttribute(privately("rwx------")));
        Path token = bots().resolve("telegram.token");
        Files.writeString(token, FakeBotApi.TOKEN + "\n");
        Files.setPosixFilePermissions(token, privately("rw-------"));
        String[] options = {
            "--mode", "allow", "--allow", "1,2,3,4,5", "--owner", "9", "--instant", "--json"
        };
        Bot bot = new Bot(options).connected();
        for (int person = 1; person <= 5; person++) {
            say(person, person);
        }
        api.await(5, LONG);
        for (int person = 1; person <= 5; person++) {
            say(person, 10 + person);
        }
        api.await(10, LONG);
        upstream.hold();
        for (int person = 1; person <= 5; person++) {
            say(person, 20 + person);
        }
        await().atMost(LONG).until(() -> upstream.calls() == 15);
        String said = bot.end();
        JsonNode result = Json.json().readTree(said.lines().toList().getLast());
        assertThat(result.path("answered").asInt()).isEqualTo(10);
        assertThat(api.sent()).hasSize(10);
        upstream.release();
        bot = new Bot(options).connected();
        api.await(15, LONG);
        bot.end();
        assertThat(api.sent()).hasSize(15);
        for (int person = 1; person <= 5; person++) {
            assertThat(to(person)).hasSize(3);
            for (int i = 0; i < 3; i++) {
                FakeBotApi.Sent sent = to(person).get(i);
                assertThat(disclosing(sent)).as("answer %d", i).isEqualTo(i != 1);
                assertThat(sent.text()).endsWith("so much for mark" + (10 * i + person));
            }
        }
    }

    private static Set<PosixFilePermission> privately(String mode) {
        return PosixFilePermissions.fromString(mode);
    }

    @Test
    void aKilledBotAnswersNobodyTwiceAndTellsWhatItDoesNotKnow() throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        String[] options = {
            "--mode", "allow", "--allow", "1,2,3,4,5,6,7,8,9,10", "--owner", "99", "--instant"
        };
        api.fail("sendMessage", 1, new FakeBotApi.Fault.Cut(true)); // sent, but nobody says so
        int marker = 100;
        for (int kill = 0; kill < 4; kill++) {
            Bot bot = new Bot(options).connected();
            for (int i = 0; i < 10; i++) {
                say(1 + i, marker++);
                bot.process.waitFor(random.nextInt(60), TimeUnit.MILLISECONDS);
            }
            bot.process.waitFor(random.nextInt(400), TimeUnit.MILLISECONDS);
            bot.kill();
        }
        new Bot(options).connected();
        await().atMost(LONG).until(() -> ambiguous() + markers().size() >= 40);
        Program.Result listed = outbox("--json");
        JsonNode ambiguous = Json.json().readTree(listed.out()).path("ambiguous");
        assertThat(ambiguous.size()).isPositive();
        ambiguous.forEach(row -> assertThat(row.has("text")).isFalse());
        assertThat(listed.out()).doesNotContain("so much");
        Set<String> unsure = new HashSet<>();
        for (JsonNode row :
                Json.json()
                        .readTree(program.run("bot", "outbox", "--json", "--show-text").out())
                        .path("ambiguous")) {
            Matcher found = Upstream.MARKER.matcher(row.path("text").asString());
            assertThat(found.find()).isTrue();
            unsure.add(found.group());
        }
        assertThat(program.run("bot", "outbox", "--show-text").lines())
                .anyMatch(line -> line.strip().startsWith("so much for mark"));
        Map<String, Integer> markers = markers();
        assertThat(markers.values()).as("seed %d", SEED).allMatch(n -> n == 1);
        for (int i = 100; i < marker; i++) {
            if (!unsure.contains("mark" + i)) {
                assertThat(markers).as("seed %d", SEED).containsKey("mark" + i);
            }
        }
    }

    private Program.Result outbox(String... more) {
        List<String> words = new ArrayList<>(List.of("bot", "outbox"));
        words.addAll(List.of(more));
        Program.Result result = program.run(words.toArray(String[]::new));
        assertThat(result.exit()).as(result.err()).isEqualTo(ExitCode.OK);
        printed.append(result.out()).append(result.err());
        return result;
    }

    private int ambiguous() {
        try (BotStore store = BotStore.look(bots().resolve("telegram.db"))) {
            return new Outbox(store, Clock.systemUTC()).ambiguous().size();
        }
    }

    @Test
    void strangersCostNothingAndTheCodeMakesOneOwner() throws Exception {
        Bot bot = new Bot("--instant").connected();
        Matcher shown = CODE.matcher(bot.said);
        assertThat(shown.find()).isTrue();
        String code = shown.group(1);
        LongStream.rangeClosed(501, 550)
                .forEach(person -> {
                    say(person, (int) person);
                    say(person, (int) person);
                });
        String wrong = code.startsWith("A") ? "B" + code.substring(1) : "A" + code.substring(1);
        api.say(501, wrong);
        api.await(50, LONG);
        api.say(OWNER, code);
        await().atMost(LONG).until(() -> to(OWNER).size() == 1);
        assertThat(to(OWNER).getFirst().text()).startsWith("You are my owner now.");
        api.say(600, code);
        await().atMost(LONG).until(() -> to(600).size() == 1);
        say(600, 1);
        say(OWNER, 2);
        await().atMost(LONG).until(() -> to(OWNER).size() == 2);
        assertThat(to(OWNER).getLast().text()).endsWith("so much for mark2");
        assertThat(upstream.calls()).isOne();
        Set<Long> met = new HashSet<>();
        toOthers()
                .forEach(s -> {
                    assertThat(met.add(s.chat())).as("one line each").isTrue();
                    assertThat(s.text()).startsWith("Ich bin ein Bot");
                });
        assertThat(met).hasSize(51);
        bot.end();
        Bot again = new Bot("--instant").connected();
        assertThat(again.said.toString()).doesNotContain("code");
        say(OWNER, 3);
        await().atMost(LONG).until(() -> to(OWNER).size() == 3);
        again.end();
    }

    @Test
    void aTokenThatIsNoneEndsItWithAdvice() throws Exception {
        String wrong = "999:canary-Wrong_zz81";
        program.with(VARIABLE, wrong);
        assertThat(refused("@BotFather")).doesNotContain(wrong);
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1).contains(wrong))
                        .as(file.toString())
                        .isFalse();
            }
        }
        program.with(VARIABLE, "");
        assertThat(refused(VARIABLE)).contains("telegram.token");
        Path token = folder.resolve("telegram.token");
        Files.writeString(token, FakeBotApi.TOKEN);
        Files.setPosixFilePermissions(token, privately("rw-r--r--"));
        refused("chmod 600", "--token-file", token.toString());
        Files.setPosixFilePermissions(token, privately("rw-------"));
        Bot bot = new Bot("--token-file", token.toString()).connected();
        api.failAlways("getUpdates", FakeBotApi.Fault.error(401)); // revoked
        say(1, 1);
        assertThat(bot.process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(bot.process.exitValue()).isEqualTo(ExitCode.USER);
        bot.reading.join();
        assertThat(bot.said.toString()).contains("@BotFather", "fix:");
        Files.delete(token);
    }

    private String refused(String advice, String... more) {
        Program.Result result = program.run(words(more));
        assertThat(result.exit()).as(result.out()).isEqualTo(ExitCode.USER);
        assertThat(result.err()).contains("error:", "fix:", advice);
        String all = result.out() + result.err();
        printed.append(all);
        return all;
    }

    @Test
    void oneFileOrOneWordOfTheOwnerSilencesIt() throws Exception {
        Bot bot =
                new Bot("--mode", "allow", "--allow", "1,2,3,4,5", "--owner", "9", "--instant")
                        .connected();
        for (int i = 0; i < 40; i++) {
            say(1 + i % 5, i);
        }
        api.await(6, LONG);
        Files.createFile(
                bots().resolve("stop"),
                PosixFilePermissions.asFileAttribute(privately("rw-------")));
        silentSince(System.nanoTime());
        assertThat(api.sent()).hasSizeLessThan(40);
        goOn("Going on.");
        int before = toOthers().size();
        say(1, 50);
        await().atMost(LONG).until(() -> toOthers().size() == before + 1);

        upstream.hold();
        int calls = upstream.calls();
        say(2, 60);
        say(3, 61);
        await().atMost(LONG).until(() -> upstream.calls() == calls + 2);
        api.say(OWNER, "/stop");
        long stopped = System.nanoTime();
        await().atMost(LONG).until(() -> to(OWNER).getLast().text().startsWith("Stopped"));
        assertThat(Files.exists(bots().resolve("stop"))).isTrue();
        upstream.release();
        silentSince(stopped);
        assertThat(toOthers()).hasSize(before + 1);
        goOn("Going on.");
        say(2, 70);
        await().atMost(LONG).until(() -> toOthers().size() == before + 2);
        assertThat(disclosing(toOthers().getLast())).isTrue();
        assertThat(toOthers().getLast().text()).endsWith("mark70");
        bot.end();
    }

    private void goOn(String answer) {
        int before = to(OWNER).size();
        api.say(OWNER, "/start");
        await().atMost(LONG).until(() -> to(OWNER).size() == before + 1);
        assertThat(to(OWNER).getLast().text()).isEqualTo(answer);
        assertThat(Files.exists(bots().resolve("stop"))).isFalse();
    }

    /// Nothing leaves for others later than two seconds after.
    private void silentSince(long stopped) {
        await().pollDelay(Duration.ofMillis(3500)).atMost(LONG).until(() -> true);
        assertThat(toOthers())
                .allMatch(s -> s.nanos() - stopped <= Duration.ofSeconds(2).toNanos());
    }

    @Test
    void nothingIsSentToOthersBeforeTheClick() throws Exception {
        Bot bot = new Bot("--mode", "approve", "--owner", "9", "--instant").connected();
        say(1, 1);
        await().atMost(LONG).until(() -> to(OWNER).size() == 1);
        FakeBotApi.Sent draft = to(OWNER).getFirst();
        assertThat(draft.text()).contains("mark1", CANARY);
        assertThat(to(1)).isEmpty();
        press(draft, "Send");
        press(draft, "Send");
        await().atMost(LONG).until(() -> api.calls("answerCallbackQuery").size() == 2);
        await().atMost(LONG).until(() -> to(1).size() == 1);
        assertThat(disclosing(to(1).getFirst())).isTrue();
        say(1, 2);
        await().atMost(LONG).until(() -> to(OWNER).size() == 2);
        press(to(OWNER).getLast(), "Edit");
        await().atMost(LONG).until(() -> api.calls("answerCallbackQuery").size() == 3);
        api.say(OWNER, "rather a " + CANARY);
        await().atMost(LONG).until(() -> to(1).size() == 2);
        assertThat(to(1).getLast().text()).isEqualTo("rather a " + CANARY);
        await().atMost(LONG).until(() -> to(OWNER).size() == 3);
        assertThat(Files.readString(program.home().resolve("corrections.jsonl")))
                .contains("rather a " + CANARY);
        api.fail("sendMessage", 1, FakeBotApi.Fault.error(400)); // names the text, as Telegram may
        say(2, 3);
        say(2, 4);
        await().atMost(LONG).until(() -> to(OWNER).size() == 4);
        bot.end();
        assertThat(to(1)).hasSize(2);
        assertThat(to(2)).isEmpty();
        outbox();
    }

    /// The owner presses a button under a message.
    private void press(FakeBotApi.Sent message, String label) {
        String data = "";
        JsonNode markup = Json.json().readTree(message.parameters().get("reply_markup"));
        for (JsonNode row : markup.path("inline_keyboard")) {
            for (JsonNode button : row) {
                data =
                        button.path("text").asString().equals(label)
                                ? button.path("callback_data").asString()
                                : data;
            }
        }
        ObjectNode press = Json.json().createObjectNode();
        press.put("id", "press" + System.nanoTime());
        press.put("chat_instance", "x");
        press.put("data", data);
        press.putObject("from").put("id", OWNER).put("is_bot", false).put("first_name", "Owner");
        ObjectNode under = api.message(OWNER, message.text());
        under.put("message_id", message.id());
        press.set("message", under);
        api.push("callback_query", press);
    }
}
