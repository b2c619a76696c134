package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;
import understudy.model.LanguageModel;
import understudy.model.TinyModel;
import understudy.run.Checkpoints;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.tensor.ComputeType;

/// A run that is broken off anywhere and resumed ends with the bits of one that was not: dropout,
/// several rows a step, two epochs.
class ResumeTest {
    private static final long SEED = 41;

    private static final List<TrainingRow> TRAINING = TrainingRows.halves(SEED, 14, 8, 30);
    private static final List<TrainingRow> VALIDATION = TrainingRows.halves(SEED + 1, 4, 8, 30);

    @TempDir static Path home;

    private static LanguageModel model;
    private static TrainRuns runs;
    private static TrainRuns.Outcome unbroken;
    private static int steps;
    private static int events;

    @BeforeAll
    static void trainUnbroken() throws IOException {
        model = TinyModel.load("llama", ComputeType.F32);
        runs = new TrainRuns(model, home);
        RunFolder run = runs.folder();
        train(run, Configs.tiny());
        unbroken = TrainRuns.outcome(run);
        steps = TrainRuns.events(run, RunEvent.StepDone.class).size();
        events = TrainRuns.events(run).size();
        assertThat(steps).isGreaterThan(6);
        Plan plan = Plan.of(TRAINING, Configs.tiny());
        assertThat(plan.steps()).anyMatch(b -> b.rows().size() > 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static void train(RunFolder run, TrainConfig config) throws IOException {
        runs.train(run, config, TRAINING, VALIDATION, TrainRuns::nothing);
    }

    /// Trains until `count` events were told, then dies in the middle of things.
    private static void killAfter(RunFolder run, TrainConfig config, int count) {
        int[] told = {0};
        assertThatThrownBy(() ->
                        runs.train(
                                run,
                                config,
                                TRAINING,
                                VALIDATION,
                                (_, _) -> {
                                    if (++told[0] == count) {
                                        throw new TrainRuns.Killed();
                                    }
                                }))
                .isInstanceOf(TrainRuns.Killed.class);
    }

    @Test
    void twoUnbrokenRunsAreTheSame() throws Exception {
        RunFolder run = runs.folder();
        train(run, Configs.tiny());
        assertThat(TrainRuns.outcome(run)).isEqualTo(unbroken);
    }

    @Test
    void aRunKilledAtAnyMomentEndsTheSame() throws Exception {
        // every third: steps, validations and checkpoints take turns as the last one told
        for (int count = 1; count <= events; count += 3) {
            RunFolder run = runs.folder();
            killAfter(run, Configs.tiny(), count);
            train(run, Configs.tiny());
            assertThat(TrainRuns.outcome(run)).as("killed at event %d", count).isEqualTo(unbroken);
        }
    }

    @Test
    void aRunStoppedAfterAnyStepEndsTheSame() throws Exception {
        for (int stop = 1; stop < steps; stop++) {
            int at = stop;
            RunFolder run = runs.folder();
            Trainer.Result first =
                    runs.train(
                            run,
                            Configs.tiny("checkpoint_every=1000"),
                            TRAINING,
                            VALIDATION,
                            (event, trainer) -> {
                                if (event instanceof RunEvent.StepDone s && s.step() == at) {
                                    trainer.requestStop();
                                }
                            });
            assertThat(first.interrupted()).isTrue();
            assertThat(first.step()).isEqualTo(at);
            assertThat(TrainRuns.events(run).getLast()).isInstanceOf(RunEvent.Interrupted.class);
            train(run, Configs.tiny());
            assertThat(TrainRuns.outcome(run)).as("stopped at step %d", at).isEqualTo(unbroken);
            assertThat(TrainRuns.events(run, RunEvent.Started.class).getLast().resumedFromStep())
                    .isEqualTo(at);
        }
    }

    @Test
    void aRunKilledAgainAndAgainWithRareCheckpointsEndsTheSame() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < 3; round++) {
            RunFolder run = runs.folder();
            TrainConfig config = Configs.tiny("checkpoint_every=" + (2 + round % 3));
            int kills = 1 + random.nextInt(4);
            for (int kill = 0; kill < kills; kill++) {
                killAfter(run, config, 2 + random.nextInt(6));
            }
            train(run, config);
            TrainRuns.Outcome end = TrainRuns.outcome(run);
            assertThat(end.adapter())
                    .as("round %d, seed %d", round, SEED)
                    .isEqualTo(unbroken.adapter());
            assertThat(end.log()).as("round %d, seed %d", round, SEED).isEqualTo(unbroken.log());
        }
    }

