package understudy.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A multiply of tiles against the same in plain loops, with rows that lie apart.
final class HalfTilesTest {
    @ParameterizedTest
    @CsvSource({"64, 64, 64, false", "64, 32, 192, true", "16, 64, 64, true", "96, 64, 32, false"})
    void agreesWithPlainLoops(int m, int n, int k, boolean plus) {
        long seed = 20261128;
        SplittableRandom random = new SplittableRandom(seed);
        int lda = k + 8;
        int ldc = n + 4;
        try (Arena arena = Arena.ofConfined()) {
            long a = halves(arena, random, (long) m * lda);
            long b = halves(arena, random, (long) k * n);
            long got = arena.allocate(4L * m * ldc, 64).address();
            long expected = arena.allocate(4L * m * ldc, 64).address();
            for (int i = 0; i < m * ldc; i++) {
                Native.ALL.set(Native.FLOAT, got + 4L * i, i % 7);
                Native.ALL.set(Native.FLOAT, expected + 4L * i, i % 7);
            }
            HalfTiles.multiply(plus, m, n, k, a, lda, b, n, got, ldc);
            HalfTiles.plain(plus, m, n, k, a, lda, b, n, expected, ldc);
            for (int i = 0; i < m * ldc; i++) {
                assertThat(Native.ALL.get(Native.FLOAT, got + 4L * i))
                        .as("number %d, seed %d", i, seed)
                        .isCloseTo(Native.ALL.get(Native.FLOAT, expected + 4L * i), within(1e-4f));
            }
        }
    }

    private static long halves(Arena arena, SplittableRandom random, long count) {
        long at = arena.allocate(2 * count, 64).address();
        for (long i = 0; i < count; i++) {
            int bits = Float.floatToIntBits((float) random.nextGaussian());
            Native.ALL.set(Native.SHORT, at + 2 * i, (short) (bits >>> 16));
        }
        return at;
    }
}
