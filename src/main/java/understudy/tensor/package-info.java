/// The door to libtorch: start-up, the choice of compute type, scopes for native memory, and
/// weights as tensors.
///
/// Nothing here builds an autograd graph: the layers of `model` bring their own backward passes.
/// Every operation runs inside an [org.bytedeco.javacpp.PointerScope]; see [Scopes].
///
/// Imports `base`, `weights`.
@NullMarked
package understudy.tensor;

import org.jspecify.annotations.NullMarked;
