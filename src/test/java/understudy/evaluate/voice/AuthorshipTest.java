package understudy.evaluate.voice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.chat.Role;
import understudy.text.Line;

class AuthorshipTest {
    private static final long SEED = 7;
    private static final JsonNode GOLDEN =
            Json.json().readTree(Path.of("src/test/resources/golden/evaluate/voice.json").toFile());

    @Test
    void gramsAreHashedAsTheIndependentProgramDoes() {
        for (JsonNode one : GOLDEN.get("grams")) {
            CharacterGrams grams = CharacterGrams.of(one.get("text").asString());
            assertThat(grams.places()).hasSize(one.get("places").size());
            for (int i = 0; i < grams.places().length; i++) {
                assertThat(grams.places()[i]).isEqualTo(one.get("places").get(i).asInt());
                assertThat((double) grams.values()[i])
                        .isCloseTo(one.get("values").get(i).asDouble(), within(1e-5));
            }
        }
    }

    @Test
    void theFitIsTheMinimumThatTheIndependentProgramFinds() {
        JsonNode logistic = GOLDEN.get("logistic");
        List<CharacterGrams> rows = new ArrayList<>();
        boolean[] positive = new boolean[logistic.get("y").size()];
        for (int i = 0; i < positive.length; i++) {
            positive[i] = logistic.get("y").get(i).asDouble() > 0;
            JsonNode x = logistic.get("x").get(i);
            int[] places = new int[x.size()];
            float[] values = new float[x.size()];
            for (int j = 0; j < places.length; j++) {
                places[j] = j;
                values[j] = (float) x.get(j).asDouble();
            }
            rows.add(new CharacterGrams(places, values));
        }
        for (JsonNode fit : logistic.get("fits")) {
            double[] weights =
                    LogisticRegression.fit(6, rows, positive, fit.get("c").asDouble()).weights();
            for (int i = 0; i < weights.length; i++) {
                assertThat(weights[i])
                        .isCloseTo(fit.get("weights").get(i).asDouble(), within(1e-3));
            }
        }
    }

    private static final List<String> SHARED =
            List.of("lake", "cat", "soup", "boat", "key", "bread", "plums", "garden", "train");

    private static String text(Random random, boolean manner) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 4 + random.nextInt(5); i++) {
            words.add(SHARED.get(random.nextInt(SHARED.size())));
        }
        String text = String.join(" ", words);
        return manner ? text + (random.nextBoolean() ? " haha" : "!!") : text + ".";
    }

    /// 30 conversations of 6 exchanges each.
    private static List<Exchange> exchanges(Random random, boolean manner) {
        List<Exchange> all = new ArrayList<>();
        for (int block = 0; block < 30; block++) {
            for (int i = 0; i < 6; i++) {
                List<Line> before = List.of(Line.of(Role.USER, text(random, false)));
                all.add(new Exchange("Kim", "Kim", block, before, text(random, manner)));
            }
        }
        return all;
    }

    private static Authorship learned(boolean different) {
        Random random = new Random(SEED);
        List<Exchange> own = exchanges(random, true);
        return Objects.requireNonNull(Authorship.learn(own, exchanges(random, !different), SEED));
    }

    @Test
    void twoMannersAreToldApart() {
        Authorship authorship = learned(true);
        assertThat(authorship.quality().accuracy().low()).isGreaterThan(0.95);
        assertThat(authorship.quality().auc()).isGreaterThan(0.99);
        assertThat(authorship.quality().brier()).isLessThan(0.1);
        Random random = new Random(SEED + 1);
        List<String> mine = new ArrayList<>();
        List<String> theirs = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            mine.add(text(random, true));
            theirs.add(text(random, false));
        }
        assertThat(authorship.ofNew(mine)).matches(c -> Arrays.stream(c).allMatch(p -> p > 0.5));
        assertThat(authorship.ofNew(theirs)).matches(c -> Arrays.stream(c).allMatch(p -> p < 0.5));
        assertThat(authorship.ofNew(List.of(" "))).containsExactly(0);
    }

    @Test
    void oneMannerIsNotToldFromItself() {
        System.out.println("authorship of one author, seed " + SEED);
        Authorship.Quality quality = learned(false).quality();
        assertThat(quality.accuracy().value()).isBetween(0.42, 0.58);
        assertThat(quality.accuracy().low()).isLessThan(0.5);
        assertThat(quality.auc()).isBetween(0.42, 0.58);
    }

    @Test
    void tooLittleIsNotLearnedFrom() {
        List<Exchange> few = exchanges(new Random(SEED), true).subList(0, 30);
        assertThat(Authorship.learn(few, few, SEED)).isNull();
    }
}
