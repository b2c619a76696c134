package understudy.serve.guard;

import java.time.Duration;

/// What one client may take of this server.
///
/// @param headerBytes  of a request's first line and headers; over it 431
/// @param connections  open at a time; over it 503, over twice as many they are closed
/// @param headerTime   from the opening of a connection, or the end of the answer before, until a
///     request's headers are here; so it is also how long an unused connection stays open
/// @param bodyGrace    for a request's body, however slowly it comes
/// @param bodyRate     bytes a second that a body must have after that, on average
/// @param writeTime    until what was written, at most some kilobytes, has been taken
/// @param wrongKeys    of an address in a minute; then it has to wait
public record Limits(
        int headerBytes,
        int connections,
        Duration headerTime,
        Duration bodyGrace,
        int bodyRate,
        Duration writeTime,
        int wrongKeys) {
    /// Twenty seconds are ten times what a request needs on a slow line, and under the half minute
    /// in which a crowd of slow clients must be gone.
    public static final Limits STANDARD =
            new Limits(
                    16 << 10,
                    512,
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(15),
                    16 << 10,
                    Duration.ofSeconds(8),
                    10);
}
