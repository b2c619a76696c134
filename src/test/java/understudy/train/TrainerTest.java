package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.model.PeftFolder;
import understudy.model.RowPass;
import understudy.model.RowPass.PackedRow;
import understudy.model.TinyModel;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.tensor.ComputeType;

class TrainerTest {
    private static final long SEED = 77;

    private static final List<TrainingRow> TRAINING = TrainingRows.halves(SEED, 16, 8, 30);
    private static final List<TrainingRow> VALIDATION = TrainingRows.halves(SEED + 1, 6, 8, 30);

    @TempDir Path home;

    private LanguageModel model;
    private TrainRuns runs;

    @BeforeEach
    void load() {
        model = TinyModel.load("llama", ComputeType.F32);
        runs = new TrainRuns(model, home);
    }

    @AfterEach
    void close() {
        model.close();
    }

    private Trainer.Result train(
            RunFolder run, TrainConfig config, BiConsumer<RunEvent, Trainer> watcher)
            throws IOException {
        return runs.train(run, config, TRAINING, VALIDATION, watcher);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static List<Double> losses(RunFolder run) throws IOException {
        return TrainRuns.events(run, RunEvent.StepDone.class).stream()
                .map(RunEvent.StepDone::loss)
                .toList();
    }

    @Test
    void theLossFallsOnRepeatedData() throws Exception {
        RunFolder run = runs.folder();
        List<TrainingRow> repeated = TrainingRows.halves(SEED, 4, 20, 30);
        Trainer.Result result =
                runs.train(
                        run,
                        Configs.tiny("epochs=12", "rank=8", "learning_rate=0.02"),
                        repeated,
                        repeated,
                        TrainRuns::nothing);
        List<Double> losses = losses(run);
        assertThat(losses).hasSize(result.step());
        int n = losses.size();
        assertThat(mean(losses.subList(n - 4, n))).isLessThan(0.6 * mean(losses.subList(0, 4)));
        List<RunEvent> events = TrainRuns.events(run);
        assertThat(events.getFirst()).isInstanceOf(RunEvent.Started.class);
        assertThat(events.getLast()).isInstanceOf(RunEvent.Finished.class);
        RunEvent.Started started = (RunEvent.Started) events.getFirst();
        assertThat(started.trainRows()).isEqualTo(4);
        assertThat(started.plannedSteps()).isEqualTo(result.step());
        assertThat(started.plannedTokens()).isEqualTo(result.tokens());
        assertThat(result.tokens())
                .isEqualTo(12L * repeated.stream().mapToInt(TrainingRow::length).sum());
        assertThat(result.tokensPerSecond()).isPositive();
    }

    @Test
    void theAdapterOfTheBestValidationIsKept() throws Exception {
        RunFolder run = runs.folder();
        Trainer.Result result =
                train(
                        run,
                        Configs.tiny(
                                "epochs=30",
                                "learning_rate=0.05",
                                "schedule=constant",
                                "checkpoint_every=1000",
                                "validate_every=2"),
                        TrainRuns::nothing);
        List<RunEvent.Validated> measured = TrainRuns.events(run, RunEvent.Validated.class);
        RunEvent.Validated best = measured.getFirst();
        for (RunEvent.Validated each : measured) {
            assertThat(each.best()).isEqualTo(each == best || each.loss() < best.loss());
            best = each.loss() < best.loss() ? each : best;
        }
        // random text cannot be learned: later adapters must be worse, or this test shows nothing
        assertThat(best.step()).isLessThan(result.step());
        assertThat(result.bestStep()).isEqualTo(best.step());
        assertThat(result.bestLoss()).isEqualTo(best.loss());
        assertThat(score(run)).isCloseTo(best.loss(), within(1e-5));
    }

    /// Mean loss of the validation part with the adapter of a run.
    private double score(RunFolder run) {
        try (Adapter adapter = PeftFolder.load(model, run.adapter(), false)) {
            assertThat(adapter.size()).isPositive();
            List<Double> losses = new ArrayList<>();
            for (TrainingRow row : VALIDATION) {
                PackedRow packed = new PackedRow(row.ids(), new int[] {0}, row.learned());
                for (float loss : new RowPass(model, false).score(packed)) {
                    losses.add((double) loss);
                }
            }
            return mean(losses);
        }
    }

    @Test
    void withoutProgressTheRunStops() throws Exception {
        RunFolder run = runs.folder();
        Trainer.Result result =
                train(
                        run,
                        Configs.tiny(
                                "epochs=50",
                                "learning_rate=0.05",
                                "validate_every=1",
                                "patience=3"),
                        TrainRuns::nothing);
        List<RunEvent.Validated> measured = TrainRuns.events(run, RunEvent.Validated.class);
        int n = measured.size();
        assertThat(result.step()).isEqualTo(measured.getLast().step()).isLessThan(100);
        assertThat(result.interrupted()).isFalse();
        assertThat(measured.subList(n - 3, n)).noneMatch(RunEvent.Validated::best);
        assertThat(measured.get(n - 4).best()).isTrue();
        assertThat(result.bestStep()).isEqualTo(result.step() - 3);

        Trainer.Result again =
                train(
                        run,
                        Configs.tiny(
                                "epochs=50",
                                "learning_rate=0.05",
                                "validate_every=1",
                                "patience=3"),
                        TrainRuns::nothing);
        assertThat(again.step()).as("killed before it could say so").isEqualTo(result.step());
    }

    @Test
    void leftOpenItIsMeasuredTwiceAnEpochAndInTheEnd() throws Exception {
        RunFolder run = runs.folder();
        TrainConfig config = Configs.tiny("epochs=3", "validate_every=auto");
        Trainer.Result result = train(run, config, TrainRuns::nothing);
        int interval = Plan.of(TRAINING, config).validationSteps(config);
        List<Integer> expected = new ArrayList<>();
        for (int step = interval; step < result.step(); step += interval) {
            expected.add(step);
        }
        expected.add(result.step());
        assertThat(expected).hasSizeBetween(5, 7);
        assertThat(TrainRuns.events(run, RunEvent.Validated.class))
                .extracting(RunEvent.Validated::step)
                .isEqualTo(expected);
    }

    @Test
    void withoutAValidationPartTheLastAdapterIsKept() throws Exception {
        RunFolder run = runs.folder();
        Trainer.Result result =
                runs.train(run, Configs.tiny(), TRAINING, List.of(), TrainRuns::nothing);
        assertThat(result.bestLoss()).isNull();
        assertThat(result.bestStep()).isEqualTo(result.step());
        assertThat(TrainRuns.events(run, RunEvent.Finished.class).getLast().bestStep()).isNull();
        RunFolder masked = runs.folder();
        runs.train(
                masked,
                Configs.tiny("patience=1", "validate_every=1"),
                TRAINING,
                VALIDATION.stream().map(TrainingRows::masked).toList(),
                TrainRuns::nothing);
        assertThat(TrainRuns.adapter(masked))
                .as("a part in which nothing is learned measures nothing")
                .isEqualTo(TrainRuns.adapter(run));
    }

    @Test
    void withoutAnythingToLearnTheUserIsTold() throws Exception {
        RunFolder run = runs.folder();
        List<TrainingRow> masked = TRAINING.stream().map(TrainingRows::masked).toList();
        for (List<TrainingRow> rows : List.of(masked, List.<TrainingRow>of())) {
            assertThatThrownBy(() ->
                            runs.train(run, Configs.tiny(), rows, VALIDATION, TrainRuns::nothing))
                    .isInstanceOfSatisfying(
                            UserError.class,
                            e -> assertThat(e.what()).contains("nothing to learn"));
        }
    }

    /// One step an epoch, so that the same rows meet whatever the order: then rows without learned
    /// tokens change neither a loss nor a gradient.
    @Test
    void rowsWithoutLearnedTokensContributeNothing() throws Exception {
        TrainConfig config = Configs.tiny("epochs=3", "batch_tokens=100000", "dropout=0");
        RunFolder plain = runs.folder();
        runs.train(plain, config, TRAINING, List.of(), TrainRuns::nothing);
        List<TrainingRow> more = new ArrayList<>(TRAINING);
        TrainingRows.halves(SEED + 2, 8, 8, 30).forEach(r -> more.add(TrainingRows.masked(r)));
        RunFolder mixed = runs.folder();
        runs.train(mixed, config, more, List.of(), TrainRuns::nothing);
        List<Double> expected = losses(plain);
        List<Double> actual = losses(mixed);
        assertThat(actual).hasSameSizeAs(expected).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(actual.get(i)).isCloseTo(expected.get(i), within(1e-4));
        }
        assertThat(actual.getFirst()).isCloseTo(expected.getFirst(), within(1e-6));
    }

