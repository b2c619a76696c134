package understudy.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;

class BootstrapTest {
    /// `reference/voice_goldens.py`.
    private static final JsonNode GOLDEN =
            Json.json().readTree(Path.of("src/test/resources/golden/evaluate/voice.json").toFile());

    @Test
    void wilsonsIntervalIsThatOfTheIndependentProgram() {
        for (JsonNode one : GOLDEN.get("wilson")) {
            Estimate share = Bootstrap.share(one.get("hits").asInt(), one.get("of").asInt());
            assertThat(share.low()).isCloseTo(one.get("interval").get(0).asDouble(), within(1e-9));
            assertThat(share.high()).isCloseTo(one.get("interval").get(1).asDouble(), within(1e-9));
        }
        assertThat(Bootstrap.share(0, 0).value()).isNaN();
        assertThat(Bootstrap.share(0, 20).low()).isZero();
        assertThat(Bootstrap.share(20, 20).high()).isEqualTo(1);
    }

    @Test
    void studentsPointsAreThoseOfTheIndependentProgram() {
        for (JsonNode one : GOLDEN.get("student")) {
            assertThat(Bootstrap.student(one.get("degrees").asInt()))
                    .isCloseTo(one.get("point").asDouble(), within(1e-3));
        }
        assertThat(Bootstrap.normal(-1.959963984540054)).isCloseTo(0.025, within(1e-6));
        assertThat(Bootstrap.tail(100_000)).isCloseTo(0.025, within(1e-4));
    }

    /// Ratios like bits per character, from conversations of very unequal length: how often the
    /// interval holds the truth.
    @Test
    void intervalsHoldTheTruthAboutAsOftenAsTheySay() {
        long seed = 20261127;
        System.out.println("coverage by simulation, seed " + seed);
        Random random = new Random(seed);
        int times = 400;
        for (int clusters : new int[] {8, 30}) {
            int held = 0;
            for (int i = 0; i < times; i++) {
                double[] top = new double[clusters];
                double[] bottom = new double[clusters];
                for (int j = 0; j < clusters; j++) {
                    bottom[j] = Math.exp(random.nextGaussian());
                    top[j] = bottom[j] * (2 + 0.5 * random.nextGaussian());
                }
                Estimate ratio =
                        new Bootstrap(clusters, 300, i).estimate(d -> ratio(d, top, bottom));
                held += ratio.low() <= 2 && ratio.high() >= 2 ? 1 : 0;
            }
            double share = (double) held / times;
            System.out.printf(
                    "  %d conversations: %.1f%% of the intervals%n", clusters, 100 * share);
            assertThat(share).as("%d conversations", clusters).isBetween(0.88, 0.985);
        }
    }

    private static double ratio(double[] draw, double[] top, double[] bottom) {
        double a = 0;
        double b = 0;
        for (int i = 0; i < draw.length; i++) {
            a += draw[i] * top[i];
            b += draw[i] * bottom[i];
        }
        return a / b;
    }

    @Test
    void theSameSeedGivesTheSameIntervalAndFewConversationsGiveNone() {
        double[] top = {1, 2, 3, 4, 5, 6};
        double[] one = {1, 1, 1, 1, 1, 1};
        Estimate first = new Bootstrap(6, 200, 5).estimate(d -> ratio(d, top, one));
        assertThat(new Bootstrap(6, 200, 5).estimate(d -> ratio(d, top, one))).isEqualTo(first);
        assertThat(first.value()).isEqualTo(3.5);
        assertThat(first.low()).isLessThan(3.5);
        assertThat(first.high()).isGreaterThan(3.5);
        Estimate few = new Bootstrap(4, 200, 5).estimate(d -> ratio(d, top, one));
        assertThat(few.value()).isEqualTo(2.5);
        assertThat(few.hasInterval()).isFalse();
        assertThat(few.tree().get("low")).isNull();
    }
}
