/// How a request comes in and an answer goes out: routes as data, bodies, event streams, errors,
/// and who has gone in between.
///
/// Start at [Route]. [InFlight] knows what is being answered and why it must end; [JsonBody] reads
/// a body within its bounds; [EventStream] writes server-sent events; [Errors] turns whatever is
/// thrown into OpenAI's error object.
///
/// Imports `base`, `reply`, and `wire` beside it.
@NullMarked
package understudy.serve.http;

import org.jspecify.annotations.NullMarked;