    /// Poisons the model from step `from` to step `to`, both included.
    private BiConsumer<RunEvent, Trainer> poison(int from, int to) {
        Runnable[] undo = {null};
        return (event, _) -> {
            if (event instanceof RunEvent.StepDone s) {
                if (s.step() == to && undo[0] != null) {
                    undo[0].run();
                }
                if (s.step() == from - 1) {
                    undo[0] = TinyModel.poison(model);
                }
            }
        };
    }

    private static String state(RunFolder run, int step) throws IOException {
        return TrainRuns.sha256(run.checkpoints().resolve("step-" + step).resolve(TrainState.FILE));
    }

    @Test
    void aStepWhoseLossIsNoNumberChangesNothing() throws Exception {
        RunFolder run = runs.folder();
        Trainer.Result result = train(run, Configs.tiny("validate_every=1000"), poison(3, 4));
        List<Double> losses = losses(run);
        assertThat(losses.get(1)).isFinite();
        assertThat(losses.get(2)).isNaN();
        assertThat(losses.get(3)).isNaN();
        assertThat(losses.subList(4, losses.size())).allMatch(Double::isFinite);
        assertThat(state(run, 3)).isEqualTo(state(run, 2));
        assertThat(state(run, 4)).isEqualTo(state(run, 2));
        assertThat(state(run, 5)).isNotEqualTo(state(run, 2));
        assertThat(TrainRuns.events(run, RunEvent.Warned.class))
                .extracting(RunEvent.Warned::what)
                .anyMatch(w -> w.contains("step 3 was skipped"))
                .anyMatch(w -> w.contains("step 4 was skipped"));
        assertThat(result.bestLoss()).isNotNull().isFinite();
    }

