package understudy.serve.guard;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Slows down who guesses keys: after so many wrong ones in a minute, an address waits.
final class WrongKeys {
    /// Addresses remembered at most; the one longest unused is forgotten first.
    private static final int ADDRESSES = 4096;

    private static final long WINDOW = Duration.ofMinutes(1).toNanos();

    private final int most;
    private final LongSupplier nanos;
    private final Map<String, Count> counts =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
                    return size() > ADDRESSES;
                }
            };

    private record Count(long since, int wrong) {}

    /// @param most  wrong keys in a minute
    /// @param nanos a clock that only goes forward, nanoseconds
    WrongKeys(int most, LongSupplier nanos) {
        this.most = most;
        this.nanos = nanos;
    }

    synchronized void wrong(@Nullable InetAddress address) {
        String key = key(address);
        Count count = counts.get(key);
        long now = nanos.getAsLong();
        counts.put(
                key,
                count == null || now - count.since >= WINDOW
                        ? new Count(now, 1)
                        : new Count(count.since, count.wrong + 1));
    }

    /// Seconds for which `address` has to wait; 0 for none.
    synchronized int wait(@Nullable InetAddress address) {
        Count count = counts.get(key(address));
        if (count == null || count.wrong < most) {
            return 0;
        }
        long left = WINDOW - (nanos.getAsLong() - count.since);
        return left <= 0 ? 0 : (int) (left / 1_000_000_000L) + 1;
    }

    /// Whoever has one IPv6 address has the 2^64 beside it, so those count as one.
    private static String key(@Nullable InetAddress address) {
        if (address == null) {
            return "";
        }
        byte[] bytes = address.getAddress();
        return HexFormat.of()
                .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
    }
}
