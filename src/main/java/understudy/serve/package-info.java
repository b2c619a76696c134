/// The endpoint: the article's `/generate`, the OpenAI API, and the pages that describe them.
///
/// Start at [Server]. It puts together the routes of `api`, [PageRoutes] and whatever an
/// [Extension] adds; [OpenApi] describes them.
///
/// **Promises.** No field of a request is silently without effect. Nothing that a caller wrote
/// gets into a log, an error or an exception, and no stack trace gets out. No GET changes anything.
///
/// Imports `base`, `chat`, `store`, `text`, `dataset`, `run`, `evaluate`, `reply`, `generate`.
@NullMarked
package understudy.serve;

import org.jspecify.annotations.NullMarked;
