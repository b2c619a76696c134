package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.base.UserError;
import understudy.model.LanguageModel;
import understudy.model.RowPass;
import understudy.model.RowPass.PackedRow;
import understudy.model.TinyModel;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;

/// Runs in which all weights learn.
class FullTrainingTest {
    private static final long SEED = 43;
    private static final List<TrainingRow> TRAINING = TrainingRows.halves(SEED, 10, 8, 30);
    private static final List<TrainingRow> VALIDATION = TrainingRows.halves(SEED + 1, 4, 8, 30);

    @TempDir Path home;

    private int models;

    /// In a model of its own: a training changes it.
    private RunFolder train(
            @Nullable RunFolder run, String[] settings, BiConsumer<RunEvent, Trainer> watcher)
            throws IOException {
        boolean bf16 = List.of(settings).contains("compute_type=bf16");
        try (LanguageModel model =
                TinyModel.load("llama", bf16 ? ComputeType.BF16 : ComputeType.F32)) {
            TrainRuns runs = new TrainRuns(model, home.resolve("model" + models++));
            RunFolder folder = run == null ? runs.folder() : run;
            String[] all = new String[settings.length + 1];
            System.arraycopy(settings, 0, all, 0, settings.length);
            all[settings.length] = "method=full";
            try {
                runs.train(folder, Configs.tiny(all), TRAINING, VALIDATION, watcher);
            } catch (TrainRuns.Killed e) {
                assertThat(folder.events()).exists();
            }
            return folder;
        }
    }

    private static BiConsumer<RunEvent, Trainer> killAfter(int count) {
        int[] told = {0};
        return (_, _) -> {
            if (++told[0] == count) {
                throw new TrainRuns.Killed();
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"compute_type=f32", "compute_type=bf16", "optimizer_bits=8"})
    void aRunKilledAndResumedEndsTheSame(String setting) throws Exception {
        String[] settings = {setting, "learning_rate=0.001"};
        RunFolder whole = train(null, settings, TrainRuns::nothing);
        int events = TrainRuns.events(whole).size();
        for (int count : new int[] {4, events / 2}) {
            RunFolder broken = train(null, settings, killAfter(count));
            train(broken, settings, TrainRuns::nothing);
            TrainRuns.Outcome outcome = TrainRuns.outcome(broken);
            assertThat(outcome.adapter()).as("%d", count).isEqualTo(adapterOf(whole));
            assertThat(outcome.log()).isEqualTo(TrainRuns.outcome(whole).log());
        }
    }

    private static String adapterOf(RunFolder run) throws IOException {
        return TrainRuns.outcome(run).adapter();
    }

    @Test
    void theFolderIsTheModelOfTheBestValidation() throws Exception {
        RunFolder run =
                train(
                        null,
                        new String[] {
                            "epochs=8",
                            "learning_rate=0.01",
                            "schedule=constant",
                            "validate_every=2",
                            "checkpoint_every=1000"
                        },
                        TrainRuns::nothing);
        RunEvent.Finished end = TrainRuns.events(run, RunEvent.Finished.class).getLast();
        assertThat(end.bestStep()).isNotNull().isLessThan(end.step());
        assertThat(run.adapter()).doesNotExist();
        try (LanguageModel model =
                LanguageModel.load(run.model(), Placement.cpu(ComputeType.F32))) {
            double sum = 0;
            int count = 0;
            for (TrainingRow row : VALIDATION) {
                PackedRow packed = new PackedRow(row.ids(), new int[] {0}, row.learned());
                for (float loss : new RowPass(model, false).score(packed)) {
                    sum += loss;
                    count++;
                }
            }
            assertThat(sum / count).isCloseTo(end.bestLoss(), within(1e-5));
        }
        for (String file : List.of("model.safetensors", "config.json")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(run.model().resolve(file))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aQuantisedBaseIsRefusedAndTheRateIsSmaller() {
        assertThatThrownBy(() -> Configs.tiny("method=full", "quantization=nf4"))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.fix()).contains("--method lora"));
        assertThat(Configs.tiny("method=full", "learning_rate=auto").learningRate())
                .isLessThan(Configs.tiny("learning_rate=auto").learningRate());
    }
}
