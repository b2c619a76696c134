package understudy.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.function.LongSupplier;
import understudy.base.ExitCode;
import understudy.base.UserError;

/// Repeats what may succeed the next time, with growing waits.
///
/// @param settings attempts and waits
/// @param progress is told of each repetition
record Retries(HubSettings settings, Progress progress) {
    /// A server that wants to be left alone longer is as good as down.
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

    /// One attempt.
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException, InterruptedException;
    }

    /// @param what     for the sentences, such as a file's name
    /// @param advanced grows when an attempt got further; attempts are then counted anew
    <T> T run(String what, LongSupplier advanced, Attempt<T> attempt) {
        int failures = 0;
        long reached = advanced.getAsLong();
        while (true) {
            try {
                return attempt.run();
            } catch (InterruptedException | InterruptedIOException e) {
                Thread.currentThread().interrupt();
                throw new UserError("interrupted", what, "start it again, it goes on from here", e);
            } catch (IOException e) {
                long now = advanced.getAsLong();
                failures = now > reached ? 1 : failures + 1;
                reached = now;
                if (failures >= settings.attempts() || !worthRepeating(e)) {
                    throw last(e, what);
                }
                pause(failures, e, what);
            }
        }
    }

    private static boolean worthRepeating(IOException e) {
        if (e instanceof HubFailure failure) {
            return failure.worthRepeating();
        }
        // no such host, or a full disk, will be the same in a second
        boolean unresolved = false;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            unresolved |= cause instanceof UnresolvedAddressException;
        }
        return !unresolved && !(e instanceof FileSystemException);
    }

    private void pause(int failures, IOException e, String what) {
        Duration wait = settings.backoff().multipliedBy(1L << Math.min(failures - 1, 6));
        if (e instanceof HubFailure failure && failure.retryAfter() != null) {
            Duration wanted = failure.retryAfter();
            if (wanted.compareTo(LONGEST_WAIT) > 0) {
                throw failure.error();
            }
            wait = wanted.compareTo(wait) > 0 ? wanted : wait;
        }
        progress.say(
                "%s: %s; trying again in %s s (%d of %d)"
                        .formatted(
                                what,
                                reason(e),
                                (wait.toMillis() + 999) / 1000,
                                failures + 1,
                                settings.attempts()));
        try {
            Thread.sleep(wait);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", what, "start it again, it goes on from here");
        }
    }

    private static String reason(IOException e) {
        if (e instanceof HubFailure failure) {
            return failure.error().what();
        }
        return e.getMessage() == null ? "no connection" : e.getMessage();
    }

    private UserError last(IOException e, String what) {
        if (e instanceof HubFailure failure) {
            return failure.error();
        }
        if (e instanceof FileSystemException) {
            return new UserError(
                    "cannot write the download",
                    settings.cache().toString(),
                    "make room on the disk, or choose another place with HF_HOME",
                    ExitCode.UNEXPECTED_STATE,
                    e);
        }
        return new UserError(
                "cannot reach " + settings.endpoint().getHost() + " for " + what,
                settings.endpoint().toString(),
                "check the network and start it again, it goes on where it stopped",
                ExitCode.UNEXPECTED_STATE,
                e);
    }
}
