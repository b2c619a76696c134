package understudy.bot;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Keeps what goes wrong from flooding whoever watches: at most 30 lines in any ten minutes, with
/// the number of those left out. Half of them may be a connection that came back.
final class Notices {
    private static final int AT_ONCE = 6;
    private static final int IN_TEN_MINUTES = 9;

    private final BotListener listener;
    private final Bucket budget;
    private int left; // guarded by this
    private boolean saidApart = true; // guarded by this: the last word was not "connected"

    Notices(BotListener listener, Pace pace) {
        this.listener = listener;
        this.budget =
                Bucket.builder()
                        .withCustomTimePrecision(meter(pace))
                        .addLimit(limit ->
                                limit.capacity(AT_ONCE)
                                        .refillGreedy(IN_TEN_MINUTES, Duration.ofMinutes(10)))
                        .build();
    }

    static TimeMeter meter(Pace pace) {
        return new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return pace.nanos();
            }

            @Override
            public boolean isWallClockBased() {
                return false;
            }
        };
    }

    void warn(String what) {
        String more = admitted();
        if (more != null) {
            listener.warned(what + more);
        }
    }

    void reconnecting(String why, Duration since) {
        String more = admitted();
        if (more != null) {
            synchronized (this) {
                saidApart = true;
            }
            listener.reconnecting(why + more, since);
        }
    }

    /// Told where the outage before was: both or neither, so that the last word is true.
    void connected(ChatTransport.Account account) {
        synchronized (this) {
            if (!saidApart) {
                return;
            }
            saidApart = false;
        }
        listener.connected(account);
    }

    /// @return null where it is to be left out, else what to add
    private synchronized @Nullable String admitted() {
        if (!budget.tryConsume(1)) {
            left++;
            return null;
        }
        String more = left == 0 ? "" : " (and " + left + " lines more before)";
        left = 0;
        return more;
    }
}
