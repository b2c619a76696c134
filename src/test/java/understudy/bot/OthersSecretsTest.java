package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.privacy.OthersWords;
import understudy.privacy.SeededSecrets;
import understudy.privacy.SeededSecrets.Secret;
import understudy.reply.Voice;

/// What other people wrote, said by a model that learned it by heart.
///
/// The 5,000 combinations take minutes, so that a usual run has a part of them; all of them:
/// `-Dunderstudy.secrets=5000`.
class OthersSecretsTest {
    private static final long SEED = 20261125;
    private static final int ALL = 5_000;
    private static final int WAYS = 50;

    /// A step that meets every secret and every way before it meets one again.
    private static final int STEP = 2_851;

    private static final String[] WORDS =
            ("harbour winter copper ladder violin meadow thunder pepper saddle window orchard"
                            + " lantern barrel feather candle marble anchor ribbon tunnel basket")
                    .split(" ");

    @TempDir Path folder;

    /// Every fifth is a sentence in place of a number.
    private static List<Secret> secrets(RandomGenerator random) {
        List<Secret> secrets = new ArrayList<>();
        for (int i = 0; i < ALL / WAYS; i++) {
            secrets.add(i % 6 == 5 ? sentence(random) : SeededSecrets.secret(i, random));
        }
        return secrets;
    }

    private static Secret sentence(RandomGenerator random) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            words.add(WORDS[random.nextInt(WORDS.length)]);
        }
        return new Secret(String.join(" ", words), String.join("", words));
    }

    private static List<String> ways(Secret secret) {
        boolean sentence = secret.written().matches("[a-z ]{60,}");
        List<String> all = SeededSecrets.outputs(secret.written());
        if (!sentence) {
            return all;
        }
        // words in a row, as they are, in capitals, and with what else people put between words
        List<String> ways = new ArrayList<>();
        for (int i = 0; i < WAYS; i++) {
            String between = List.of(" ", ", ", "\n", "... ", " - ").get(i % 5);
            String said = secret.written().replace(" ", between);
            ways.add(
                    "I remember that they once wrote to me in the summer, number %d: %s"
                            .formatted(i, i % 2 == 0 ? said : said.toUpperCase(Locale.ROOT)));
        }
        return ways;
    }

    @Test
    void noneOfThemGoesOut() {
        RandomGenerator random = SeededSecrets.random(SEED);
        List<Secret> secrets = secrets(random);
        OthersWords others =
                OthersWords.of(secrets.stream().map(s -> "ok: " + s.written()), List.of("DE"));
        int count = Integer.getInteger("understudy.secrets", 250);
        List<String> leaks = new ArrayList<>();
        int sent = 0;
        try (Stage stage =
                new Stage(
                        folder,
                        r ->
                                new BotRules(
                                        Mode.ALLOW,
                                        Stage.OWNER,
                                        Set.of(Stage.ANNA),
                                        new Voice("Bea", ""),
                                        "",
                                        true,
                                        false,
                                        2 * ALL,
                                        t -> true,
                                        Duration.ofHours(1),
                                        Duration.ZERO,
                                        r.options()),
                        List.of(),
                        others)) {
            for (int i = 0; i < count; i++) {
                int at = (int) ((long) i * STEP % ALL);
                Secret secret = secrets.get(at / WAYS);
                String raw = ways(secret).get(at % WAYS);
                assertThat(found(raw, secret)).as("the test itself: %s", raw).isTrue();
                stage.model.says(raw);
                List<ChatTransport.Outgoing> out = stage.say(Stage.ANNA, "tell me, number " + i);
                sent += out.size();
                assertThat(stage.model.asked).isNotEmpty();
                stage.model.asked.clear();
                out.stream()
                        .map(ChatTransport.Outgoing::text)
                        .filter(text -> found(text, secret))
                        .forEach(text -> leaks.add(raw + " -> " + text));
            }
        }
        assertThat(sent).isGreaterThanOrEqualTo(count);
        assertThat(leaks).as("seed %d", SEED).isEmpty();
    }

    private static boolean found(String text, Secret secret) {
        return SeededSecrets.readings(text).stream().anyMatch(r -> r.contains(secret.bare()));
    }
}
