/// Writes text: token ids in, token ids out, words as they come.
///
/// Start at [Generator]; [Sampler] chooses the next token, [StopText] watches for the end.
///
/// Imports `base`, `text`, `weights`, `tensor`, `model`.
@NullMarked
package understudy.generate;

import org.jspecify.annotations.NullMarked;