    /// The state goes through a checkpoint as codes and scales.
    @Test
    void aRunWithAnEightBitOptimiserEndsTheSame() throws Exception {
        TrainConfig config = Configs.tiny("optimizer_bits=8");
        RunFolder whole = runs.folder();
        train(whole, config);
        RunFolder broken = runs.folder();
        killAfter(broken, config, 4);
        killAfter(broken, config, 3);
        train(broken, config);
        assertThat(TrainRuns.outcome(broken))
                .as("both moments, too, to the bit")
                .isEqualTo(TrainRuns.outcome(whole));
        assertThat(TrainRuns.outcome(whole).adapter()).isNotEqualTo(unbroken.adapter());
    }

    /// The states of both kinds have other shapes: neither is read as the other.
    @Test
    void aStateOfOtherBitsIsRefused() throws Exception {
        for (String bits : List.of("optimizer_bits=8", "optimizer_bits=32")) {
            RunFolder run = runs.folder();
            killAfter(run, Configs.tiny(bits), 8);
            TrainConfig other = Configs.tiny("optimizer_bits=" + (bits.endsWith("8") ? 32 : 8));
            assertThatThrownBy(() -> train(run, other))
                    .isInstanceOfSatisfying(
                            UserError.class,
                            e -> assertThat(e.what()).contains("other tensors than expected"));
        }
    }

    @Test
    void aStopAtTheLastStepIsNoInterruption() throws Exception {
        RunFolder run = runs.folder();
        Trainer.Result result =
                runs.train(
                        run,
                        Configs.tiny(),
                        TRAINING,
                        VALIDATION,
                        (event, trainer) -> {
                            if (event instanceof RunEvent.StepDone s && s.step() == steps) {
                                trainer.requestStop();
                            }
                        });
        assertThat(result.interrupted()).isFalse();
        assertThat(TrainRuns.outcome(run)).isEqualTo(unbroken);
    }

    @Test
    void aFinishedRunStaysAsItIs() throws Exception {
        RunFolder run = runs.folder();
        train(run, Configs.tiny());
        train(run, Configs.tiny());
        assertThat(TrainRuns.outcome(run)).isEqualTo(unbroken);
    }

    @Test
    void aRunWithOtherDataIsRefused() throws Exception {
        RunFolder run = runs.folder();
        killAfter(run, Configs.tiny(), 8);
        List<RunEvent> before = TrainRuns.events(run);
        assertThatThrownBy(() ->
                        runs.train(
                                run,
                                Configs.tiny(),
                                "other",
                                TRAINING,
                                VALIDATION,
                                TrainRuns::nothing))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> {
                            assertThat(e.what()).contains("other data");
                            assertThat(e.where()).contains(run.id());
                        });
        assertThat(TrainRuns.events(run)).isEqualTo(before);
        train(run, Configs.tiny());
        assertThat(TrainRuns.outcome(run)).isEqualTo(unbroken);
    }

    @Test
    void aDamagedCheckpointFallsBackToTheOneBefore() throws Exception {
        RunFolder run = runs.folder();
        killAfter(run, Configs.tiny(), 10);
        List<Integer> saved = new Checkpoints(run.checkpoints()).steps();
        assertThat(saved).hasSizeGreaterThan(2);
        Path newest = run.checkpoints().resolve("step-" + saved.getLast());
        byte[] bytes = Files.readAllBytes(newest.resolve(TrainState.FILE));
        bytes[bytes.length / 2] ^= 1;
        Files.write(newest.resolve(TrainState.FILE), bytes);
        train(run, Configs.tiny());
        assertThat(TrainRuns.outcome(run)).isEqualTo(unbroken);
        assertThat(TrainRuns.events(run, RunEvent.Started.class).getLast().resumedFromStep())
                .isEqualTo(saved.get(saved.size() - 2));
        assertThat(TrainRuns.events(run, RunEvent.Warned.class))
                .extracting(RunEvent.Warned::what)
                .anyMatch(w -> w.contains(newest.getFileName().toString()));
    }

    @Test
    void onlyTheNewestCheckpointsAreKept() throws Exception {
        RunFolder run = runs.folder();
        train(run, Configs.tiny("keep_checkpoints=2"));
        assertThat(new Checkpoints(run.checkpoints()).steps()).containsExactly(steps - 1, steps);
    }

    @Test
    void validationByEpochSurvivesABreakToo() throws Exception {
        TrainConfig config = Configs.tiny("validate_every=0");
        RunFolder whole = runs.folder();
        train(whole, config);
        assertThat(TrainRuns.events(whole, RunEvent.Validated.class)).hasSize(2);
        TrainRuns.Outcome expected = TrainRuns.outcome(whole);
        for (int count = 4; count < TrainRuns.events(whole).size(); count += 5) {
            RunFolder run = runs.folder();
            killAfter(run, config, count);
            train(run, config);
            assertThat(TrainRuns.outcome(run)).as("killed at event %d", count).isEqualTo(expected);
        }
    }
}
