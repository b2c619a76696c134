/// Language models as layers with hand-written backward passes, and the adapter that is learned.
///
/// Start at [LanguageModel]: embedding, [Block]s, final norm, head. A block is two norms, two
/// [Projections] groups that share an input (q/k/v and gate/up), two single ones, [Rope] and
/// [SegmentAttention]. The base is frozen; an [Adapter] adds `s·B·A` to chosen projections and is
/// all that has a gradient. [HeadLoss] computes the loss and its gradient in chunks.
///
/// Letters in comments: T tokens of a row, d hidden size, H heads, K key/value heads, G = H/K,
/// D head size, F intermediate size, V vocabulary, r rank.
///
/// Imports `base`, `weights`, `tensor`.
@NullMarked
package understudy.model;

import org.jspecify.annotations.NullMarked;
