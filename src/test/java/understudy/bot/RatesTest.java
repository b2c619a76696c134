package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/// No stretch of time holds more than Telegram allows, wherever it begins.
class RatesTest {
    private static final long SEED = 30;

    private long now;
    private final Pace pace =
            new Pace() {
                @Override
                public Clock clock() {
                    return Clock.systemUTC();
                }

                @Override
                public long nanos() {
                    return now;
                }

                @Override
                public void sleep(Duration time) {
                    now += time.toNanos();
                }
            };

    /// Sends as fast as it may for `seconds`.
    ///
    /// @return when, in order
    private List<Long> greedy(int seconds, long... chats) {
        Rates rates = new Rates(pace);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        List<Long> times = new ArrayList<>();
        long end = now + Duration.ofSeconds(seconds).toNanos();
        while (now < end) {
            boolean any = false;
            for (long chat : chats) {
                if (rates.take(chat).isZero()) {
                    times.add(now);
                    any = true;
                }
            }
            if (!any) {
                now += random.nextInt(1, 8_000_000);
            }
        }
        return times;
    }

    private static void assertAtMost(int most, Duration window, List<Long> times) {
        for (int i = 0; i + most < times.size(); i++) {
            assertThat(times.get(i + most) - times.get(i))
                    .as("%d messages from number %d on", most + 1, i)
                    .isGreaterThanOrEqualTo(window.toNanos());
        }
    }

    @Test
    void thirtyASecondInAll() {
        long[] chats = new long[200];
        for (int i = 0; i < chats.length; i++) {
            chats[i] = i + 1;
        }
        List<Long> times = greedy(20, chats);
        assertAtMost(30, Duration.ofSeconds(1), times);
        assertThat(times).as("not slower than needed").hasSizeGreaterThan(20 * 25);
    }

    @Test
    void oneASecondToAChat() {
        List<Long> times = greedy(60, 7);
        assertAtMost(1, Duration.ofSeconds(1), times);
        assertThat(times).hasSizeGreaterThan(50);
    }

    @Test
    void twentyAMinuteToAGroup() {
        List<Long> times = greedy(600, -7);
        assertAtMost(20, Duration.ofMinutes(1), times);
        assertThat(times).hasSizeGreaterThan(130);
    }

    @Test
    void saysHowLongToWait() {
        Rates rates = new Rates(pace);
        assertThat(rates.take(7)).isZero();
        Duration wait = rates.take(7);
        assertThat(wait).isBetween(Duration.ofMillis(1000), Duration.ofMillis(1100));
        assertThat(rates.take(8)).isZero();
        now += wait.toNanos();
        assertThat(rates.take(7)).isZero();
    }
}
