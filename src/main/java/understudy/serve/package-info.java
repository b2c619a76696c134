/// The endpoint: the article's `/generate`, the OpenAI API, and the pages that describe them.
///
/// Imports `base`, `chat`, `store`, `text`, `dataset`, `run`, `evaluate`, `reply`, `generate`.
@NullMarked
package understudy.serve;

import org.jspecify.annotations.NullMarked;
