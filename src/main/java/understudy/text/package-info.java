/// Between text and token ids: tokenizers, chat templates, and rows with their mask.
///
/// Start at [Tokenizers] and [ChatTemplate]. A tokenizer is read from `tokenizer.json` or from the
/// metadata of a GGUF file into a `TokenizerSource`, which `BpeTokenizer` works from; a template is
/// run by [understudy.text.jinja.JinjaTemplate], and `RowEncoder` makes ids and mask of its text.
///
/// **Promises.** Content is never read as control tokens: only what a template itself writes can
/// become one. Nothing of a file is run: regular expressions are looked up among the known ones,
/// templates are bounded in steps, depth and output.
///
/// Imports `base`, `chat`, `weights`.
@NullMarked
package understudy.text;

import org.jspecify.annotations.NullMarked;
