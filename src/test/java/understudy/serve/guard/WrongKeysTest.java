package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WrongKeysTest {
    private long now = -5; // the clock may be anywhere
    private final WrongKeys keys = new WrongKeys(10, () -> now);

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    @Test
    void tenWrongOnesInAMinuteMakeAnAddressWait() throws UnknownHostException {
        InetAddress guesser = address("192.0.2.1");
        for (int i = 0; i < 10; i++) {
            assertThat(keys.wait(guesser)).as("after %d", i).isZero();
            keys.wrong(guesser);
        }
        assertThat(keys.wait(guesser)).isBetween(59, 61);
        assertThat(keys.wait(address("192.0.2.2"))).isZero();
        now += Duration.ofSeconds(30).toNanos();
        assertThat(keys.wait(guesser)).isBetween(29, 31);
        now += Duration.ofSeconds(30).toNanos();
        assertThat(keys.wait(guesser)).isZero();
        keys.wrong(guesser);
        assertThat(keys.wait(guesser)).as("a new minute").isZero();
    }

    @Test
    void neighboursInOneNetworkOfIPv6CountAsOne() throws UnknownHostException {
        for (int i = 0; i < 10; i++) {
            keys.wrong(address("2001:db8::" + i));
        }
        assertThat(keys.wait(address("2001:db8::ffff"))).isPositive();
        assertThat(keys.wait(address("2001:db8:0:1::1"))).isZero();
    }

    @Test
    void remembersABoundedNumber() throws UnknownHostException {
        InetAddress first = address("10.0.0.1");
        for (int i = 0; i < 10; i++) {
            keys.wrong(first);
        }
        for (int i = 0; i < 5000; i++) {
            keys.wrong(address("10.1." + i / 250 + "." + i % 250));
        }
        assertThat(keys.wait(first)).as("forgotten").isZero();
    }
}
