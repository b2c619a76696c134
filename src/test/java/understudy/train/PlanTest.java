package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final long SEED = 5;

    private static final List<TrainingRow> ROWS = TrainingRows.halves(SEED, 50, 10, 40);

    private static long tokens(List<TrainingRow> rows) {
        return rows.stream().mapToLong(TrainingRow::length).sum();
    }

    private static int learned(List<TrainingRow> rows) {
        return rows.stream().mapToInt(r -> r.learned().cardinality()).sum();
    }

    @Test
    void anEpochLearnsEveryTokenOnce() {
        Plan plan = Plan.of(ROWS, Configs.tiny("epochs=3"));
        assertThat(plan.epochTokens()).isEqualTo(tokens(ROWS));
        assertThat(plan.tokens()).isEqualTo(3 * tokens(ROWS));
        assertThat(plan.steps().stream().mapToInt(Plan.Batch::learned).sum())
                .isEqualTo(3 * learned(ROWS));
        assertThat(plan.steps().getLast().epoch()).isEqualTo(3);
        assertThat(plan.steps().stream().map(Plan.Batch::epoch)).isSorted();
    }

    @Test
    void theTokenBoundIsNeverPassedExceptByASingleStep() {
        for (long bound = 1; bound < 2 * tokens(ROWS); bound += 37) {
            Plan plan = Plan.of(ROWS, Configs.tiny("max_tokens=" + bound));
            assertThat(plan.tokens() <= bound || plan.steps().size() == 1)
                    .as("%d tokens of %d in %d steps", plan.tokens(), bound, plan.steps().size())
                    .isTrue();
        }
    }

    @Test
    void aBoundOverTheEpochsChangesNothing() {
        Plan free = Plan.of(ROWS, Configs.tiny());
        Plan bound = Plan.of(ROWS, Configs.tiny("max_tokens=1000000"));
        assertThat(bound.steps()).hasSameSizeAs(free.steps());
    }

    @Test
    void anOpenIntervalIsHalfAnEpochOrOneHundredSteps() {
        TrainConfig open = Configs.tiny("epochs=4", "validate_every=auto");
        Plan plan = Plan.of(ROWS, open);
        int half = plan.steps().size() / 8;
        assertThat(half).isGreaterThan(2);
        assertThat(plan.validationSteps(open)).isBetween(half - 1, half + 1);
        Plan part = Plan.of(ROWS, Configs.tiny("max_tokens=" + tokens(ROWS) * 2 / 3));
        assertThat(part.validationSteps(open))
                .as("of an epoch that is cut")
                .isCloseTo(half, within(1));
        Plan single = Plan.of(ROWS, Configs.tiny("batch_tokens=100000"));
        assertThat(single.validationSteps(open)).isEqualTo(1);
        Plan large = Plan.of(TrainingRows.halves(SEED, 1000, 10, 40), open);
        assertThat(large.steps()).hasSizeGreaterThan(4 * 200);
        assertThat(large.validationSteps(open)).isEqualTo(100);
        assertThat(plan.validationSteps(Configs.tiny("validate_every=7"))).isEqualTo(7);
        assertThat(plan.validationSteps(Configs.tiny("validate_every=5m"))).isZero();
    }

    @Test
    void theSeedRecipeTakesEightConversationsAStep() {
        // rows of half the length and more: each conversation has a packed row of its own
        List<TrainingRow> rows = TrainingRows.halves(SEED, 30, 21, 40);
        Plan plan = Plan.of(rows, Configs.tiny("epochs=1", "batch_rows=8", "batch_tokens=1"));
        assertThat(plan.steps().stream().map(b -> b.rows().size())).containsExactly(8, 8, 8, 6);
        assertThat(plan.steps().stream().map(PlanTest::conversations)).containsExactly(8, 8, 8, 6);
    }

    @Test
    void theSeedRecipeTakesEightConversationsAStepHoweverTheyArePacked() {
        List<TrainingRow> rows = TrainingRows.halves(SEED, 30, 2, 12);
        Plan plan = Plan.of(rows, Configs.tiny("epochs=2", "batch_rows=8", "batch_tokens=1"));
        assertThat(plan.steps().stream().map(PlanTest::conversations))
                .containsExactly(8, 8, 8, 6, 8, 8, 8, 6);
        assertThat(plan.steps()).allMatch(b -> b.rows().size() < 8, "several in a packed row");
        assertThat(plan.tokens()).isEqualTo(2 * tokens(rows));
        assertThat(plan.steps().getLast().epoch()).isEqualTo(2);
        assertThat(plan.steps().getFirst().rows().getFirst().ids())
                .as("another order in each epoch")
                .isNotEqualTo(plan.steps().get(4).rows().getFirst().ids());
    }

    private static int conversations(Plan.Batch batch) {
        return batch.rows().stream().mapToInt(r -> r.starts().length).sum();
    }

    @Test
    void aStepTakesRowsUntilItHasItsTokens() {
        TrainConfig config = Configs.tiny("epochs=1");
        Plan plan = Plan.of(ROWS, config);
        int half = config.rowLength() / 2;
        for (Plan.Batch batch : plan.steps().subList(0, plan.steps().size() - 1)) {
            assertThat(batch.tokens())
                    .isGreaterThan(config.batchTokens() - half)
                    .isLessThanOrEqualTo(config.batchTokens() + half);
        }
    }

    @Test
    void stepsWithoutAnythingToLearnAreLeftOut() {
        List<TrainingRow> rows = new ArrayList<>(TrainingRows.halves(SEED, 20, 21, 40));
        int learned = learned(rows);
        TrainingRows.halves(SEED + 1, 20, 21, 40).forEach(r -> rows.add(TrainingRows.masked(r)));
        Plan plan = Plan.of(rows, Configs.tiny("epochs=1", "batch_rows=1"));
        assertThat(plan.steps()).hasSize(20).allMatch(b -> b.learned() > 0);
        assertThat(plan.steps().stream().mapToInt(Plan.Batch::learned).sum()).isEqualTo(learned);
    }

    @Test
    void withoutAnythingToLearnThereIsNoPlan() {
        List<TrainingRow> rows = List.of(TrainingRows.row(new Random(SEED), 20, 0));
        assertThatThrownBy(() -> Plan.of(rows, Configs.tiny()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theRateRisesAndThenFallsAsTheScheduleSays() {
        for (String schedule : List.of("cosine", "linear", "constant")) {
            TrainConfig config =
                    Configs.tiny("epochs=20", "warmup_steps=10", "schedule=" + schedule);
            Plan plan = Plan.of(ROWS, config);
            int steps = plan.steps().size();
            double[] rates = new double[steps];
            for (int i = 0; i < steps; i++) {
                rates[i] = plan.rate(i, config) / config.learningRate();
            }
            assertThat(rates[0]).isPositive().isLessThanOrEqualTo(0.1);
            for (int i = 1; i < 10; i++) {
                assertThat(rates[i]).as(schedule + i).isGreaterThan(rates[i - 1]);
            }
            for (int i = 11; i < steps; i++) {
                assertThat(rates[i]).as(schedule + i).isLessThanOrEqualTo(rates[i - 1]);
            }
            int middle = steps / 2;
            double done = (double) middle / steps;
            double expected =
                    switch (schedule) {
                        case "cosine" -> Math.pow(Math.cos(Math.PI * done / 2), 2);
                        case "linear" -> 1 - done;
                        default -> 1;
                    };
            assertThat(rates[middle]).as(schedule).isCloseTo(expected, within(1e-9));
            assertThat(rates[steps - 1])
                    .as(schedule)
                    .isCloseTo(schedule.equals("constant") ? 1 : 0, within(0.02));
        }
    }

    @Test
    void withoutWarmUpTheFirstStepHasTheFullRate() {
        TrainConfig config = Configs.tiny("warmup_steps=0");
        assertThat(Plan.of(ROWS, config).rate(0, config)).isEqualTo(config.learningRate());
    }
}
