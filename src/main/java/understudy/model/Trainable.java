package understudy.model;

import org.bytedeco.pytorch.Tensor;

/// What a training changes, as flat vectors in f32: the low-rank update of an [Adapter], or every
/// weight of a model ([FullWeights]).
///
/// Flat, so that the optimiser, the norm of the gradient and a checkpoint are each one operation.
public sealed interface Trainable extends AutoCloseable permits Adapter, FullWeights {
    /// Numbers that are learned.
    long size();

    /// How many of them, from the first on, weight decay draws towards 0: those of matrices.
    long decayed();

    /// All learned numbers, `(size)` in f32.
    Tensor parameters();

    /// Their gradients, `(size)` in f32; summed over rows until set to zero.
    Tensor gradients();

    /// Brings what the multiplies use up to date with [#parameters]; after every change.
    void refresh();

    @Override
    void close();
}
