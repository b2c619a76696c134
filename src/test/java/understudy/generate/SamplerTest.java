package understudy.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import understudy.base.UserError;

class SamplerTest {
    private static final long SEED = 3;

    private static GenerateOptions options(
            double temperature, int topK, double topP, double minP, double penalty) {
        return new GenerateOptions.Builder()
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .minP(minP)
                .repetitionPenalty(penalty)
                .seed(SEED)
                .build();
    }

    private static float[] random(Random random, int size) {
        float[] logits = new float[size];
        for (int i = 0; i < size; i++) {
            logits[i] = (float) (2 * random.nextGaussian());
        }
        return logits;
    }

    private static double[] softmax(float[] logits, double temperature) {
        double highest =
                IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElse(0);
        double[] chances = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            chances[i] = Math.exp((logits[i] - highest) / temperature);
            sum += chances[i];
        }
        for (int i = 0; i < logits.length; i++) {
            chances[i] /= sum;
        }
        return chances;
    }

    private static int[] counts(GenerateOptions options, float[] logits, int draws) {
        Sampler sampler = new Sampler(options);
        int[] counts = new int[logits.length];
        for (int i = 0; i < draws; i++) {
            counts[sampler.choose(logits.clone())]++;
        }
        return counts;
    }

    /// The ids that are ever drawn.
    private static Set<Integer> drawn(GenerateOptions options, float... logits) {
        int[] counts = counts(options, logits, 3000);
        Set<Integer> ids = new HashSet<>();
        for (int id = 0; id < counts.length; id++) {
            if (counts[id] > 0) {
                ids.add(id);
            }
        }
        return ids;
    }

    private static float[] logitsOf(double... chances) {
        float[] logits = new float[chances.length];
        for (int i = 0; i < chances.length; i++) {
            logits[i] = (float) Math.log(chances[i]);
        }
        return logits;
    }

    @Test
    void atTemperatureZeroTheLikeliestIsTaken() {
        Random random = new Random(SEED);
        for (int i = 0; i < 200; i++) {
            float[] logits = random(random, 50);
            int best =
                    IntStream.range(0, 50)
                            .boxed()
                            .max(Comparator.comparingDouble(id -> logits[id]))
                            .orElseThrow();
            assertThat(new Sampler(options(0, 0, 1, 0, 1)).choose(logits.clone())).isEqualTo(best);
        }
        assertThat(new Sampler(options(0, 0, 1, 0, 1)).choose(new float[] {1, 5, 5, 2}))
                .as("of equals the first")
                .isEqualTo(1);
    }

    @Test
    void frequenciesAreThoseOfTheSoftmax() {
        Random random = new Random(SEED);
        int draws = 20_000;
        for (double temperature : new double[] {0.5, 1, 2}) {
            float[] logits = random(random, 40);
            double[] chances = softmax(logits, temperature);
            int[] counts = counts(options(temperature, 0, 1, 0, 1), logits, draws);
            for (int id = 0; id < 40; id++) {
                double sigma = Math.sqrt(draws * chances[id] * (1 - chances[id]));
                assertThat((double) counts[id])
                        .as("id %d at %s, seed %d", id, temperature, SEED)
                        .isCloseTo(draws * chances[id], within(4 * sigma + 1));
            }
        }
    }

    @Test
    void topKKeepsTheKLikeliestAndOfEqualsTheFirst() {
        float[] logits = {1, 3, 2, 3, 0};
        assertThat(drawn(options(1, 1, 1, 0, 1), logits)).containsExactly(1);
        assertThat(drawn(options(1, 2, 1, 0, 1), logits)).containsExactlyInAnyOrder(1, 3);
        assertThat(drawn(options(1, 3, 1, 0, 1), logits)).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(drawn(options(1, 99, 1, 0, 1), logits)).hasSize(5);
        assertThat(drawn(options(1, 0, 1, 0, 1), logits)).hasSize(5);
        assertThat(drawn(options(1, 2, 1, 0, 1), 2, 2, 2)).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void topPKeepsTheFewestThatReachIt() {
        float[] logits = logitsOf(0.1, 0.5, 0.25, 0.15);
        assertThat(drawn(options(1, 0, 1e-6, 0, 1), logits)).containsExactly(1);
        assertThat(drawn(options(1, 0, 0.49, 0, 1), logits)).containsExactly(1);
        assertThat(drawn(options(1, 0, 0.51, 0, 1), logits)).containsExactlyInAnyOrder(1, 2);
        assertThat(drawn(options(1, 0, 0.74, 0, 1), logits)).containsExactlyInAnyOrder(1, 2);
        assertThat(drawn(options(1, 0, 0.76, 0, 1), logits)).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(drawn(options(1, 0, 1, 0, 1), logits)).hasSize(4);
    }

    @Test
    void topPCountsWhatTopKLeft() {
        // of 0.5 and 0.25, what is left by top k, the first has two thirds
        float[] logits = logitsOf(0.1, 0.5, 0.25, 0.15);
        assertThat(drawn(options(1, 2, 0.6, 0, 1), logits)).containsExactly(1);
        assertThat(drawn(options(1, 2, 0.7, 0, 1), logits)).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void minPLeavesOutWhatIsFarBelowTheLikeliest() {
        float[] logits = logitsOf(0.1, 0.5, 0.25, 0.15);
        assertThat(drawn(options(1, 0, 1, 0.19, 1), logits)).hasSize(4);
        assertThat(drawn(options(1, 0, 1, 0.21, 1), logits)).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(drawn(options(1, 0, 1, 0.31, 1), logits)).containsExactlyInAnyOrder(1, 2);
        assertThat(drawn(options(1, 0, 1, 1, 1), logits)).containsExactly(1);
        assertThat(drawn(options(1, 0, 1, 1, 1), 2, 2, 1)).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void theBoundsTogetherAreThoseOfASlowImplementation() {
        Random random = new Random(SEED);
        for (int i = 0; i < 60; i++) {
            float[] logits = random(random, 12);
            int topK = random.nextInt(13);
            double topP = 0.05 + 0.95 * random.nextDouble();
            double minP = random.nextDouble() < 0.5 ? 0 : 0.3 * random.nextDouble();
            double temperature = 0.3 + random.nextDouble();
            double[] chances = softmax(logits, temperature);
            List<Integer> order = new ArrayList<>(IntStream.range(0, 12).boxed().toList());
            order.sort(Comparator.comparingDouble(id -> -chances[id]));
            order = order.subList(0, topK == 0 ? 12 : topK);
            double left = order.stream().mapToDouble(id -> chances[id]).sum();
            Set<Integer> kept = new HashSet<>();
            double sum = 0;
            for (int id : order) {
                if (sum < topP * left && chances[id] >= minP * chances[order.getFirst()]) {
                    kept.add(id);
                }
                sum += chances[id];
            }
            int[] counts = counts(options(temperature, topK, topP, minP, 1), logits, 3000);
            double all = kept.stream().mapToDouble(id -> chances[id]).sum();
            for (int id = 0; id < 12; id++) {
                double chance = kept.contains(id) ? chances[id] / all : 0;
                double sigma = Math.sqrt(3000 * chance * (1 - chance));
                assertThat((double) counts[id])
                        .as("case %d, id %d, seed %d", i, id, SEED)
                        .isCloseTo(3000 * chance, within(chance == 0 ? 0 : 5 * sigma + 1));
            }
        }
    }

    @Test
    void whatStandsThereBecomesLessLikely() {
        Sampler sampler = new Sampler(options(0, 0, 1, 0, 2));
        float[] logits = {4, 3, -1, -3};
        assertThat(sampler.choose(logits.clone())).isZero();
        sampler.read(0);
        sampler.read(2);
        sampler.read(1_000_000);
        float[] penalised = logits.clone();
        assertThat(sampler.choose(penalised)).isEqualTo(1);
        assertThat(penalised).containsExactly(2, 3, -2, -3);
        float[] untouched = logits.clone();
        Sampler plain = new Sampler(options(0, 0, 1, 0, 1));
        plain.read(0);
        assertThat(plain.choose(untouched)).isZero();
        assertThat(untouched).isEqualTo(logits);
    }

    @Test
    void theSameSeedMakesTheSameChoices() {
        float[] logits = random(new Random(SEED), 100);
        Sampler one = new Sampler(options(1, 0, 1, 0, 1));
        Sampler same = new Sampler(options(1, 0, 1, 0, 1));
        Sampler other = new Sampler(options(1, 0, 1, 0, 1).withSeed(SEED + 1));
        int[][] choices = new int[3][50];
        for (int i = 0; i < 50; i++) {
            choices[0][i] = one.choose(logits.clone());
            choices[1][i] = same.choose(logits.clone());
            choices[2][i] = other.choose(logits.clone());
        }
        assertThat(choices[1]).isEqualTo(choices[0]);
        assertThat(choices[2]).isNotEqualTo(choices[0]);
    }

    @Test
    void extremeScoresAreNoTrouble() {
        assertThat(drawn(options(1e-9, 0, 1, 0, 1), 1, 2, 1.999f)).containsExactly(1);
        assertThat(drawn(options(1, 0, 1, 0, 1), -1e38f, 3e38f, 0)).containsExactly(1);
        assertThat(drawn(options(1, 0, 1, 0, 1), Float.NEGATIVE_INFINITY, 0, 0))
                .containsExactlyInAnyOrder(1, 2);
        assertThat(drawn(options(1, 0, 1, 0, 1), Float.NaN, 1, Float.NaN)).containsExactly(1);
        assertThat(drawn(options(0, 0, 1, 0, 1), Float.NaN, 1, Float.NaN)).containsExactly(1);
        for (float none : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            for (double temperature : new double[] {0, 1}) {
                assertThatThrownBy(() -> drawn(options(temperature, 0, 1, 0, 1), none, none))
                        .isInstanceOf(UserError.class);
            }
        }
        float[] large = new float[150_000];
        Arrays.fill(large, -5);
        large[149_999] = 30;
        assertThat(new Sampler(options(1, 0, 1, 0, 1)).choose(large)).isEqualTo(149_999);
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        List<Runnable> wrong =
                List.of(
                        () -> options(-0.1, 0, 1, 0, 1),
                        () -> options(5.1, 0, 1, 0, 1),
                        () -> options(Double.NaN, 0, 1, 0, 1),
                        () -> options(1, -1, 1, 0, 1),
                        () -> options(1, 0, 0, 0, 1),
                        () -> options(1, 0, 1.1, 0, 1),
                        () -> options(1, 0, 1, -0.1, 1),
                        () -> options(1, 0, 1, 1.1, 1),
                        () -> options(1, 0, 1, 0, 0));
        for (Runnable each : wrong) {
            assertThatThrownBy(each::run).isInstanceOf(UserError.class);
        }
        assertThatThrownBy(() -> GenerateOptions.CHAT.alsoStoppingAt(Set.of(), List.of("")))
                .isInstanceOf(UserError.class);
    }

    /// What was written loses the presence penalty once and the frequency penalty each time; what
    /// was only read loses nothing.
    @Test
    void whatWasWrittenIsPenalisedAndWhatWasReadIsNot() {
        GenerateOptions options =
                new GenerateOptions.Builder()
                        .temperature(0)
                        .repetitionPenalty(1)
                        .frequencyPenalty(0.5)
                        .presencePenalty(1)
                        .build();
        Sampler sampler = new Sampler(options);
        sampler.read(0);
        assertThat(sampler.choose(new float[] {3, 2.9f, 0})).isZero();
        sampler.wrote(0); // 3 - 1 - 0.5
        assertThat(sampler.choose(new float[] {3, 1.4f, 0})).isZero();
        sampler.wrote(0); // 3 - 1 - 2 * 0.5
        assertThat(sampler.choose(new float[] {3, 1.1f, 0})).isEqualTo(1);
        assertThat(sampler.choose(new float[] {3, 0.9f, 0})).isZero();
    }
}
