package understudy.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Attention by the kernel against the same formula, written out in doubles.
final class AttentionKernelTest {

    @ParameterizedTest
    @CsvSource({
        // heads, key/value heads, size, window, conversations by length
        "4, 2, 32, 0, 1 5 70 200",
        "3, 1, 64, 0, 64 65 3",
        "2, 2, 96, 0, 130 1",
        "4, 2, 64, 20, 150 63",
        "6, 2, 32, 64, 300 64",
        "2, 1, 128, 1, 67 9",
    })
    void agreesWithTheFormula(int heads, int kvHeads, int size, int window, String lengths) {
        agrees(ComputeType.F32, 1, heads, kvHeads, size, window, lengths);
    }

    /// Numbers of bf16 have 8 bits.
    @ParameterizedTest
    @CsvSource({
        "4, 2, 32, 0, 1 5 70 200",
        "3, 1, 64, 0, 64 65 3",
        "2, 2, 96, 0, 130 1",
        "4, 2, 64, 20, 150 63",
        "6, 2, 32, 64, 300 64",
        "2, 1, 128, 1, 67 9",
        "1, 1, 256, 90, 170",
    })
    void agreesInBf16(int heads, int kvHeads, int size, int window, String lengths) {
        agrees(ComputeType.BF16, 2000, heads, kvHeads, size, window, lengths);
    }

    private static void agrees(
            ComputeType type,
            double coarser,
            int heads,
            int kvHeads,
            int size,
            int window,
            String lengths) {
        long seed = 20261127;
        Placement place = Placement.cpu(type);
        Kernels kernels = Kernels.of(place, size);
        assertThat(kernels).as("the kernels of this machine, which has vectors").isNotNull();
        assertThat(kernels.attends(size)).isTrue();
        int[] each = Arrays.stream(lengths.split(" ")).mapToInt(Integer::parseInt).toArray();
        int total = Arrays.stream(each).sum();
        int columns = (heads + 2 * kvHeads) * size;
        double scale = 1.7 / Math.sqrt(size);
        float[] qkv = rounded(type, random(total * columns, seed));
        float[] dout = rounded(type, random(total * heads * size, seed + 1));
        Shape shape = new Shape(heads, kvHeads, size, window, scale);
        double[] expected = new double[total * heads * size];
        double[] slopes = new double[total * columns];
        int[] starts = new int[each.length];
        for (int s = 0, at = 0; s < each.length; at += each[s++]) {
            starts[s] = at;
            for (int h = 0; h < heads; h++) {
                reference(shape, qkv, dout, at, each[s], h, expected, slopes);
            }
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor in = numbers(place, qkv).view(total, columns);
            Tensor out = place.empty(total, (long) heads * size);
            Tensor sums = place.empty(torch.ScalarType.Float, total, heads);
            Tensor back = place.empty(total, columns);
            Kernels.Heads what = new Kernels.Heads(starts, heads, kvHeads, size, window, scale);
            kernels.attention(in, what, out, sums);
            assertThat(worst(out, expected)).as("seed %d", seed).isLessThan(2e-6 * coarser);
            Tensor slope = numbers(place, dout).view(total, -1);
            kernels.attentionBack(in, what, sums, slope, back, null);
            assertThat(worst(back, slopes)).as("seed %d", seed).isLessThan(1e-5 * coarser);
            Tensor apart = place.empty(total, columns);
            long shares = AttentionPieces.of(heads, Workers.threads()).shares();
            Tensor parts = place.empty(torch.ScalarType.Float, 2L * total, shares * size);
            kernels.attentionBack(in, what, sums, slope, apart, parts);
            assertThat(worst(apart, slopes)).as("seed %d, split", seed).isLessThan(1e-5 * coarser);
        }
    }

