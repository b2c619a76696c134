package understudy.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import understudy.base.UserError;
import understudy.model.Adapter;
import understudy.model.FullWeights;
import understudy.model.LanguageModel;
import understudy.model.ModelConfig;
import understudy.model.RowPass;
import understudy.model.RowPass.PackedRow;
import understudy.model.Trainable;
import understudy.tensor.ComputeType;

/// Measures the speed of training: steps of one row each, optimiser included.
public final class TrainBenchmark {
    /// Steps that are not counted, where there are more than that.
    static final int WARM_UP = 2;

    private static final double LORA_RATE = 2e-4;
    private static final double FULL_RATE = 2e-5;
    private static final double LEARNED_SHARE = 0.74;

    /// Tokens of a conversation that is as long as typical chats are.
    public static final int CONVERSATION = 2 * MemoryPlan.TYPICAL_SEEN;

    /// Rows of the multiply that the ceiling is measured with, at most.
    private static final int CEILING_ROWS = 1024;

    private TrainBenchmark() {}

    /// Whether blocks are run again in the backward pass.
    public enum Recompute {
        /// As the memory plan decides.
        AUTO,
        ON,
        OFF
    }

    /// What is measured.
    ///
    /// @param method what learns, and how `model` holds the rest
    /// @param length tokens a row
    /// @param steps  one row each, at least 1
    public record Work(MemoryPlan.Method method, int length, int steps, Recompute recompute) {}

    /// @param tokensPerSecond of the median step of those that count
    /// @param counted         steps that count: all but the first two, or the last where there are
    ///     no more than two
    /// @param losses          mean loss of each step, nats
    /// @param gemmGflops      see [#ceiling], in the same process, 10^9 operations a second
    /// @param flopsPerToken   operations executed a token
    /// @param ofCeiling       share of `gemmGflops` that the training reached
    /// @param plannedMb       peak memory that [MemoryPlan] foretold, MiB
    public record Result(
            String dtype,
            double tokensPerSecond,
            int counted,
            long peakRssMb,
            List<Double> losses,
            double gemmGflops,
            double flopsPerToken,
            double ofCeiling,
            boolean recomputed,
            long plannedMb,
            List<Double> stepSeconds) {}

    /// Conversations of random ids that fill one row of `length` tokens, so that every step repeats
    /// them and a working training shows as a loss that falls. With the share of learned tokens
    /// that the demo's have.
    ///
    /// @param length  at least 2
    /// @param longest tokens of a conversation at most, such as [#CONVERSATION]
    public static List<TrainingRow> randomRows(
            ModelConfig model, int length, int longest, long seed) {
        Random random = new Random(seed);
        List<TrainingRow> rows = new ArrayList<>();
        for (int from = 0; from < length; from += longest) {
            int count = Math.min(longest, length - from);
            BitSet learned = new BitSet(count);
            for (int i = 1; i < count; i++) {
                learned.set(i, random.nextDouble() < LEARNED_SHARE);
            }
            learned.set(count - 1); // a short row has something to learn, too
            rows.add(new TrainingRow(random.ints(count, 0, model.vocabulary()).toArray(), learned));
        }
        return rows;
    }

