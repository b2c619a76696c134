package understudy.bot;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/// Time that passes only where somebody waits for it: exact, for what one thread does.
final class StepPace implements Pace {
    private static final Instant ORIGIN = Instant.ofEpochSecond(1_790_000_000);

    private final AtomicLong nanos = new AtomicLong();

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        Thread.sleep(1); // so that whoever waits for ever can be ended, and costs little
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public Clock clock() {
        return Clock.fixed(ORIGIN.plusNanos(nanos()), ZoneOffset.UTC);
    }
}