    private static float[] rounded(ComputeType type, float[] values) {
        if (type == ComputeType.BF16) {
            for (int i = 0; i < values.length; i++) {
                int bits = Float.floatToIntBits(values[i]);
                values[i] = Float.intBitsToFloat((bits + 0x8000) & 0xffff0000);
            }
        }
        return values;
    }

    private static Tensor numbers(Placement place, float[] values) {
        return Placement.cpu(ComputeType.F32).floats(values).to(place.type().scalar());
    }

    /// Whatever the number of threads: every query of every head once, and no share twice.
    @Test
    void piecesAreAllOfTheRow() {
        int[] starts = {0, 1, 300};
        int tokens = 1000;
        for (int threads = 1; threads <= 17; threads++) {
            AttentionPieces pieces = AttentionPieces.of(9, threads);
            Map<List<Integer>, Integer> seen = new HashMap<>();
            Map<List<Integer>, Integer> shares = new HashMap<>();
            for (AttentionKernel.Piece piece : pieces.of(starts, tokens, 3, true)) {
                assertThat(pieces.head(piece.share())).isEqualTo(piece.first());
                shares.merge(List.of(piece.start(), piece.share()), 1, Integer::sum);
                for (int tile = piece.from(); tile < piece.to(); tile++) {
                    seen.merge(List.of(piece.start(), piece.first(), tile), 1, Integer::sum);
                }
            }
            assertThat(seen).as("%d threads", threads).hasSize(9 * (1 + 5 + 11));
            assertThat(seen.values()).containsOnly(1);
            assertThat(shares).hasSize(3 * pieces.shares());
            assertThat(shares.values()).containsOnly(1);
        }
    }

    private record Shape(int heads, int kvHeads, int size, int window, double scale) {
        int query(int token, int head) {
            return token * (heads + 2 * kvHeads) * size + head * size;
        }

        int key(int token, int head) {
            return query(token, heads + head / (heads / kvHeads));
        }

        int value(int token, int head) {
            return query(token, heads + kvHeads + head / (heads / kvHeads));
        }
    }

    private static void reference(
            Shape s,
            float[] x,
            float[] dout,
            int start,
            int length,
            int head,
            double[] out,
            double[] dx) {
        for (int i = start; i < start + length; i++) {
            int first = s.window == 0 ? start : Math.max(start, i + 1 - s.window);
            List<Double> weights = new ArrayList<>();
            double sum = 0;
            for (int j = first; j <= i; j++) {
                double e = Math.exp(s.scale * dot(x, s.query(i, head), x, s.key(j, head), s.size));
                weights.add(e);
                sum += e;
            }
            int at = (i * s.heads + head) * s.size;
            double mean = 0;
            for (int j = first; j <= i; j++) {
                double p = weights.get(j - first) / sum;
                for (int c = 0; c < s.size; c++) {
                    out[at + c] += p * x[s.value(j, head) + c];
                    dx[s.value(j, head) + c] += p * dout[at + c];
                }
                mean += p * dot(dout, at, x, s.value(j, head), s.size);
            }
            for (int j = first; j <= i; j++) {
                double p = weights.get(j - first) / sum;
                double slope = dot(dout, at, x, s.value(j, head), s.size) - mean;
                for (int c = 0; c < s.size; c++) {
                    double change = s.scale * p * slope;
                    dx[s.query(i, head) + c] += change * x[s.key(j, head) + c];
                    dx[s.key(j, head) + c] += change * x[s.query(i, head) + c];
                }
            }
        }
    }

    private static double dot(float[] a, int from, float[] b, int other, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) a[from + i] * b[other + i];
        }
        return sum;
    }

    private static float[] random(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double worst(Tensor got, double[] expected) {
        float[] values = new float[expected.length];
        got.to(torch.ScalarType.Float).contiguous().data_ptr_float().get(values);
        double worst = 0;
        for (int i = 0; i < values.length; i++) {
            worst =
                    Math.max(
                            worst, Math.abs(values[i] - expected[i]) / (1 + Math.abs(expected[i])));
        }
        return worst;
    }
}