    @Test
    void aRunWithASkippedStepResumesToTheSameBits() throws Exception {
        RunFolder whole = runs.folder();
        train(whole, Configs.tiny(), poison(2, 2));
        RunFolder broken = runs.folder();
        BiConsumer<RunEvent, Trainer> poison = poison(2, 2);
        train(
                broken,
                Configs.tiny(),
                (event, trainer) -> {
                    poison.accept(event, trainer);
                    if (event instanceof RunEvent.StepDone s && s.step() == 4) {
                        trainer.requestStop();
                    }
                });
        train(broken, Configs.tiny(), TrainRuns::nothing);
        assertThat(TrainRuns.outcome(broken)).isEqualTo(TrainRuns.outcome(whole));
    }

    @Test
    void threeSuchStepsInARowEndTheRunWithTheCheckpointsWhole() throws Exception {
        RunFolder run = runs.folder();
        assertThatThrownBy(() -> train(run, Configs.tiny("validate_every=1000"), poison(3, 1000)))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> {
                            assertThat(e.exitCode()).isEqualTo(ExitCode.UNEXPECTED_STATE);
                            assertThat(e.where()).contains(run.id(), "step 5");
                        });
        assertThat(TrainRuns.events(run).getLast()).isInstanceOf(RunEvent.Failed.class);
        assertThat(losses(run)).hasSize(5);
        assertThat(state(run, 4)).as("no bad number in a checkpoint").isEqualTo(state(run, 2));
    }

    @Test
    void aValidationThatIsNoNumberIsNeverTheBest() throws Exception {
        RunFolder run = runs.folder();
        Runnable[] undo = {null};
        Trainer.Result result =
                train(
                        run,
                        Configs.tiny("validate_every=1000"),
                        (event, _) -> {
                            int last = Plan.of(TRAINING, Configs.tiny()).steps().size();
                            if (event instanceof RunEvent.StepDone s && s.step() == last) {
                                undo[0] = TinyModel.poison(model);
                            }
                        });
        undo[0].run();
        assertThat(result.bestLoss()).isNull();
        assertThat(TrainRuns.events(run, RunEvent.Validated.class))
                .singleElement()
                .matches(v -> !v.best() && Double.isNaN(v.loss()));
        assertThat(Double.isFinite(score(run))).as("the last adapter is there").isTrue();
    }

    @Test
    void aDiskThatRefusesCheckpointsCostsTheCheckpointsOnly() throws Exception {
        RunFolder good = runs.folder();
        Trainer.Result expected = train(good, Configs.tiny(), TrainRuns::nothing);
        RunFolder run = runs.folder();
        Files.writeString(run.checkpoints(), "in the way");
        Trainer.Result result = train(run, Configs.tiny(), TrainRuns::nothing);
        assertThat(TrainRuns.adapter(run)).isEqualTo(TrainRuns.adapter(good));
        assertThat(result.step()).isEqualTo(expected.step());
        assertThat(TrainRuns.events(run, RunEvent.Checkpointed.class)).isEmpty();
        assertThat(TrainRuns.events(run, RunEvent.Warned.class)).hasSize(result.step());
    }

    @Test
    void checkpointsReturnWithTheRoomOnTheDisk() throws Exception {
        RunFolder run = runs.folder();
        Files.writeString(run.checkpoints(), "in the way");
        train(
                run,
                Configs.tiny(),
                (event, _) -> {
                    if (event instanceof RunEvent.StepDone s && s.step() == 3) {
                        delete(run.checkpoints());
                    }
                });
        assertThat(TrainRuns.events(run, RunEvent.Warned.class)).hasSize(2);
        assertThat(TrainRuns.events(run, RunEvent.Checkpointed.class).getFirst().step())
                .isEqualTo(3);
    }

    @Test
    void aDiskThatRefusesAnAdapterForAWhileCostsThatAdapterOnly() throws Exception {
        RunFolder run = runs.folder();
        Files.writeString(run.adapter(), "in the way");
        Trainer.Result result =
                runs.train(
                        run,
                        Configs.tiny("epochs=4", "validate_every=1", "learning_rate=0.02"),
                        TRAINING,
                        TRAINING,
                        (event, _) -> {
                            if (event instanceof RunEvent.Validated v && v.step() == 2) {
                                delete(run.adapter());
                            }
                        });
        assertThat(TrainRuns.events(run, RunEvent.Validated.class).subList(0, 2))
                .noneMatch(RunEvent.Validated::best);
        assertThat(TrainRuns.events(run, RunEvent.Warned.class)).hasSize(2);
        assertThat(result.bestStep()).isGreaterThan(2);
        assertThat(run.adapter().resolve("adapter_model.safetensors")).exists();
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theModelIsLeftWithoutAnAdapter() throws Exception {
        float[] before = score(TRAINING.getFirst());
        train(runs.folder(), Configs.tiny(), TrainRuns::nothing);
        assertThat(score(TRAINING.getFirst())).isEqualTo(before);
    }

    private float[] score(TrainingRow row) {
        return new RowPass(model, false)
                .score(new PackedRow(row.ids(), new int[] {0}, row.learned()));
    }
}
