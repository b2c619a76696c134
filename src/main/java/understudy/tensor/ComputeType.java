package understudy.tensor;

import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import understudy.base.UserError;

/// The number type of the big multiplies.
public enum ComputeType {
    /// 8 bits of mantissa; several times faster where the CPU has the instructions, and many times
    /// slower where it has not.
    BF16(torch.ScalarType.BFloat16, 2),
    F32(torch.ScalarType.Float, 4);

    /// How much faster bf16 must be to be worth its rounding.
    private static final double WORTH = 1.2;

    private final torch.ScalarType scalar;
    private final int bytes;

    ComputeType(torch.ScalarType scalar, int bytes) {
        this.scalar = scalar;
        this.bytes = bytes;
    }

    public torch.ScalarType scalar() {
        return scalar;
    }

    /// Bytes a number.
    public int bytes() {
        return bytes;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static final double CLEAR = 1.6;
    private static final long LEAST_NANOS = 400_000_000L;
    private static final long RATE_NANOS = 100_000_000L;
    private static final long PAUSE_MILLIS = 150;
    private static final long MOST_NANOS = 3_000_000_000L;

    /// A type and why it was chosen, to be shown with every run.
    ///
    /// @param gflops measured rate of a big multiply in that type, 10^9 operations a second; 0
    ///     where it was not measured
    public record Choice(ComputeType type, String reason, double gflops) {}

    /// The type that `wanted` asks for.
    ///
    /// @param wanted `auto`, `bf16` or `f32`
    public static Choice choose(String wanted, Device device) {
        Libtorch.start();
        return switch (wanted.toLowerCase(Locale.ROOT)) {
            case "bf16" -> new Choice(BF16, "bf16, as asked for", 0);
            case "f32" -> new Choice(F32, "f32, as asked for", 0);
            case "auto" -> device.is_cuda() ? new Choice(BF16, "bf16, on the GPU", 0) : probe();
            default ->
                    throw new UserError(
                            "unknown compute type " + wanted,
                            "compute_type",
                            "use auto, bf16 or f32");
        };
    }

    /// Measures both in turns until one is clearly ahead, or time is up: in the first second of a
    /// process Java's own compiler takes a core, and another program may do so at any time. After
    /// f32 comes a pause, because OpenBLAS's threads go on spinning for a moment and would halve
    /// what bf16 reaches.
    private static Choice probe() {
        double half = 0;
        double full = 0;
        boolean clear;
        long begin = System.nanoTime();
        do {
            pause();
            half = Math.max(half, rate(BF16));
            full = Math.max(full, rate(F32));
            clear = half > CLEAR * full || full > CLEAR * half;
        } while (System.nanoTime() - begin < (clear ? LEAST_NANOS : MOST_NANOS));
        ComputeType type = half > WORTH * full ? BF16 : F32;
        String reason =
                String.format(
                        Locale.ROOT,
                        "%s: this CPU multiplies %.0f GFLOP/s in bf16 and %.0f in f32",
                        type.word(),
                        half,
                        full);
        return new Choice(type, reason, Math.max(half, full));
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the choice is then made on what was measured
        }
    }

    /// Rate of a big multiply on the CPU, 10^9 operations a second, best of a few.
    public static double rate(ComputeType type) {
        return rate(type, 512, 576, 1536);
    }

    /// Rate of one multiply `(rows,inner)·(inner,outer)` on the CPU, 10^9 operations a second: the
    /// best of those that a tenth of a second has time for, and of two at least.
    public static double rate(ComputeType type, int rows, int inner, int outer) {
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options = new TensorOptions(type.scalar);
            Tensor x = torch.ones(new long[] {rows, inner}, options);
            Tensor w = torch.ones(new long[] {outer, inner}, options).mul_(new Scalar(0.5f)).t();
            double best = 0;
            long begin = System.nanoTime();
            for (int i = 0; i < 2 || System.nanoTime() - begin < RATE_NANOS; i++) {
                long from = System.nanoTime();
                torch.mm(x, w).close();
                double seconds = (System.nanoTime() - from) / 1e9;
                best = Math.max(best, 2.0 * rows * inner * outer / seconds / 1e9);
            }
            return best;
        }
    }
}
