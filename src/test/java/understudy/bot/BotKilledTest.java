package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bot that is killed over and over answers nobody twice, almost everybody once, and says of the
/// others that it does not know.
///
/// `-Dunderstudy.kills=200 -Dunderstudy.updates=500` is the full campaign.
class BotKilledTest {
    private static final long SEED = 9_000;
    private static final int KILLS = Integer.getInteger("understudy.kills", 15);
    private static final int UPDATES = Integer.getInteger("understudy.updates", 45);
    private static final int CHATS = 50;

    @TempDir Path folder;

    /// The bot, in a process of its own.
    static final class Bot {
        private Bot() {}

        public static void main(String[] arguments) {
            try (BotStore store = BotStore.open(Path.of(arguments[1]))) {
                new BotRunner(
                                new BotRunner.Parts(
                                        TelegramTransport.connect(
                                                FakeBotApi.TOKEN, arguments[0], false),
                                        store,
                                        new Outbox(store, Clock.systemUTC()),
                                        new EchoBehaviour(),
                                        new KillSwitch(Path.of(arguments[1] + ".stop"))),
                                new Telling(),
                                new BotRunner.Options(Duration.ofHours(2), 500, 5000))
                        .run();
            }
        }
    }

    private static Process start(String url, Path file) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1", // starts fast: most of its short life
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Bot.class.getName(),
                        url,
                        file.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void answersNobodyTwiceAndAlmostEverybodyOnce() throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        Path file = folder.resolve("telegram.db");
        try (FakeBotApi api = new FakeBotApi()) {
            List<Long> updates = new ArrayList<>();
            int inWork = 0;
            for (int kill = 1; kill <= KILLS; kill++) {
                int polls = api.offsets().size();
                Process bot = start(api.url(), file);
                // until it polls at the latest, then on for a time of its own
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> api.offsets().size() > polls);
                int until = UPDATES * kill / KILLS;
                while (updates.size() < until) {
                    bot.waitFor(random.nextInt(150), TimeUnit.MILLISECONDS);
                    updates.add(api.say(1 + random.nextInt(CHATS), "m" + updates.size()));
                }
                bot.waitFor(random.nextInt(60), TimeUnit.MILLISECONDS);
                bot.toHandle().destroyForcibly();
                bot.waitFor();
                inWork += api.sent().size() < updates.size() ? 1 : 0;
                assertWhole(file, api, kill);
            }
            Process last = start(api.url(), file);
            await().atMost(Duration.ofSeconds(120)).until(() -> settled(file, updates));
            last.toHandle().destroyForcibly();
            last.waitFor();
            assertCounts(file, api, updates, inWork);
        }
    }

    /// After each kill the file is whole, and holds every update that the API was told of.
    private static void assertWhole(Path file, FakeBotApi api, int kill) {
        long confirmed = api.offsets().stream().mapToLong(o -> o).max().orElse(0);
        try (BotStore store = BotStore.look(file)) {
            String check =
                    store.read(handle ->
                            handle.createQuery("PRAGMA integrity_check").mapTo(String.class).one());
            assertThat(check).as("seed %d kill %d", SEED, kill).isEqualTo("ok");
            assertThat(new Inbox(store).offset())
                    .as("seed %d kill %d", SEED, kill)
                    .isGreaterThanOrEqualTo(confirmed);
            long rows =
                    store.read(handle ->
                            handle.createQuery("SELECT count(*) FROM inbox WHERE update_id < ?")
                                    .bind(0, confirmed)
                                    .mapTo(Long.class)
                                    .one());
            assertThat(rows)
                    .as("seed %d kill %d: every acknowledged update", SEED, kill)
                    .isEqualTo(Math.max(0, confirmed - 5001));
        }
    }

    /// Everything came in, and nothing waits.
    private static boolean settled(Path file, List<Long> updates) {
        try (BotStore store = BotStore.look(file)) {
            Map<Outbox.State, Integer> counts = new Outbox(store, Clock.systemUTC()).counts();
            return new Inbox(store).offset() > updates.getLast()
                    && new Inbox(store).waiting().isEmpty()
                    && counts.get(Outbox.State.GENERATED) == 0
                    && counts.get(Outbox.State.SENDING) == 0;
        }
    }

    private static void assertCounts(Path file, FakeBotApi api, List<Long> updates, int inWork) {
        Map<Long, Integer> answers = new HashMap<>();
        for (FakeBotApi.Sent sent : api.sent()) {
            for (String word : sent.text().split(" ")) {
                if (word.contains("=")) {
                    answers.merge(
                            Long.valueOf(word.substring(0, word.indexOf('='))), 1, Integer::sum);
                }
            }
        }
        Set<Long> listed;
        int ambiguous;
        try (BotStore store = BotStore.look(file)) {
            ambiguous = new Outbox(store, Clock.systemUTC()).ambiguous().size();
            listed =
                    new HashSet<>(
                            store.read(handle ->
                                    handle.createQuery(
                                                    """
                                                    SELECT update_id FROM outbox_causes c
                                                    JOIN outbox o ON o.id = c.outbox
                                                    WHERE o.state = 'AMBIGUOUS'
                                                    """)
                                            .mapTo(Long.class)
                                            .list()));
        }
        long once = updates.stream().filter(u -> answers.getOrDefault(u, 0) == 1).count();
        System.out.printf(
                "seed %d: %d kills (%d with answers open), %d updates: %d answered once,"
                        + " %d twice or more, %d answers ambiguous%n",
                SEED,
                KILLS,
                inWork,
                updates.size(),
                once,
                answers.values().stream().filter(n -> n > 1).count(),
                ambiguous);
        assertThat(answers.values()).as("seed %d: answered twice", SEED).allMatch(n -> n == 1);
        for (long update : updates) {
            if (!answers.containsKey(update)) {
                assertThat(listed).as("seed %d: unanswered, so listed", SEED).contains(update);
            }
        }
        // one of a hundred may be lost; with few updates one may, too
        long lost = updates.size() - once;
        assertThat(lost).isLessThanOrEqualTo(Math.max(1, updates.size() / 100));
        assertThat(api.offsets()).as("never backward").isSorted();
    }
}
