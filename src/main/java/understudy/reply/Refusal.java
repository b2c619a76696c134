package understudy.reply;

import org.jspecify.annotations.Nullable;
import understudy.base.ExitCode;
import understudy.base.UserError;

/// Why a text is not written.
@SuppressWarnings("serial") // errors are never serialised
public final class Refusal extends UserError {
    /// The kind of reason.
    public enum Reason {
        /// There is no model of that name.
        UNKNOWN_MODEL,
        /// The prompt does not fit.
        TOO_LONG,
        /// Something in the task cannot be done, for another reason.
        INVALID,
        /// Too many wait already.
        BUSY,
        /// Not now: stopping, or outside of its hours.
        UNAVAILABLE,
        /// The other server failed or cannot be reached.
        UPSTREAM
    }

    private final Reason reason;
    private final int retryAfter;

    public Refusal(Reason reason, String what, @Nullable String where, String fix) {
        this(reason, what, where, fix, 0, null);
    }

    /// @param retryAfter seconds after which to try again; 0 where that would not help
    public Refusal(
            Reason reason,
            String what,
            @Nullable String where,
            String fix,
            int retryAfter,
            @Nullable Throwable cause) {
        super(
                what,
                where,
                fix,
                reason == Reason.BUSY || reason == Reason.UNAVAILABLE || reason == Reason.UPSTREAM
                        ? ExitCode.UNEXPECTED_STATE
                        : ExitCode.USER,
                cause);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public Reason reason() {
        return reason;
    }

    /// Seconds after which to try again; 0 where that would not help.
    public int retryAfter() {
        return retryAfter;
    }
}
