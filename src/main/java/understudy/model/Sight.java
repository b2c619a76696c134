package understudy.model;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/// What the tokens of a layer see: local layers and those that see everything differ in it.
///
/// @param angles of each token's position in its conversation
/// @param causal gives `(C,n)`: 0 where a token sees another, minus infinity elsewhere; `(L,L)` for
///               whole rows, with L at least the longest conversation. Made when first asked for:
///               kernels know without it
record Sight(Rope.Angles angles, Supplier<Tensor> causal) {}
