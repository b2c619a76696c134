package understudy.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.tensor.Kernels;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;
import understudy.tensor.WeightTensors;

/// Root mean square norm: `y = w · x / sqrt(mean(x²) + ε)`, row by row (Zhang and Sennrich 2019).
final class RmsNorm {
    private final Tensor weight; // (d)
    private final double epsilon;
    private final int size;
    private final Placement place;
    private final @Nullable Kernels kernels;
    private @Nullable Tensor gradient; // (d) in f32; null where the weight does not learn

    RmsNorm(Tensor weight, double epsilon, Placement place) {
        this.weight = weight;
        this.epsilon = epsilon;
        this.size = (int) weight.size(0);
        this.place = place;
        this.kernels = Kernels.of(place, size);
    }

    Tensor weight() {
        return weight;
    }

    /// @param sum of the weight's gradients, `(d)` in f32, to which the way back adds; null to stop
    void learn(@Nullable Tensor sum) {
        gradient = sum;
    }

    /// @param y       `(T,d)`
    /// @param inverse `(T,1)` in f32: `1/sqrt(mean(x²) + ε)`, which the way back needs
    record Normed(Tensor y, Tensor inverse) {}

    /// @param x `(T,d)`
    /// @return tensors in the caller's scope
    Normed forward(Tensor x) {
        Kernels fast = kernels;
        if (fast == null || !x.is_contiguous()) {
            Tensor inverse = inverseRms(x);
            return new Normed(forward(x, inverse), inverse);
        }
        Tensor y = place.empty(x.size(0), size);
        Tensor inverse = place.empty(torch.ScalarType.Float, x.size(0), 1);
        fast.norm(x, weight, y, inverse, epsilon);
        return new Normed(y, inverse);
    }

    /// Gradient of the input, and `plus` where there is one; adds that of the weight where it
    /// learns: `dw = Σ dy·x·inv`.
    ///
    /// @return `(T,d)`
    Tensor backward(Tensor dy, Tensor x, Tensor inverse, @Nullable Tensor plus) {
        Tensor sum = gradient;
        if (sum != null) {
            Scopes.run(() -> sum.add_(x.mul(inverse).mul_(dy).sum(new long[] {0}, false, F32)));
        }
        Kernels fast = kernels;
        if (fast == null || !dy.is_contiguous() || !x.is_contiguous()) {
            Tensor dx = backward(dy, x, inverse);
            return plus == null ? dx : dx.add_(plus);
        }
        Tensor dx = place.empty(x.size(0), size);
        fast.normBack(dy, x, weight, inverse, plus, dx);
        return dx;
    }

    /// @param x `(T,d)`
    /// @return `(T,1)` in f32: `1/sqrt(mean(x²) + ε)`
    private Tensor inverseRms(Tensor x) {
        return Scopes.keep(() -> {
            Tensor norm =
                    x.norm(
                            new ScalarOptional(new Scalar(2)),
                            new long[] {-1},
                            true,
                            torch.ScalarType.Float);
            return norm.mul_(norm).mul_(new Scalar(1.0 / size)).add_(new Scalar(epsilon)).rsqrt();
        });
    }

    /// @param x       `(T,d)`
    /// @param inverse from [#inverseRms]
    /// @return `(T,d)`
    private Tensor forward(Tensor x, Tensor inverse) {
        Tensor y = place.empty(x.size(0), size);
        Scopes.run(() -> torch.mul_out(y, x, inverse).mul_(weight));
        return y;
    }

    /// With `g = dy·w`: `dx = inv·(g − x·inv²·(g·x)/d)`.
    ///
    /// @return `(T,d)`
    private Tensor backward(Tensor dy, Tensor x, Tensor inverse) {
        return Scopes.keep(() -> {
            Tensor g = dy.mul(weight);
            Tensor dot = g.mul(x).sum(new long[] {-1}, true, F32);
            Tensor slope = dot.mul_(inverse).mul_(inverse).mul_(new Scalar(1.0 / size));
            Tensor along = place.empty(x.size(0), size);
            torch.mul_out(along, x, slope);
            return g.sub_(along).mul_(inverse);
        });
    }

    private static final org.bytedeco.pytorch.ScalarTypeOptional F32 =
            Scopes.own(new org.bytedeco.pytorch.ScalarTypeOptional(torch.ScalarType.Float));

    /// The weight as floats, `(d)`.
    float[] numbers() {
        return WeightTensors.floats(weight);
    }

    void close() {
        weight.close();
    }
}
