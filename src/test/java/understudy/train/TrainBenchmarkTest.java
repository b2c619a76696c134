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

    private static TrainBenchmark.Work work(int length, int steps) {
        return new TrainBenchmark.Work(
                LORA, Quantization.NONE, length, steps, TrainBenchmark.Recompute.AUTO);
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
}
