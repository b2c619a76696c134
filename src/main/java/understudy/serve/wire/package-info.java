/// What requests and answers look like: records whose fields say their own limits.
///
/// Start at [Field]. From the same annotations [RequestReader] checks a request and [Schemas]
/// writes the JSON schema, so that the two cannot differ. [ApiError] is what a caller sees when
/// something is wrong.
///
/// Imports `base` only.
@NullMarked
package understudy.serve.wire;

import org.jspecify.annotations.NullMarked;
