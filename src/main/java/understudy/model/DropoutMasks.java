package understudy.model;

import org.bytedeco.pytorch.Tensor;

/// Gives the dropout masks of a row. The same place in the same row must get the same mask each
/// time, because the backward pass asks again.
@FunctionalInterface
public interface DropoutMasks {
    /// @param layer   block, from 0
    /// @param site    input within the block, from 0
    /// @return `(rows, columns)` in the compute type: 0 with the dropout probability p, else
    ///     `1/(1-p)`; in the caller's scope
    Tensor mask(int layer, int site, long rows, long columns);
}
