package understudy.evaluate.voice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.evaluate.Bootstrap;

class StyleFormulasTest {
    private static final JsonNode GOLDEN =
            Json.json().readTree(Path.of("src/test/resources/golden/evaluate/voice.json").toFile());

    private static double[] numbers(JsonNode list) {
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = list.get(i).asDouble();
        }
        return numbers;
    }

    @Test
    void distancesAreThoseOfTheIndependentProgram() {
        for (JsonNode one : GOLDEN.get("jensen_shannon")) {
            double[] p = numbers(one.get("p"));
            double[] q = numbers(one.get("q"));
            assertThat(Divergence.jensenShannon(p, q))
                    .isCloseTo(one.get("distance").asDouble(), within(1e-9))
                    .isCloseTo(Divergence.jensenShannon(q, p), within(1e-12));
            assertThat(Divergence.jensenShannon(p, p)).isCloseTo(0, within(1e-6));
        }
        assertThat(Divergence.jensenShannon(new double[] {3, 0}, new double[] {0, 9})).isEqualTo(1);
        assertThat(Divergence.jensenShannon(new double[2], new double[] {1, 1})).isNaN();
        JsonNode cohen = GOLDEN.get("cohen");
        assertThat(Divergence.cohen(numbers(cohen.get("a")), numbers(cohen.get("b"))))
                .isCloseTo(cohen.get("d").asDouble(), within(1e-9));
    }

    @Test
    void messagesAreTakenApart() {
        assertThat(Words.bubbles(" a \n\n b")).containsExactly("a", "b");
        assertThat(Words.words("It’s OK, don't! 3 Käse"))
                .containsExactly("it's", "ok", "don't", "3", "käse");
        assertThat(Words.words("我们 go")).containsExactly("我", "们", "go");
        assertThat(Words.emoji("hi 😂👨‍👩‍👧 :-) xD <3 don't:)"))
                .containsExactly("😂", "👨", ":-)", "xD", "<3");
        assertThat(Words.punctuation("what?! ok... :) it's")).containsExactly("?!", "...");
        assertThat(Words.elongated("sooo")).isTrue();
        assertThat(Words.elongated("2000")).isFalse();
    }

    @Test
    void aTypoIsOneSlipFromACommonWord() {
        List<String> texts = new ArrayList<>(Collections.nCopies(6, "because friend morning"));
        texts.add("banana");
        Lexicon lexicon = new Lexicon(texts);
        assertThat(List.of("becuase", "frend", "mornning", "becayse")).allMatch(lexicon::isTypo);
        assertThat(List.of("because", "friends", "banana", "fri", "morningggg", "zebra"))
                .noneMatch(lexicon::isTypo);
    }

    @Test
    void everyMeasureSeesItsOwnDifference() {
        List<String> plain = Collections.nCopies(40, "I think that is good.");
        List<String> training =
                Stream.concat(plain.stream(), Collections.nCopies(9, "sooo good").stream())
                        .toList();
        StyleProfile profile = StyleProfile.of(training, List.of("that is fine with me"));
        int[] clusters = new int[40];
        for (int i = 0; i < clusters.length; i++) {
            clusters[i] = i % 8;
        }
        StyleComparison comparison =
                new StyleComparison(profile, plain, clusters, new Bootstrap(8, 100, 1));
        StyleComparison.Result same = comparison.compare(plain);
        assertThat(same.overall().value()).isCloseTo(0, within(1e-6));
        Map<String, List<StyleMeasure>> changes =
                Map.of(
                        "I think that is good.\nI think that is good.",
                                List.of(StyleMeasure.BURSTS),
                        "i think that is good.", List.of(StyleMeasure.CASE),
                        "I think that is good!", List.of(StyleMeasure.ENDINGS),
                        "I think, that is good.", List.of(StyleMeasure.PUNCTUATION),
                        "I think that is good. 😂", List.of(StyleMeasure.EMOJI),
                        "I think that is goood.", List.of(StyleMeasure.ELONGATION),
                        "I thikn that is good.", List.of(StyleMeasure.TYPOS),
                        "That I think is good.", List.of(StyleMeasure.OPENINGS),
                        "I think good is that.", List.of(StyleMeasure.CLOSINGS),
                        "I banana that is good.",
                                List.of(StyleMeasure.FUNCTION_WORDS, StyleMeasure.WORD_GRAMS));
        changes.forEach((text, measures) -> {
            StyleComparison.Result changed =
                    comparison.compare(Collections.nCopies(plain.size(), text));
            for (StyleMeasure measure : measures) {
                assertThat(changed.measures().get(measure).distance())
                        .as("%s by %s", text, measure)
                        .isGreaterThan(0.2);
            }
            assertThat(changed.overall().value()).isGreaterThan(0);
        });
        assertThat(comparison.nearer(plain, Collections.nCopies(40, "OK")).low()).isPositive();
    }

    @Test
    void varietyAndCopiesAreCounted() {
        List<String> dull = Collections.nCopies(60, "yes of course");
        Distinctness distinct = Distinctness.of(dull);
        assertThat(distinct.one()).isEqualTo(0.03);
        assertThat(distinct.two()).isEqualTo(0.02);
        assertThat(distinct.same()).isEqualTo(1);
        assertThat(Distinctness.of(List.of("short")).one()).isNaN();
        List<String> replies =
                List.of(
                        "Well: one two three four, five six seven EIGHT nine",
                        "one two three four five six seven",
                        "none of these eight words stand there so");
        Copying copying =
                Copying.of(
                                Stream.of("so one two three four five six seven eight nine ten"),
                                List.of(replies))
                        .getFirst();
        assertThat(copying.eligible()).isEqualTo(2);
        assertThat(copying.share().value()).isEqualTo(0.5);
        assertThat(copying.longest()).isEqualTo(9);
    }
}
