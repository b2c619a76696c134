package understudy.model;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.tensor.Kernels;
import understudy.tensor.Scopes;

/// Cross-entropy of chosen tokens and its gradient, in chunks, so that the logits of a whole row
/// never exist.
///
/// With p = softmax(h·Wᵀ): loss = −log p[target], dh = (p − onehot(target))·W.
final class HeadLoss {
    /// Tokens a chunk: 256 x 49,152 logits in f32 are 50 MB.
    private static final int CHUNK = 256;

    private static final int STEP = 64;

    private static final ScalarTypeOptional F32 =
            Scopes.own(new ScalarTypeOptional(torch.ScalarType.Float));

    private final LanguageModel model;
    private final @Nullable Kernels kernels;

    HeadLoss(LanguageModel model) {
        this.model = model;
        this.kernels = Kernels.of(model.place(), model.config().vocabulary());
    }

    /// @param losses per token, nats
    /// @param dx     gradient of the summed loss times `weight` with respect to the last block's
    ///     output, `(T,d)`, in the caller's scope; null where not wanted
    record Result(float[] losses, @Nullable Tensor dx) {}

    /// @param x       output of the last block, `(T,d)`
    /// @param from    positions whose next token counts
    /// @param targets those next tokens
    /// @param weight  by which the gradient is multiplied; 0 where none is wanted
    Result run(Tensor x, int[] from, int[] targets, double weight) {
        return run(x, from, targets, weight, null);
    }

    /// The same, saying of each target whether it was the likeliest token.
    ///
    /// @param likeliest as long as `targets`; null where nobody asks, and with a gradient
    Result run(Tensor x, int[] from, int[] targets, double weight, boolean @Nullable [] likeliest) {
        boolean wanted = weight != 0;
        float[] losses = new float[from.length];
        PointerScope callers = Scopes.current();
        try (PointerScope inner = new PointerScope()) {
            Tensor dx = wanted ? model.place().zeros(x.size(0), x.size(1)) : null;
            for (int begin = 0; begin < from.length; begin += CHUNK) {
                int n = Math.min(CHUNK, from.length - begin);
                int[] rows = Arrays.copyOfRange(from, begin, begin + n);
                int[] next = Arrays.copyOfRange(targets, begin, begin + n);
                chunk(x, rows, next, weight, dx, losses, likeliest, begin);
            }
            if (dx != null) {
                callers.attach(dx);
            }
            return new Result(losses, dx);
        }
    }

    private void chunk(
            Tensor x,
            int[] from,
            int[] targets,
            double weight,
            @Nullable Tensor dx,
            float[] losses,
            boolean @Nullable [] likeliest,
            int begin) {
        try (PointerScope inner = new PointerScope()) {
            RmsNorm norm = model.finalNorm();
            int count = from.length;
            Tensor rows = model.place().indices(padded(from));
            Tensor selected = x.index_select(0, rows);
            RmsNorm.Normed hidden = norm.forward(selected);
            Tensor logits = torch.mm(hidden.y(), model.head().t());
            if (likeliest != null) {
                first(logits, targets, likeliest, begin);
            }
            float[] each = slopes(logits, targets, dx != null);
            System.arraycopy(each, 0, losses, begin, count);
            if (dx != null) {
                MatrixGradient learned = model.headGradient();
                if (learned != null) {
                    learned.add(logits, hidden.y(), weight);
                }
                Tensor dhidden = torch.mm(logits, model.head()).mul_(new Scalar(weight));
                dx.index_add_(0, rows, norm.backward(dhidden, selected, hidden.inverse(), null));
            }
        }
    }

    private static void first(Tensor logits, int[] targets, boolean[] likeliest, int begin) {
        Tensor first = logits.argmax(new LongOptional(-1), false);
        float[] ids = floats(first); // exact below 2^24, more than any vocabulary has
        for (int i = 0; i < targets.length; i++) {
            likeliest[begin + i] = (int) ids[i] == targets[i];
        }
    }

    /// @param logits `(n,V)`, n padded; become `softmax − onehot(target)`, and zero where padded
    /// @param wanted whether they have to
    /// @return −log of each target's chance
    private float[] slopes(Tensor logits, int[] targets, boolean wanted) {
        float[] losses =
                kernels != null
                        ? kernels.loss(logits, targets, wanted)
                        : slopesByOperations(logits, targets, wanted);
        if (wanted && logits.size(0) > targets.length) {
            logits.narrow(0, targets.length, logits.size(0) - targets.length).zero_();
        }
        return losses;
    }

    private float[] slopesByOperations(Tensor logits, int[] targets, boolean wanted) {
        Tensor index = model.place().indices(padded(targets)).unsqueeze(1);
        Tensor chances = logits.softmax(-1, F32); // (n,V)
        float[] chance = floats(chances.gather(1, index));
        float[] highest = floats(chances.amax(new long[] {-1}, true));
        float[] logit = floats(logits.gather(1, index));
        float[] highestLogit = floats(logits.amax(new long[] {-1}, true));
        float[] losses = new float[targets.length];
        for (int i = 0; i < losses.length; i++) {
            // −log of a chance below the smallest float, too, by way of the likeliest token
            losses[i] =
                    chance[i] > 1e-30f
                            ? (float) -Math.log(chance[i])
                            : (float) ((double) highestLogit[i] - logit[i] - Math.log(highest[i]));
        }
        if (wanted) {
            Tensor one = index.to(torch.ScalarType.Float).fill_(new Scalar(-1.0));
            logits.copy_(chances.scatter_add_(1, index, one));
        }
        return losses;
    }

    /// Repeats the first element up to a multiple of [#STEP]: oneDNN keeps what it compiled for
    /// every shape, and how many tokens are learned differs from row to row.
    private static int[] padded(int[] values) {
        int length = (values.length + STEP - 1) / STEP * STEP;
        int[] longer = Arrays.copyOf(values, length);
        Arrays.fill(longer, values.length, length, values[0]);
        return longer;
    }

    private static float[] floats(Tensor column) {
        try (PointerScope inner = new PointerScope()) {
            Tensor cpu = column.to(torch.ScalarType.Float).cpu().contiguous();
            float[] values = new float[Math.toIntExact(cpu.numel())];
            cpu.data_ptr_float().get(values);
            return values;
        }
    }
}
