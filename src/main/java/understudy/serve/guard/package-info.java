/// Keeps the endpoint safe: who may ask, how much, how slowly, and when.
///
/// Start at [Guard]. [GuardHandler] stands in front of every route, static files and unknown paths
/// included, and lets a request through only after its host, origin, key, type, size and hour have
/// been looked at. [Connections] ends those that are too slow. [Metrics] and [Cost] count.
///
/// **Promises.** Nothing of a request, and no key, gets into a log, an error or a label.
///
/// Imports `base`, `reply`, `generate`.
@NullMarked
package understudy.serve.guard;

import org.jspecify.annotations.NullMarked;
