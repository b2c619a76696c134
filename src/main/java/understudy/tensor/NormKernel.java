package understudy.tensor;

/// Root mean square norms of rows.
final class NormKernel {
    private NormKernel() {}

    /// `y = w · x · inv` with `inv = 1/sqrt(mean(x²) + ε)`.
    ///
    /// @param at      addresses of x, w, and y, which is written
    /// @param inverse address of one float a row, written
    static void forward(
            RowCodec codec, long[] at, long inverse, int size, double epsilon, long from, long to) {
        float[] x = new float[size];
        float[] weight = new float[size];
        codec.read(at[1], weight, size);
        for (long row = from; row < to; row++) {
            long shift = row * size * codec.bytes();
            codec.read(at[0] + shift, x, size);
            float inv = (float) (1 / Math.sqrt(RowMath.dot(x, x, 0, size) / size + epsilon));
            Native.ALL.set(Native.FLOAT, inverse + 4 * row, inv);
            RowMath.scale(x, inv, weight, x, size);
            codec.write(x, at[2] + shift, size);
        }
    }

    /// With `g = dy·w`: `dx = inv·(g − x·inv²·(g·x)/d) + plus`.
    ///
    /// @param at addresses of dy, x, w, plus (0 for nothing), and dx, which is written
    static void backward(RowCodec codec, long[] at, long inverse, int size, long from, long to) {
        float[] g = new float[size];
        float[] x = new float[size];
        float[] plus = new float[size];
        float[] weight = new float[size];
        codec.read(at[2], weight, size);
        for (long row = from; row < to; row++) {
            long shift = row * size * codec.bytes();
            codec.read(at[0] + shift, g, size);
            codec.read(at[1] + shift, x, size);
            RowMath.multiply(g, weight, g, size);
            float inv = Native.ALL.get(Native.FLOAT, inverse + 4 * row);
            float slope = RowMath.dot(g, x, 0, size) * inv * inv / size;
            RowMath.away(g, x, slope, inv, size);
            if (at[3] != 0) {
                codec.read(at[3] + shift, plus, size);
                RowMath.add(g, plus, size);
            }
            codec.write(g, at[4] + shift, size);
        }
    }
}
