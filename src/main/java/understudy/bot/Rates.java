package understudy.bot;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How much may be sent, as Telegram's FAQ advises: 30 a second in all, one a second to a chat, 20
/// a minute to a group. What it does not say, it tells by 429, which counts above all of these.
///
/// Buckets that refill evenly, small enough that no stretch of a second, or a minute, holds more.
final class Rates {
    /// Chats remembered; a chat's bucket is full again long before so many others were served.
    private static final int CHATS = 10_000;

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Pace pace;
    private final Bucket all;
    private final Map<Long, Chat> chats =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Chat> eldest) {
                    return size() > CHATS;
                }
            };

    /// The limits of one chat.
    private static final class Chat {
        private final Bucket second;
        private final @Nullable Bucket group; // null for a chat of two
        private long free; // when the second after the last message that arrived is over

        Chat(Bucket second, @Nullable Bucket group, long now) {
            this.second = second;
            this.group = group;
            this.free = now;
        }
    }

    Rates(Pace pace) {
        this.pace = pace;
        this.all = bucket(3, 27, Duration.ofSeconds(1));
    }

    private Bucket bucket(int capacity, int refill, Duration time) {
        return Bucket.builder()
                .withCustomTimePrecision(Notices.meter(pace))
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(refill, time))
                .build();
    }

    /// Takes the right to send one message.
    ///
    /// @param chat Telegram numbers groups below zero
    /// @return zero where it was taken; else how long to wait before asking again
    synchronized Duration take(long chat) {
        Chat limits =
                chats.computeIfAbsent(
                        chat,
                        c ->
                                new Chat(
                                        bucket(1, 1, Duration.ofMillis(1050)),
                                        c < 0 ? bucket(5, 15, Duration.ofMinutes(1)) : null,
                                        pace.nanos()));
        long wait = Math.max(missing(limits.second), limits.free - pace.nanos());
        if (limits.group != null) {
            wait = Math.max(wait, missing(limits.group));
        }
        wait = Math.max(wait, missing(all));
        if (wait > 0) {
            return Duration.ofNanos(wait);
        }
        limits.second.tryConsume(1);
        if (limits.group != null) {
            limits.group.tryConsume(1);
        }
        all.tryConsume(1);
        return Duration.ZERO;
    }

    /// A message has arrived: the next one follows a second later at the earliest, however long
    /// this one took on its way.
    synchronized void arrived(long chat) {
        Chat limits = chats.get(chat);
        if (limits != null) {
            limits.free = pace.nanos() + SECOND;
        }
    }

    private static long missing(Bucket bucket) {
        return bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    }
}
