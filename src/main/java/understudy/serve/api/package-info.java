/// The routes behind which a model writes: the article's `/generate` and OpenAI's `/v1`.
///
/// Start at [ApiRoutes]. Requests are records ([ChatRequest], [CompletionRequest]) whose fields
/// say what they take; [Writing] is what all routes share.
///
/// Imports `base`, `chat`, `text`, `reply`, `generate`, and `http` and `wire` beside it.
@NullMarked
package understudy.serve.api;

import org.jspecify.annotations.NullMarked;
