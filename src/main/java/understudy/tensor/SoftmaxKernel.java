package understudy.tensor;

import java.util.Arrays;

/// Softmax of attention scores under the causal mask, and its gradient, in place.
///
/// What a query cannot see is never looked at, only set to zero.
final class SoftmaxKernel {
    private SoftmaxKernel() {}

    /// @param scores `(rows,n)`; row r is query r % c of its head, which sees columns up to
    ///     `past + r % c`, and the latest `window` of those
    /// @param shape  n, c, past, window (0 for all)
    static void forward(RowCodec codec, long scores, int[] shape, float scale, long from, long to) {
        int n = shape[0];
        float[] values = new float[n];
        for (long row = from; row < to; row++) {
            long at = scores + row * n * codec.bytes();
            int seen = Math.min(n, shape[2] + (int) (row % shape[1]) + 1);
            int first = shape[3] == 0 ? 0 : Math.max(0, seen - shape[3]);
            int begin = first / RowCodec.WIDTH * RowCodec.WIDTH;
            int end = (seen + RowCodec.WIDTH - 1) / RowCodec.WIDTH * RowCodec.WIDTH;
            codec.read(at, values, end);
            Arrays.fill(values, begin, first, Float.NEGATIVE_INFINITY);
            Arrays.fill(values, seen, end, Float.NEGATIVE_INFINITY);
            float highest = RowMath.max(values, begin, end);
            RowMath.exp(values, scale, highest * scale, values, begin, end);
            RowMath.scale(values, 1 / RowMath.sum(values, begin, end), begin, end);
            Arrays.fill(values, 0, begin, 0);
            Arrays.fill(values, end, n, 0);
            codec.write(values, at, n);
        }
    }

    /// `dS = scale · P ∘ (dP − Σ P∘dP)`.
    ///
    /// @param weights P, `(rows,n)`
    /// @param slopes  dP, becomes dS
    static void backward(
            RowCodec codec, long weights, long slopes, int n, float scale, long from, long to) {
        float[] p = new float[n];
        float[] d = new float[n];
        for (long row = from; row < to; row++) {
            long shift = row * n * codec.bytes();
            codec.read(weights + shift, p, n);
            codec.read(slopes + shift, d, n);
            RowMath.softmaxSlope(p, d, RowMath.dot(p, d, 0, n), scale, 0, n);
            codec.write(d, slopes + shift, n);
        }
    }
}
