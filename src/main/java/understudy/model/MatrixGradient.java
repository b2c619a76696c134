package understudy.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.tensor.Scopes;

/// The gradient of a matrix that learns, summed in f32.
///
/// @param sum `(O,I)`, a view of the memory of [FullWeights]
record MatrixGradient(Tensor sum) {
    private static final Scalar ONE = Scopes.own(new Scalar(1.0));

    /// Adds `weight · dyᵀ·x`, what a row adds of a layer `y = x·Wᵀ`.
    ///
    /// In bf16 the product of one row is rounded to bf16 before it is added, as mixed-precision
    /// training does everywhere.
    ///
    /// @param dy `(T,O)`
    /// @param x  `(T,I)`
    void add(Tensor dy, Tensor x, double weight) {
        Scopes.run(() -> {
            Scalar factor = new Scalar(weight);
            if (x.scalar_type().intern() == torch.ScalarType.Float) {
                sum.addmm_(dy.t(), x, ONE, factor);
            } else {
                sum.add_(torch.mm(dy.t(), x), factor);
            }
        });
    }
}
