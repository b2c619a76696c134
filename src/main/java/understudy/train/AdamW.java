package understudy.train;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.model.Adapter;
import understudy.tensor.Scopes;

/// AdamW (Loshchilov and Hutter 2019) over an adapter's flat vector, state in f32.
///
/// With gradient g, step t, decay λ and rate η: `m = β1·m + (1-β1)·g`, `v = β2·v + (1-β2)·g²`,
/// `p = p·(1-η·λ) - η/(1-β1^t) · m / (sqrt(v/(1-β2^t)) + ε)`.
public final class AdamW implements AutoCloseable {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final Adapter adapter;
    private final double decay;
    private final Tensor mean;
    private final Tensor square;
    private int steps;

    /// @param decay λ, 0 for none
    public AdamW(Adapter adapter, double decay) {
        this.adapter = adapter;
        this.decay = decay;
        this.mean = Scopes.owned(() -> torch.zeros_like(adapter.parameters()));
        this.square = Scopes.owned(() -> torch.zeros_like(adapter.parameters()));
    }

    /// Length of the gradient; not finite where any part of it is not.
    public double gradientNorm() {
        double[] norm = new double[1];
        Scopes.run(() -> norm[0] = adapter.gradients().norm().item_float());
        return norm[0];
    }

    /// Moves the adapter by one step, brings its copy up to date and sets the gradient to zero.
    ///
    /// @param rate η
    /// @param norm the gradient's length
    /// @param clip longest gradient used; longer ones are shortened to it
    public void step(double rate, double norm, double clip) {
        steps++;
        Scopes.run(() -> {
            Tensor gradient = adapter.gradients();
            if (norm > clip) {
                gradient.mul_(new Scalar(clip / (norm + 1e-6)));
            }
            Tensor parameters = adapter.parameters();
            if (decay != 0) {
                parameters.mul_(new Scalar(1 - rate * decay));
            }
            mean.lerp_(gradient, new Scalar(1 - BETA1));
            square.mul_(new Scalar(BETA2)).addcmul_(gradient, gradient, new Scalar(1 - BETA2));
            double root = Math.sqrt(1 - Math.pow(BETA2, steps));
            Tensor denominator = square.sqrt().mul_(new Scalar(1 / root)).add_(new Scalar(EPSILON));
            double scaled = rate / (1 - Math.pow(BETA1, steps));
            parameters.addcdiv_(mean, denominator, new Scalar(-scaled));
            gradient.zero_();
        });
        adapter.refresh();
    }

    /// Forgets the gradient without a step.
    public void skip() {
        adapter.gradients().zero_();
    }

    /// First moment m, as long as the adapter.
    Tensor mean() {
        return mean;
    }

    /// Second moment v, as long as the adapter.
    Tensor square() {
        return square;
    }

    int steps() {
        return steps;
    }

    void restoreSteps(int steps) {
        this.steps = steps;
    }

    @Override
    public void close() {
        mean.close();
        square.close();
    }
}
