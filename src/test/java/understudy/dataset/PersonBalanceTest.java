package understudy.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PersonBalanceTest {
    private static final long SEED = 1_964;

    @Test
    void oneLeavesEverybodyAndZeroMakesAllAlike() {
        Map<String, Long> learned = Map.of("Ada", 200L, "Bo", 300L, "Cy", 100L);
        assertThat(PersonBalance.weights(learned, 1).values()).containsOnly(1.0);
        Map<String, Double> alike = PersonBalance.weights(learned, 0);
        learned.forEach((name, tokens) ->
                assertThat(alike.get(name) * tokens).isCloseTo(200, within(1e-9)));
    }

    @Test
    void aHalfIsTheSquareRootOfTheShares() {
        Map<String, Double> half = PersonBalance.weights(Map.of("Ada", 900L, "Bo", 400L), 0.5);
        // sqrt(900) : sqrt(400) = 3 : 2 of 1300
        assertThat(half.get("Ada")).isCloseTo(780.0 / 900, within(1e-9));
        assertThat(half.get("Bo")).isCloseTo(520.0 / 400, within(1e-9));
    }

    @Test
    void whoSaidLittleIsReadFourTimesAtMostAndTheSumStays() {
        for (int i = 0; i < 500; i++) {
            Random random = new Random(SEED + i);
            Map<String, Long> learned = new LinkedHashMap<>();
            long all = 0;
            for (int p = 1 + random.nextInt(30); p > 0; p--) {
                long tokens = (long) Math.exp(10 * random.nextDouble());
                learned.put("person " + p, tokens);
                all += tokens;
            }
            double temperature = random.nextInt(5) / 4.0;
            Map<String, Double> weights = PersonBalance.weights(learned, temperature);
            String what = "seed %d item %d, temperature %s".formatted(SEED, i, temperature);
            double sum = 0;
            double before = 0;
            for (Map.Entry<String, Long> person : learned.entrySet()) {
                double weight = weights.getOrDefault(person.getKey(), 0.0);
                assertThat(weight).as(what).isGreaterThan(0);
                assertThat(weight).as(what).isLessThanOrEqualTo(PersonBalance.MOST + 1e-9);
                sum += weight * person.getValue();
                before = Math.max(before, person.getValue());
            }
            assertThat(sum).as(what).isCloseTo(all, within(1e-6 * all));
        }
    }

    @Test
    void nobodyToLearnFromIsNoDivisionByZero() {
        assertThat(PersonBalance.weights(Map.of("Ada", 0L), 0)).containsEntry("Ada", 1.0);
    }
}
