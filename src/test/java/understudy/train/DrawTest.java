package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DrawTest {
    private static final long SEED = 77;

    private static List<TrainingRow> weighted(Random random, int count) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TrainingRow row = TrainingRows.row(random, random.nextInt(2, 30), 0.5);
            double weight = random.nextInt(4) == 0 ? 1 : 0.05 + 4 * random.nextDouble();
            rows.add(new TrainingRow(row.ids(), row.learned(), weight));
        }
        return rows;
    }

    @Test
    void everyRowIsReadAsOftenAsItsWeightGiveOrTakeOne() {
        for (int i = 0; i < 200; i++) {
            Random random = new Random(SEED + i);
            List<TrainingRow> rows = weighted(random, 1 + random.nextInt(30));
            int epochs = 1 + random.nextInt(6);
            List<TrainingRow> all = new ArrayList<>();
            for (int epoch = 0; epoch < epochs; epoch++) {
                all.addAll(Draw.of(rows, i, epoch));
            }
            for (TrainingRow row : rows) {
                long times = all.stream().filter(r -> r == row).count();
                assertThat(Math.abs(times - epochs * row.weight()))
                        .as("seed %d item %d", SEED, i)
                        .isLessThan(1);
            }
        }
    }

    @Test
    void whatAnEpochReadsIsAFunctionOfSeedAndEpoch() {
        List<TrainingRow> rows = weighted(new Random(SEED), 50);
        assertThat(Draw.of(rows, 3, 1)).isEqualTo(Draw.of(rows, 3, 1));
        assertThat(Draw.of(rows, 3, 1)).isNotEqualTo(Draw.of(rows, 4, 1));
    }

    @Test
    void aPlanOfWeightedRowsEndsWithItsLastEpoch() {
        List<TrainingRow> rows = weighted(new Random(SEED), 50);
        Plan plan = Plan.of(rows, Configs.tiny("epochs=3"));
        assertThat(plan.steps().getLast().epoch()).isEqualTo(3);
        assertThat(plan.steps().stream().map(Plan.Batch::epoch)).isSorted();
        double mean = rows.stream().mapToDouble(r -> r.weight() * r.length()).sum();
        assertThat(plan.tokens()).isBetween((long) (2.7 * mean), (long) (3.3 * mean));
    }
}
