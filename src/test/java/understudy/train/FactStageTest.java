package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;
import understudy.model.LanguageModel;
import understudy.model.RowPass.PackedRow;
import understudy.model.TinyModel;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.tensor.ComputeType;

/// Facts are learned first, as a stage of their own, and a run that breaks off in either stage is
/// resumed to the same bits.
class FactStageTest {
    private static final long SEED = 57;

    private static final List<TrainingRow> FACTS = TrainingRows.halves(SEED, 8, 8, 16);
    private static final List<TrainingRow> CHATS = TrainingRows.halves(SEED + 1, 10, 8, 30);
    private static final List<TrainingRow> VALIDATION = TrainingRows.halves(SEED + 2, 4, 8, 30);
    private static final TrainConfig CONFIG = Configs.tiny("fact_epochs=2", "validate_every=2");
    private static final TrainConfig MIXED =
            Configs.tiny("fact_epochs=2", "fact_share=0.2", "validate_every=2");

    @TempDir static Path home;

    private static LanguageModel model;
    private static TrainRuns runs;

    @BeforeAll
    static void load() {
        model = TinyModel.load("llama", ComputeType.F32);
        runs = new TrainRuns(model, home);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static List<List<Integer>> ids(List<Plan.Batch> steps) {
        return steps.stream()
                .flatMap(b -> b.rows().stream())
                .map(PackedRow::ids)
                .map(ids -> Arrays.stream(ids).boxed().toList())
                .toList();
    }

    private static long tokens(List<TrainingRow> rows) {
        return rows.stream().mapToLong(TrainingRow::length).sum();
    }

    @Test
    void factsComeFirstAndTheChatsAsIfAlone() {
        Plan alone = Plan.of(CHATS, CONFIG);
        Plan both = Plan.of(FACTS, CHATS, CONFIG);
        int facts = both.factSteps();
        assertThat(alone.factSteps()).isZero();
        assertThat(facts).isPositive();
        List<Plan.Batch> first = both.steps().subList(0, facts);
        List<Plan.Batch> rest = both.steps().subList(facts, both.steps().size());
        assertThat(first.stream().mapToLong(Plan.Batch::tokens).sum()).isEqualTo(2 * tokens(FACTS));
        assertThat(first).allMatch(b -> b.epoch() == 0);
        assertThat(ids(rest)).isEqualTo(ids(alone.steps()));
        assertThat(both.epochTokens()).isEqualTo(alone.epochTokens());
        for (int i = 0; i < rest.size(); i++) {
            assertThat(rest.get(i).epoch()).isEqualTo(alone.steps().get(i).epoch());
            assertThat(both.rate(facts + i, CONFIG)).isEqualTo(alone.rate(i, CONFIG));
        }
        double[] rates = IntStream.range(0, facts).mapToDouble(i -> both.rate(i, CONFIG)).toArray();
        assertThat(rates[0]).isEqualTo(CONFIG.learningRate() / CONFIG.warmupSteps());
        assertThat(rates[facts - 1]).isEqualTo(CONFIG.learningRate());
    }

    @Test
    void withoutFactsOrPassesOverThemThereIsNoSuchStage() {
        assertThat(Plan.of(FACTS, CHATS, Configs.tiny("fact_epochs=0")).factSteps()).isZero();
        assertThat(Plan.of(List.of(), CHATS, CONFIG).factSteps()).isZero();
        assertThatThrownBy(() -> Plan.of(FACTS, List.of(), CONFIG))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void factsAmongTheChatsHaveTheirShare() {
        TrainConfig config = Configs.tiny("fact_epochs=1", "epochs=8", "fact_share=0.2");
        Plan plan = Plan.of(FACTS, CHATS, config);
        long all =
                plan.steps().subList(plan.factSteps(), plan.steps().size()).stream()
                        .mapToLong(Plan.Batch::tokens)
                        .sum();
        double chats = 8.0 * tokens(CHATS);
        assertThat((all - chats) / all).isCloseTo(0.2, within(0.02));
        assertThat(plan.epochTokens()).isEqualTo(tokens(CHATS));
        assertThat(LearnedRows.times(FACTS, CHATS, config, plan.steps().size())).containsOnly(8);
    }

    @Test
    void aBoundOnTokensHoldsForBothAndLeavesMostToTheChats() {
        for (long bound = 1; bound < 3 * tokens(CHATS); bound += 7) {
            TrainConfig config = Configs.tiny("fact_epochs=9", "epochs=9", "max_tokens=" + bound);
            Plan plan = Plan.of(FACTS, CHATS, config);
            long facts =
                    plan.steps().subList(0, plan.factSteps()).stream()
                            .mapToLong(Plan.Batch::tokens)
                            .sum();
            assertThat(facts).as("bound %d", bound).isLessThanOrEqualTo(bound / 4);
            assertThat(plan.tokens() <= bound || plan.steps().size() == plan.factSteps() + 1)
                    .as("bound %d, %d tokens", bound, plan.tokens())
                    .isTrue();
        }
    }

    @Test
    void whatWasLearnedFromTheChatsIsCountedWithoutTheFacts() {
        Plan plan = Plan.of(FACTS, CHATS, CONFIG);
        int all = plan.steps().size();
        assertThat(LearnedRows.times(FACTS, CHATS, CONFIG, all)).containsOnly(CONFIG.epochs());
        assertThat(LearnedRows.times(FACTS, CHATS, CONFIG, plan.factSteps())).containsOnly(0);
        assertThat(LearnedRows.times(FACTS, CHATS, CONFIG, 0)).containsOnly(0);
    }

    private static void train(RunFolder run, List<TrainingRow> facts) throws IOException {
        runs.train(run, MIXED, facts, CHATS, VALIDATION);
    }

    @Test
    void aRunKilledInEitherStageEndsTheSame() throws IOException {
        RunFolder unbroken = runs.folder();
        train(unbroken, FACTS);
        TrainRuns.Outcome wanted = TrainRuns.outcome(unbroken);
        int facts = Plan.of(FACTS, CHATS, MIXED).factSteps();
        int steps = TrainRuns.events(unbroken, RunEvent.StepDone.class).size();
        assertThat(steps).isEqualTo(Plan.of(FACTS, CHATS, MIXED).steps().size());
        assertThat(TrainRuns.events(unbroken, RunEvent.Validated.class))
                .isNotEmpty()
                .allMatch(v -> v.step() > facts);
        for (int at = 1; at < steps; at += 2) {
            RunFolder run = runs.folder();
            int last = at;
            assertThatThrownBy(() ->
                            runs.train(
                                    run,
                                    MIXED,
                                    "same",
                                    FACTS,
                                    CHATS,
                                    VALIDATION,
                                    (event, _) -> {
                                        if (event instanceof RunEvent.StepDone s
                                                && s.step() == last) {
                                            throw new TrainRuns.Killed();
                                        }
                                    }))
                    .isInstanceOf(TrainRuns.Killed.class);
            train(run, FACTS);
            assertThat(TrainRuns.outcome(run)).as("killed at step %d", at).isEqualTo(wanted);
        }
        RunFolder without = runs.folder();
        train(without, List.of());
        assertThat(TrainRuns.adapter(without)).isNotEqualTo(TrainRuns.adapter(unbroken));
    }

    @Test
    void factsAloneAreNothingToTrainOn() {
        assertThatThrownBy(() -> runs.train(runs.folder(), MIXED, FACTS, List.of(), VALIDATION))
                .isInstanceOf(UserError.class);
    }
}
