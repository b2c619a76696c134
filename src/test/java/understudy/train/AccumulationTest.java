package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.model.PeftFolder;
import understudy.model.RowPass;
import understudy.model.RowPass.PackedRow;
import understudy.model.TinyModel;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.tensor.ComputeType;

/// A step that is gathered over several rows is the step of all its tokens at once: each learned
/// token weighs the same, in whichever row it lies and however many others lie there.
class AccumulationTest {
    private static final long SEED = 20_261_127;

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

    /// Conversations of very different shares of learned tokens: a mean of the rows' means would
    /// be another number.
    private static List<TrainingRow> rows(int count) {
        Random random = new Random(SEED);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(TrainingRows.row(random, random.nextInt(17, 33), i % 3 == 0 ? 0.05 : 0.9));
        }
        return rows;
    }

    private record Trained(List<RunEvent.StepDone> steps, float[] parameters) {}

    private Trained train(List<TrainingRow> rows, String... changes) throws IOException {
        RunFolder run = runs.folder();
        runs.train(run, Configs.tiny(changes), rows, List.of(), TrainRuns::nothing);
        try (Adapter adapter = PeftFolder.load(model, run.adapter(), false)) {
            return new Trained(
                    TrainRuns.events(run, RunEvent.StepDone.class),
                    TinyModel.floats(adapter.parameters()));
        }
    }

    /// Three updates, so that the second and third see a B that is not zero.
    @Test
    void oneRowAtATimeIsTheSameStepAsAllRowsAtOnce() throws Exception {
        List<TrainingRow> rows = rows(9);
        String[] common = {
            "epochs=3",
            "dropout=0",
            "batch_tokens=100000",
            "checkpoint_every=1000",
            "learning_rate=1e-3"
        };
        Trained atOnce = train(rows, with(common, "row_length=4096"));
        Trained one = train(rows, with(common, "row_length=16"));
        Trained some = train(rows, with(common, "row_length=70"));
        assertThat(atOnce.steps).hasSize(3);
        for (Trained other : List.of(one, some)) {
            assertThat(other.steps).hasSize(3);
            for (int i = 0; i < 3; i++) {
                RunEvent.StepDone expected = atOnce.steps.get(i);
                RunEvent.StepDone actual = other.steps.get(i);
                assertThat(actual.tokens()).isEqualTo(expected.tokens());
                assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-6));
                assertThat(actual.gradNorm())
                        .isCloseTo(expected.gradNorm(), within(1e-6 * expected.gradNorm()));
            }
            float most = 0;
            for (int i = 0; i < atOnce.parameters.length; i++) {
                most = Math.max(most, Math.abs(other.parameters[i] - atOnce.parameters[i]));
            }
            assertThat(most).isLessThan(1e-6f);
        }
    }

    private static String[] with(String[] changes, String more) {
        String[] all = Arrays.copyOf(changes, changes.length + 1);
        all[changes.length] = more;
        return all;
    }

    /// Four rows a step and nine rows: the last step has one row, and is worth as much a token.
    @Test
    void everyStepIsTheMeanOfItsOwnTokensTheIncompleteLastOneToo() throws Exception {
        List<TrainingRow> rows = rows(9);
        String[] changes = {
            "epochs=1",
            "dropout=0",
            "batch_rows=4",
            "row_length=16",
            "learning_rate=0",
            "weight_decay=0",
            "checkpoint_every=1000"
        };
        List<RunEvent.StepDone> steps = train(rows, changes).steps;
        Plan plan = Plan.of(rows, Configs.tiny(changes));
        assertThat(plan.steps().stream().map(b -> b.rows().size())).containsExactly(4, 4, 1);
        assertThat(steps).hasSize(3);
        TrainConfig config = Configs.tiny(changes);
        try (Adapter adapter = Adapter.create(model, config.lora(), config.seed(), true);
                AdamW optimiser = new AdamW(adapter, 0)) {
            for (int i = 0; i < 3; i++) {
                PackedRow all = joined(plan.steps().get(i).rows());
                int learned = all.scored().cardinality();
                double sum = 0;
                for (float loss : new RowPass(model, false).learn(all, 1.0 / learned, null)) {
                    sum += loss;
                }
                double norm = optimiser.gradientNorm();
                optimiser.skip();
                assertThat(steps.get(i).loss()).isCloseTo(sum / learned, within(1e-6));
                assertThat(steps.get(i).gradNorm()).isCloseTo(norm, within(1e-6 * norm));
            }
        } finally {
            model.detachAdapter();
        }
    }

    /// All conversations of a step in one row.
    private static PackedRow joined(List<PackedRow> rows) {
        int[] ids = rows.stream().flatMapToInt(r -> Arrays.stream(r.ids())).toArray();
        int[] starts = new int[rows.size()];
        BitSet scored = new BitSet();
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = at;
            for (int j : rows.get(i).scored().stream().toArray()) {
                scored.set(at + j);
            }
            at += rows.get(i).ids().length;
        }
        return new PackedRow(ids, starts, scored);
    }
}
