package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import understudy.base.UserError;
import understudy.model.LanguageModel;
import understudy.model.LoraConfig;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;
import understudy.tensor.Quantization;

class TrainBenchmarkTest {
    private static final LoraConfig LORA = new LoraConfig(4, 8, 0.05, LoraConfig.ALL_TARGETS);

    private static final MemoryPlan.Method METHOD =
            MemoryPlan.Method.lora(LORA, Quantization.NONE, 32);

    private static TrainBenchmark.Work work(int length, int steps) {
        return new TrainBenchmark.Work(METHOD, length, steps, TrainBenchmark.Recompute.AUTO);
    }

    private static TrainBenchmark.Work work(TrainBenchmark.Recompute recompute) {
        return new TrainBenchmark.Work(METHOD, 64, 3, recompute);
    }

    @Test
    void everyFigureIsANumber() {
        try (LanguageModel model = TinyModel.load("llama", ComputeType.F32)) {
            List<TrainingRow> rows = TrainingRows.halves(1, 20, 8, 30);
            TrainBenchmark.Result result = TrainBenchmark.run(model, rows, work(64, 5));
            assertThat(result.losses()).hasSize(5).allMatch(Double::isFinite);
            assertThat(result.stepSeconds()).hasSize(5);
            assertThat(result.tokensPerSecond()).isPositive().isFinite();
            assertThat(result.flopsPerToken()).isPositive().isFinite();
            assertThat(result.ofCeiling()).isPositive().isFinite();
            assertThat(result.dtype()).isEqualTo("f32");
        }
    }

    @Test
    void theSameRowsGiveTheSameLosses() {
        try (LanguageModel model = TinyModel.load("llama", ComputeType.BF16)) {
            List<TrainingRow> rows = TrainingRows.halves(1, 20, 8, 30);
            assertThat(TrainBenchmark.run(model, rows, work(64, 4)).losses())
                    .isEqualTo(TrainBenchmark.run(model, rows, work(64, 4)).losses());
        }
    }

    @Test
    void withoutARowThatFitsThereIsNothingToMeasure() {
        try (LanguageModel model = TinyModel.load("llama", ComputeType.F32)) {
            List<TrainingRow> rows = TrainingRows.halves(1, 5, 20, 30);
            assertThatThrownBy(() -> TrainBenchmark.run(model, rows, work(16, 4)))
                    .isInstanceOf(UserError.class);
            List<TrainingRow> masked = rows.stream().map(TrainingRows::masked).toList();
            assertThatThrownBy(() -> TrainBenchmark.run(model, masked, work(64, 4)))
                    .isInstanceOf(UserError.class);
        }
    }

    /// Worked out by hand: 1+2+3 for three tokens; with a window of two, 1+2+2.
    @Test
    void whatATokenSeesEndsAtTheWindow() {
        assertThat(TrainBenchmark.visible(3, 0)).isEqualTo(6);
        assertThat(TrainBenchmark.visible(3, 2)).isEqualTo(5);
        assertThat(TrainBenchmark.visible(2, 2)).isEqualTo(3);
    }

    @Test
    void randomRowsFillOneRowAndTheirLossFallsWhenTheyAreRepeated() {
        try (LanguageModel model = TinyModel.load("llama", ComputeType.F32)) {
            List<TrainingRow> rows = TrainBenchmark.randomRows(model.config(), 900, 400, 1);
            assertThat(rows.stream().map(TrainingRow::length)).containsExactly(400, 400, 100);
            List<Double> losses = TrainBenchmark.run(model, rows, work(900, 8)).losses();
            assertThat(losses.getLast()).isLessThan(losses.getFirst());
        }
    }

    @Test
    void runningBlocksAgainCountsAsWorkAndChangesNoLoss() {
        try (LanguageModel model = TinyModel.load("llama", ComputeType.F32)) {
            List<TrainingRow> rows = TrainingRows.halves(1, 20, 8, 30);
            TrainBenchmark.Result kept =
                    TrainBenchmark.run(model, rows, work(TrainBenchmark.Recompute.OFF));
            TrainBenchmark.Result again =
                    TrainBenchmark.run(model, rows, work(TrainBenchmark.Recompute.ON));
            assertThat(again.losses()).isEqualTo(kept.losses());
            assertThat(again.flopsPerToken()).isGreaterThan(1.2 * kept.flopsPerToken());
            assertThat(again.recomputed()).isTrue();
            assertThat(kept.recomputed()).isFalse();
        }
    }

    @Test
    void theMedianIsOfAllButTheFirstTwoStepsWhereThereAreMore() {
        try (LanguageModel model = TinyModel.load("llama", ComputeType.F32)) {
            List<TrainingRow> rows = TrainingRows.halves(1, 20, 8, 30);
            assertThat(TrainBenchmark.run(model, rows, work(64, 8)).counted()).isEqualTo(6);
            assertThat(TrainBenchmark.run(model, rows, work(64, 3)).counted()).isEqualTo(1);
            assertThat(TrainBenchmark.run(model, rows, work(64, 2)).counted()).isEqualTo(1);
        }
    }
}
