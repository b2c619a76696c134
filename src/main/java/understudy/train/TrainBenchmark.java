package understudy.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import understudy.base.UserError;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.model.LoraConfig;
import understudy.model.RowPass;
import understudy.model.RowPass.PackedRow;
import understudy.tensor.ComputeType;

/// Measures the speed of training: steps of one row each, optimiser included.
public final class TrainBenchmark {
    private static final int WARM_UP = 2;
    private static final double RATE = 2e-4;

    private TrainBenchmark() {}

    /// @param tokensPerSecond of the median step after the first two
    /// @param losses          mean loss of each step, nats
    /// @param gemmGflops      rate of a big multiply in the same process, 10^9 operations a second
    /// @param flopsPerToken   operations executed a token
    /// @param ofCeiling       share of `gemmGflops` that the training reached
    public record Result(
            String dtype,
            int length,
            double dropout,
            double tokensPerSecond,
            long peakRssMb,
            List<Double> losses,
            double gemmGflops,
            double flopsPerToken,
            double ofCeiling,
            boolean recomputed,
            List<Double> stepSeconds) {}

    /// @param rows   packed to `length`
    /// @param length tokens a row
    /// @throws UserError where no row that fits has anything to learn
    public static Result run(
            LanguageModel model, LoraConfig lora, List<TrainingRow> rows, int length, int steps) {
        List<PackedRow> packed = new ArrayList<>(new Packer(length, 0).pack(rows, 0));
        packed.removeIf(r -> r.ids().length > length || r.scored().isEmpty());
        if (packed.isEmpty()) {
            throw new UserError(
                    "no row of at most " + length + " tokens has anything to learn",
                    null,
                    "measure with a greater --length");
        }
        packed.sort(Comparator.comparingInt((PackedRow r) -> -r.ids().length)); // fullest first
        MemoryPlan plan = MemoryPlan.of(model.config(), lora, model.place().type(), length);
        boolean recompute = plan.mustRecompute(Memory.free() + plan.weights());
        long largest = (long) RowPass.padded(length) * model.config().widestInput();
        List<Double> losses = new ArrayList<>();
        double[] seconds = new double[steps];
        double[] speeds = new double[steps];
        double learned = 0;
        double seen = 0;
        double tokens = 0;
        try (Adapter adapter = Adapter.create(model, lora, 42, true);
                AdamW optimiser = new AdamW(adapter, 0);
                DropoutPool pool = new DropoutPool(model.place(), lora.dropout(), largest, 42)) {
            RowPass pass = new RowPass(model, recompute);
            for (int step = 0; step < steps; step++) {
                PackedRow row = packed.get(step % packed.size());
                int count = row.scored().cardinality();
                long from = System.nanoTime();
                float[] each =
                        pass.learn(row, 1.0 / count, lora.dropout() > 0 ? pool.of(step, 0) : null);
                optimiser.step(RATE, optimiser.gradientNorm(), 1.0);
                seconds[step] = (System.nanoTime() - from) / 1e9;
                speeds[step] = row.ids().length / seconds[step];
                losses.add(mean(each));
                learned += count;
                seen += visible(row);
                tokens += row.ids().length;
            }
        } finally {
            model.detachAdapter();
        }
        double speed = median(Arrays.copyOfRange(speeds, Math.min(WARM_UP, steps - 1), steps));
        double flops =
                MemoryPlan.flopsPerToken(
                        model.config(), lora, recompute, learned / tokens, seen / tokens);
        double gemm = ComputeType.rate(model.place().type());
        return new Result(
                model.place().type().word(),
                length,
                lora.dropout(),
                speed,
                Memory.peakMb(),
                losses,
                gemm,
                flops,
                flops * speed / (gemm * 1e9),
                recompute,
                Arrays.stream(seconds).boxed().toList());
    }

    /// Sum over the row's tokens of how many tokens each can see.
    private static double visible(PackedRow row) {
        double sum = 0;
        for (int s = 0; s < row.starts().length; s++) {
            int end = s + 1 < row.starts().length ? row.starts()[s + 1] : row.ids().length;
            double n = end - row.starts()[s];
            sum += n * (n + 1) / 2;
        }
        return sum;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / Math.max(1, values.length);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
