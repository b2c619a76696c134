package understudy.tensor;

import understudy.weights.Dequantizer;

/// What happens to single rows of floats between the multiplies, for decoding: norms, gates,
/// rotary positions, softmax. With vectors where there are some and the length fits, else in plain
/// loops.
public final class RowOps {
    private static final boolean AVAILABLE = VectorApi.available() && DotVectors.usable();
    private static final int WHOLE = 16;
    private static final float GELU_SCALE = (float) Math.sqrt(2 / Math.PI);
    private static final float GELU_CUBE = 0.044715f;

    private RowOps() {}

    private static boolean fast(int count) {
        return AVAILABLE && count % WHOLE == 0;
    }

    /// Root mean square norm of `size` numbers: `to = w · x / sqrt(mean(x²) + ε)`.
    public static void norm(
            float[] x, int from, float[] weight, double epsilon, float[] to, int at) {
        int size = weight.length;
        if (fast(size) && from == 0 && at == 0) {
            float inverse = (float) (1 / Math.sqrt(RowMath.dot(x, x, 0, size) / size + epsilon));
            RowMath.scale(x, inverse, weight, to, size);
            return;
        }
        double squares = 0;
        for (int i = 0; i < size; i++) {
            squares += (double) x[from + i] * x[from + i];
        }
        float inverse = (float) (1 / Math.sqrt(squares / size + epsilon));
        for (int i = 0; i < size; i++) {
            to[at + i] = x[from + i] * inverse * weight[i];
        }
    }

    /// `x += y` for the first `count` numbers.
    public static void add(float[] x, float[] y, int count) {
        for (int i = 0; i < count; i++) {
            x[i] += y[i];
        }
    }

    /// `to = silu(gate) ∘ up`, or with GELU's tanh form in place of SiLU.
    ///
    /// @param wide gate and up side by side, twice `size` numbers
    /// @param work receives `size` numbers on the way; another array than `to`
    public static void gate(float[] wide, boolean gelu, float[] work, float[] to, int size) {
        if (gelu) {
            bend(wide, work, size);
        } else {
            System.arraycopy(wide, 0, work, 0, size);
        }
        if (fast(size)) {
            RowMath.exp(work, -1f, 0f, work, 0, size);
            RowMath.logistic(work, size);
            RowMath.multiply(work, wide, to, size);
            System.arraycopy(wide, size, work, 0, size);
            RowMath.multiply(to, work, to, size);
            return;
        }
        for (int i = 0; i < size; i++) {
            to[i] = (float) (wide[i] / (1 + Math.exp(-work[i]))) * wide[size + i];
        }
    }

    /// `x · σ(2u)` is GELU's tanh form; here 2u.
    private static void bend(float[] x, float[] to, int size) {
        for (int i = 0; i < size; i++) {
            to[i] = 2 * GELU_SCALE * (x[i] + GELU_CUBE * x[i] * x[i] * x[i]);
        }
    }

    /// Turns the pairs of a head by their angles: element i of the first half and element i of the
    /// second half are a pair.
    public static void turn(float[] x, int at, float[] cosines, float[] sines) {
        int pairs = cosines.length;
        for (int i = 0; i < pairs; i++) {
            float first = x[at + i];
            float second = x[at + pairs + i];
            x[at + i] = first * cosines[i] - second * sines[i];
            x[at + pairs + i] = second * cosines[i] + first * sines[i];
        }
    }

    static float greatest(float[] x, int from, int count) {
        if (fast(count)) {
            return RowMath.max(x, from, from + count);
        }
        float most = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + count; i++) {
            most = Math.max(most, x[i]);
        }
        return most;
    }

    /// `x = exp(x - most)` in place; minus infinity becomes 0.
    ///
    /// @return the sum
    static float exponents(float[] x, int from, int count, float most) {
        int end = from + count;
        if (fast(count)) {
            RowMath.exp(x, 1f, most, x, from, end);
            return RowMath.sum(x, from, end);
        }
        double sum = 0;
        for (int i = from; i < end; i++) {
            x[i] = (float) Math.exp(x[i] - most);
            sum += x[i];
        }
        return (float) sum;
    }

    /// Undoes the order of pairs of [DotVectors].
    static void unpair(float[] x, int count) {
        int width = Lanes.WIDTH;
        float[] block = new float[2 * width];
        for (int at = 0; at < count; at += 2 * width) {
            System.arraycopy(x, at, block, 0, 2 * width);
            for (int i = 0; i < width; i++) {
                x[at + 2 * i] = block[i];
                x[at + 2 * i + 1] = block[width + i];
            }
        }
    }

    /// Writes numbers to memory, in bfloat16 rounded to the nearest, or in f32.
    ///
    /// @param address with room for `count` numbers
    public static void store(float[] x, int from, int count, long address, boolean half) {
        for (int i = 0; i < count; i++) {
            if (half) {
                short rounded = Dequantizer.bfloat16(x[from + i]);
                Native.ALL.set(Native.SHORT, address + 2L * i, rounded);
            } else {
                Native.ALL.set(Native.FLOAT, address + 4L * i, x[from + i]);
            }
        }
    }
}
