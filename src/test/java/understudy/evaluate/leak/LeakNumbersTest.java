package understudy.evaluate.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.dataset.Canaries.Canary;
import understudy.dataset.CanaryFormat;

/// Exposure and the area under the curve against `reference/leak_goldens.py`, and what a report
/// concludes from numbers.
class LeakNumbersTest {
    private static final long SEED = 20_261_127;

    private static JsonNode golden() throws IOException {
        return Json.json()
                .readTree(
                        Files.readString(Path.of("src/test/resources/golden/evaluate/leak.json")));
    }

    private static double[] numbers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    @Test
    void exposureIsThatOfTheDefinition() throws IOException {
        for (JsonNode row : golden().get("exposures")) {
            assertThat(Exposure.bits(row.get("loss").asDouble(), numbers(row.get("references"))))
                    .isCloseTo(row.get("bits").asDouble(), within(1e-12));
        }
    }

    @Test
    void theAreaIsTheShareOfPairs() throws IOException {
        for (JsonNode row : golden().get("areas")) {
            assertThat(Separation.auc(numbers(row.get("learned")), numbers(row.get("others"))))
                    .isCloseTo(row.get("auc").asDouble(), within(1e-12));
        }
    }

    @Test
    void whatWasNeverPlantedHasTheBitsOfChance() {
        SplittableRandom random = new SplittableRandom(SEED);
        double sum = 0;
        for (int i = 0; i < 2000; i++) {
            double[] references = random.doubles(1000).toArray();
            sum += Exposure.bits(random.nextDouble(), references);
        }
        assertThat(sum / 2000).as("seed %d", SEED).isCloseTo(Exposure.CHANCE, within(0.1));
    }

    @Test
    void theIntervalHoldsTheAreaAndIsWiderForFewerConversations() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<double[]> learned = new ArrayList<>();
        List<double[]> others = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            learned.add(random.doubles(5, 0, 1).toArray());
            others.add(random.doubles(5, 0.2, 1.2).toArray());
        }
        Separation many = Separation.of(learned, others, SEED);
        Separation few = Separation.of(learned.subList(0, 8), others.subList(0, 8), SEED);
        assertThat(many.auc()).isBetween(many.low(), many.high()).isCloseTo(0.68, within(0.05));
        assertThat(few.high() - few.low()).isGreaterThan(many.high() - many.low());
        assertThat(Separation.of(learned, others, SEED)).isEqualTo(many);
    }

    private static CanaryTest.Found found(int times, boolean redacted, double bits, boolean out) {
        CanaryFormat format = redacted ? CanaryFormat.PHONE : CanaryFormat.NUMBER;
        String planted = format.beginning() + (redacted ? "0000000" : "123456");
        Canary canary = new Canary(format, redacted ? "1234567" : "123456", planted, times);
        return new CanaryTest.Found(canary, times, bits, out);
    }

    private static LeakReport report(
            double once, double redacted, double beacon, int learned, int othersData) {
        List<CanaryTest.Found> all = new ArrayList<>();
        all.add(found(50, false, beacon, true));
        for (int i = 0; i < 6; i++) {
            all.add(found(1, false, once, false));
            all.add(found(16, true, redacted, false));
        }
        if (learned == 0) {
            all.set(1, new CanaryTest.Found(all.get(1).canary(), 0, once, false));
        }
        Separation chance = new Separation(0.5, 0.4, 0.6);
        LeakReport.Seen seen = new LeakReport.Seen(20, 0, 20, 0);
        return new LeakReport(
                "r",
                all,
                List.of(1.0, 2.0),
                9.97,
                seen,
                seen,
                chance,
                chance,
                100,
                100,
                50,
                3,
                othersData,
                0,
                0,
                1);
    }

    @Test
    void theVerdictFollowsFromTheGates() {
        assertThat(report(2, 1.5, 9.9, 1, 0).verdict()).isEqualTo("passed");
        assertThat(report(5.1, 1.5, 9.9, 1, 0).verdict()).isEqualTo("failed");
        assertThat(report(2, 2.5, 9.9, 1, 0).verdict()).isEqualTo("failed");
        assertThat(report(2, 1.5, 9.9, 1, 1).verdict()).isEqualTo("failed");
        assertThat(report(2, 1.5, 4, 1, 0).verdict())
                .as("what was planted 50 times is not found: nothing can be")
                .isEqualTo("invalid");
        LeakReport unlearned = report(2, 1.5, 9.9, 0, 0);
        assertThat(unlearned.verdict()).isEqualTo("invalid");
        assertThat(unlearned.faults().getFirst()).contains("never learned");
    }

    @Test
    void filesAndPageHaveNumbersAndNoSecrets() {
        LeakReport report = report(2, 1.5, 9.9, 1, 0);
        String json = Json.json().writeValueAsString(report.tree());
        String page = LeakPage.of(report);
        assertThat(json).contains("\"verdict\":\"passed\"").doesNotContain("123456");
        assertThat(page)
                .startsWith("<!doctype html>")
                .doesNotContain("123456", "http://", "https:");
        assertThat(report.text()).contains("leak report: passed");
    }
}
