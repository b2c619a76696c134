package understudy.bot;

import java.time.Clock;
import java.time.Duration;

/// Time, and waiting for it to pass. Tests have one that runs faster.
interface Pace {
    /// The machine's own time.
    Pace REAL =
            new Pace() {
                @Override
                public Clock clock() {
                    return Clock.systemUTC();
                }

                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                public void sleep(Duration time) throws InterruptedException {
                    Thread.sleep(time);
                }
            };

    Clock clock();

    /// Rises evenly, whatever happens to the clock; for distances only.
    long nanos();

    void sleep(Duration time) throws InterruptedException;
}