    /// @param rows packed to `work.length()`
    /// @throws UserError where no row that fits has anything to learn
    public static Result run(LanguageModel model, List<TrainingRow> rows, Work work) {
        List<PackedRow> packed = packed(rows, work.length);
        ComputeType type = model.place().type();
        MemoryPlan plan = plan(model, packed, work);
        boolean recompute = recompute(work, plan);
        double share = work.method.full() ? 0 : work.method.lora().dropout();
        long largest =
                share > 0 ? (long) RowPass.padded(work.length) * model.config().widestInput() : 0;
        List<Double> losses = new ArrayList<>();
        double[] seconds = new double[work.steps];
        double[] speeds = new double[work.steps];
        double learned = 0;
        double visible = 0;
        double tokens = 0;
        try (Trainable trained =
                        work.method.full()
                                ? FullWeights.of(model)
                                : Adapter.create(model, work.method.lora(), 42, true);
                AdamW optimiser = new AdamW(trained, 0, work.method.optimizerBits());
                DropoutPool pool = new DropoutPool(model.place(), share, largest, 42)) {
            RowPass pass = new RowPass(model, recompute);
            double rate = work.method.full() ? FULL_RATE : LORA_RATE;
            for (int step = 0; step < work.steps; step++) {
                PackedRow row = packed.get(step % packed.size());
                double weight = 1.0 / row.scored().cardinality();
                long from = System.nanoTime();
                float[] each = pass.learn(row, weight, share > 0 ? pool.of(step, 0) : null);
                optimiser.step(rate, optimiser.gradientNorm(), 1.0);
                seconds[step] = (System.nanoTime() - from) / 1e9;
                speeds[step] = row.ids().length / seconds[step];
                losses.add(mean(each));
                learned += row.scored().cardinality();
                visible += visible(row, model.config());
                tokens += row.ids().length;
            }
        } finally {
            model.detachAdapter();
        }
        long peak = Memory.peakMb(); // before the ceiling's matrices add to it
        int first = Math.min(WARM_UP, work.steps - 1);
        double speed = median(Arrays.copyOfRange(speeds, first, work.steps));
        MemoryPlan.Method method = plan.method();
        double flops =
                MemoryPlan.flopsPerToken(
                        model.config(), method, recompute, learned / tokens, visible / tokens);
        double gemm = ceiling(model.config(), type, work.length);
        return new Result(
                type.word(),
                speed,
                work.steps - first,
                peak,
                losses,
                gemm,
                flops,
                flops * speed / (gemm * 1e9),
                recompute,
                plan.peak(recompute) >> 20,
                Arrays.stream(seconds).boxed().toList());
    }

    private static boolean recompute(Work work, MemoryPlan plan) {
        return switch (work.recompute) {
            case ON -> true;
            case OFF -> false;
            case AUTO -> plan.mustRecompute(Memory.free() + plan.weights());
        };
    }

    private static MemoryPlan plan(LanguageModel model, List<PackedRow> packed, Work work) {
        int longest = packed.stream().mapToInt(r -> r.ids().length).max().orElse(1);
        return MemoryPlan.of(
                model.config(), work.method, model.place().type(), longest, seen(packed));
    }

    private static List<PackedRow> packed(List<TrainingRow> rows, int length) {
        List<PackedRow> packed = new ArrayList<>(new Packer(length, 0).pack(rows, 0));
        packed.removeIf(r -> r.ids().length > length || r.scored().isEmpty());
        if (packed.isEmpty()) {
            throw new UserError(
                    "no row of at most " + length + " tokens has anything to learn",
                    null,
                    "measure with a greater --length");
        }
        packed.sort(Comparator.comparingInt((PackedRow r) -> -r.ids().length)); // fullest first
        return packed;
    }

    /// Rate of a big multiply, 10^9 operations a second: the higher one of the standard size
    /// (512 x 576 by 576 x 1,536) and of the model's own largest linear layer, gate and up as one,
    /// on a row of at most 1,024 tokens.
    static double ceiling(ModelConfig model, ComputeType type, int length) {
        int rows = Math.min(RowPass.padded(length), CEILING_ROWS);
        return Math.max(
                ComputeType.rate(type),
                ComputeType.rate(type, rows, model.hidden(), 2 * model.intermediate()));
    }

    /// The most that a token of any of the rows sees in the mean, where no layer has a window.
    static double seen(List<PackedRow> rows) {
        return rows.stream().mapToDouble(row -> visible(row, 0) / row.ids().length).max().orElse(0);
    }

    /// Sum over a row's tokens of how many tokens each can see, mean of all layers.
    private static double visible(PackedRow row, ModelConfig model) {
        double local = (double) model.local().layers().cardinality() / model.layers();
        return local * visible(row, model.local().window()) + (1 - local) * visible(row, 0);
    }

    private static double visible(PackedRow row, int window) {
        double sum = 0;
        for (int s = 0; s < row.starts().length; s++) {
            boolean last = s + 1 == row.starts().length;
            int end = last ? row.ids().length : row.starts()[s + 1];
            sum += visible(end - row.starts()[s], window);
        }
        return sum;
    }

    /// Sum over a conversation's tokens of how many tokens each can see, itself included.
    ///
    /// @param window latest tokens a token can see; 0 for all
    static double visible(int length, int window) {
        double n = length;
        if (window <= 0 || length <= window) {
            return n * (n + 1) / 2;
        }
        double w = window;
        return w * (w + 1) / 2 + (n - w) * w;
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
