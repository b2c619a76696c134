/// Between text and token ids: tokenizers, chat templates, and rows with their mask.
///
/// Start at [Tokenizer] and `ChatTemplate`. Content is never read as control tokens: only what a
/// template itself writes can become one.
///
/// Imports `base`, `chat`, `weights`.
@NullMarked
package understudy.text;

import org.jspecify.annotations.NullMarked;
