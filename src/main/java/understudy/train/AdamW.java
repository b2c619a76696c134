package understudy.train;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import understudy.base.UserError;
import understudy.model.Trainable;
import understudy.tensor.Scopes;
import understudy.tensor.WeightTensors;
import understudy.tensor.Workers;

/// AdamW (Loshchilov and Hutter 2019) over a flat vector, state in 32 or 8 bits.
///
/// With gradient g, step t, decay λ and rate η: `m = β1·m + (1-β1)·g`, `v = β2·v + (1-β2)·g²`,
/// `p = p·(1-η·λ) - η/(1-β1^t) · m / (sqrt(v/(1-β2^t)) + ε)`. Norms and biases do not decay.
public final class AdamW implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final Trainable learned;
    private final double decay;
    private final Moments moments;
    private int steps;

    /// State in 32 bits.
    ///
    /// @param decay λ, 0 for none
    public AdamW(Trainable learned, double decay) {
        this(learned, decay, 32);
    }

    /// @param decay λ, 0 for none
    /// @param bits  of each number of the state, 32 or 8
    /// @throws UserError for 8 bits on a GPU
    public AdamW(Trainable learned, double decay, int bits) {
        if (bits == 8 && learned.parameters().is_cuda()) {
            throw new UserError(
                    "the optimiser's state has 32 bits on a GPU",
                    "train.optimizer_bits",
                    "use --set train.optimizer_bits=32, or --device cpu");
        }
        this.learned = learned;
        this.decay = decay;
        this.moments =
                bits == 8 ? new ByteMoments(learned.size()) : new FullMoments(learned.parameters());
    }

    /// Length of the gradient; not finite where any part of it is not.
    public double gradientNorm() {
        double[] norm = new double[1];
        Scopes.run(() -> norm[0] = learned.gradients().norm().item_float());
        return norm[0];
    }

    /// Moves what is learned by one step, brings its copy up to date and sets the gradient to zero.
    ///
    /// @param rate η
    /// @param norm the gradient's length
    /// @param clip longest gradient used; longer ones are shortened to it
    public void step(double rate, double norm, double clip) {
        steps++;
        double shorter = norm > clip ? clip / (norm + 1e-6) : 1;
        if (learned.parameters().is_cuda()) {
            onGpu(rate, shorter, (FullMoments) moments);
        } else {
            onCpu(rate, shorter);
        }
        learned.refresh();
    }

    /// In one pass over memory, piece by piece, so that nothing as large as the vector is made.
    private void onCpu(double rate, double shorter) {
        MemorySegment parameters = WeightTensors.memory(learned.parameters());
        MemorySegment gradients = WeightTensors.memory(learned.gradients());
        long size = learned.size();
        long decayed = decay == 0 ? 0 : learned.decayed();
        float keep = (float) (1 - rate * decay);
        float root = (float) (1 / Math.sqrt(1 - Math.pow(BETA2, steps)));
        float scaled = (float) (rate / (1 - Math.pow(BETA1, steps)));
        Workers.rows(
                (size + Moments.PIECE - 1) / Moments.PIECE,
                (from, to) -> {
                    float[] p = new float[Moments.PIECE];
                    float[] g = new float[Moments.PIECE];
                    float[] m = new float[Moments.PIECE];
                    float[] v = new float[Moments.PIECE];
                    for (long piece = from; piece < to; piece++) {
                        long at = piece * Moments.PIECE;
                        int count = (int) Math.min(Moments.PIECE, size - at);
                        MemorySegment.copy(parameters, FLOAT, 4 * at, p, 0, count);
                        MemorySegment.copy(gradients, FLOAT, 4 * at, g, 0, count);
                        moments.read(at, m, v, count);
                        shrink(p, (int) Math.max(0, Math.min(count, decayed - at)), keep);
                        move(p, g, m, v, (float) shorter, root, scaled);
                        moments.write(at, m, v, count);
                        MemorySegment.copy(p, 0, parameters, FLOAT, 4 * at, count);
                        gradients.asSlice(4 * at, 4L * count).fill((byte) 0);
                    }
                });
    }

    /// @param count numbers that decay, from the first
    private static void shrink(float[] p, int count, float keep) {
        for (int i = 0; i < count; i++) {
            p[i] *= keep;
        }
    }

    private static void move(
            float[] p, float[] g, float[] m, float[] v, float shorter, float root, float scaled) {
        float forget1 = (float) (1 - BETA1);
        float forget2 = (float) (1 - BETA2);
        float keep2 = (float) BETA2;
        for (int i = 0; i < p.length; i++) {
            float gradient = g[i] * shorter;
            m[i] += (gradient - m[i]) * forget1;
            v[i] = v[i] * keep2 + gradient * gradient * forget2;
            float divisor = (float) Math.sqrt(v[i]) * root + (float) EPSILON;
            p[i] -= scaled * (m[i] / divisor);
        }
    }

    private void onGpu(double rate, double shorter, FullMoments state) {
        Scopes.run(() -> {
            Tensor gradient = learned.gradients().mul_(new Scalar(shorter));
            Tensor parameters = learned.parameters();
            parameters.narrow(0, 0, learned.decayed()).mul_(new Scalar(1 - rate * decay));
            Tensor mean = state.mean().lerp_(gradient, new Scalar(1 - BETA1));
            Tensor square = state.square().mul_(new Scalar(BETA2));
            square.addcmul_(gradient, gradient, new Scalar(1 - BETA2));
            double root = Math.sqrt(1 - Math.pow(BETA2, steps));
            Tensor denominator = square.sqrt().mul_(new Scalar(1 / root)).add_(new Scalar(EPSILON));
            double scaled = rate / (1 - Math.pow(BETA1, steps));
            parameters.addcdiv_(mean, denominator, new Scalar(-scaled));
            gradient.zero_();
        });
    }

    /// Forgets the gradient without a step.
    public void skip() {
        learned.gradients().zero_();
    }

    /// Both moments.
    Moments moments() {
        return moments;
    }

    int steps() {
        return steps;
    }

    void restoreSteps(int steps) {
        this.steps = steps;
    }

    @Override
    public void close() {
        moments.close();
    }
}
