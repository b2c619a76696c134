package understudy.model;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// How a branch of a block joins what it branched off from: `x + branch`, or `x + norm(branch)` in
/// families that norm what a branch adds.
final class Residual {
    private final @Nullable RmsNorm norm;

    Residual(@Nullable RmsNorm norm) {
        this.norm = norm;
    }

    /// @param y       `(T,d)`
    /// @param inverse of the norm, `(T,1)`; null without one
    record Output(Tensor y, @Nullable Tensor inverse) {}

    /// @param branch `(T,d)`; where there is no norm, the result takes its memory
    /// @param x      `(T,d)`
    /// @return tensors in the caller's scope
    Output forward(Tensor branch, Tensor x) {
        if (norm == null) {
            return new Output(branch.add_(x), null);
        }
        RmsNorm.Normed normed = norm.forward(branch);
        return new Output(normed.y().add_(x), normed.inverse());
    }

    /// Gradient of the branch; that of x is `dy` itself.
    ///
    /// @param dy      `(T,d)`
    /// @param branch  of the forward pass
    /// @param inverse from the forward pass
    /// @return `dy` itself where there is no norm, else in the caller's scope
    Tensor backward(Tensor dy, Tensor branch, @Nullable Tensor inverse) {
        return norm == null || inverse == null ? dy : norm.backward(dy, branch, inverse, null);
    }

    /// The norm's weight as floats, `(d)`; null without a norm.
    float @Nullable [] numbers() {
        return norm == null ? null : norm.numbers();
    }

    void close() {
        if (norm != null) {
            norm.close();
        }
    }
}
