package understudy.hub;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// A reply that is no success.
final class HubFailure extends IOException {
    private final transient UserError error;
    private final boolean worthRepeating;
    private final transient @Nullable Duration wait;

    /// @param error what the person is told when it stays so
    /// @param wait  how long the server wants to be left alone; null where it does not say
    HubFailure(UserError error, boolean worthRepeating, @Nullable Duration wait) {
        super(error.what(), error);
        this.error = error;
        this.worthRepeating = worthRepeating;
        this.wait = wait;
    }

    UserError error() {
        return error;
    }

    boolean worthRepeating() {
        return worthRepeating;
    }

    @Nullable Duration retryAfter() {
        return wait;
    }
}
