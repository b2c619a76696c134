package understudy.bot;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Ever longer waits between tries, each shortened by chance so that many bots do not come back at
/// the same moment: 1 s to a minute.
final class Backoff {
    /// Short of a minute, so that with the call itself nobody waits longer than one.
    static final Duration LONGEST = Duration.ofSeconds(55);

    private final RandomGenerator random;
    private int failures;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /// The wait after one more failure.
    Duration next() {
        long full = Math.min(LONGEST.toMillis(), 1000L << Math.min(failures, 10));
        failures++;
        long least = Math.max(1000, full / 2);
        return Duration.ofMillis(least >= full ? full : random.nextLong(least, full + 1));
    }

    int failures() {
        return failures;
    }

    void reset() {
        failures = 0;
    }
}
