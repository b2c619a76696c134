package understudy.model;

import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.tensor.FrozenMatrix;
import understudy.tensor.RowBlock;

/// What writing text one token at a time reads of a model: its matrices as they are held, its small
/// vectors as floats, its traits. For a model in the CPU's memory; of no use once that is closed.
///
/// @param embedding      `(V,d)`
/// @param embeddingScale by what its rows are multiplied
/// @param head           `(V,d)`
/// @param finalNorm      `(d)`
/// @param half           whether caches are in bfloat16, else in f32
/// @param gelu           whether the gate is GELU's tanh form, else SiLU
/// @param queryScale     by what the scores of attention are multiplied
public record DecodeWeights(
        RowBlock embedding,
        float embeddingScale,
        RowBlock head,
        float[] finalNorm,
        List<Layer> layers,
        boolean half,
        boolean gelu,
        float queryScale) {

    /// One block.
    ///
    /// @param attentionNorm `(d)`
    /// @param queryNorm     `(D)`, of every head; null in families without
    /// @param keyNorm       `(D)`; null in families without
    /// @param attentionEnd  `(d)`, of what attention adds; null in families without
    /// @param mlpNorm       `(d)`
    /// @param mlpEnd        `(d)`, of what the MLP adds; null in families without
    /// @param groups        q/k/v, o, gate/up, down
    /// @param window        latest tokens that a token sees; 0 for all
    /// @param speeds        angle a position of each pair of a head, radians
    public record Layer(
            float[] attentionNorm,
            float @Nullable [] queryNorm,
            float @Nullable [] keyNorm,
            float @Nullable [] attentionEnd,
            float[] mlpNorm,
            float @Nullable [] mlpEnd,
            List<Group> groups,
            int window,
            double[] speeds) {}

    /// Linear layers that share an input.
    ///
    /// @param bias `(O)`; null without one
    public record Group(FrozenMatrix weight, float @Nullable [] bias) {}

    /// What an adapter adds at one group: `y_j += s·B_j·(A_j·x)`.
    ///
    /// @param a       the A factors of all members, one below the other, `(n·r,I)`
    /// @param rank    r
    /// @param factors the B factors
    public record LowRank(RowBlock a, int rank, List<Factor> factors) {}

    /// A member's B factor.
    ///
    /// @param index   position among the members with an adapter: which r of `A·x` it takes
    /// @param offset  first output in the group
    /// @param scaledB `s·B_j`, `(O_j,r)`
    public record Factor(int index, int offset, RowBlock scaledB) {}
}
