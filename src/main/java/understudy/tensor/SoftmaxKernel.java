package understudy.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Softmax of attention scores under the causal mask, and its gradient, in place.
///
/// What a query cannot see is never looked at, only set to zero.
final class SoftmaxKernel {
    private SoftmaxKernel() {}

    /// @param scores `(rows,n)`; row r is query r % c of its head, which sees columns up to
    ///     `past + r % c`, and the latest `window` of those
    /// @param shape  n, c, past, window (0 for all)
    static void forward(Lanes lanes, long scores, int[] shape, float scale, long from, long to) {
        int n = shape[0];
        float[] values = new float[n];
        for (long row = from; row < to; row++) {
            long at = scores + row * n * lanes.bytes();
            int seen = shape[2] + (int) (row % shape[1]) + 1;
            int first = shape[3] == 0 ? 0 : Math.max(0, seen - shape[3]);
            int begin = first / Lanes.WIDTH * Lanes.WIDTH;
            int end = Math.min(n, (seen + Lanes.WIDTH - 1) / Lanes.WIDTH * Lanes.WIDTH);
            for (int i = begin; i < end; i += Lanes.WIDTH) {
                lanes.load(at, i).mul(scale).intoArray(values, i);
            }
            Arrays.fill(values, begin, first, Float.NEGATIVE_INFINITY);
            Arrays.fill(values, Math.min(seen, end), end, Float.NEGATIVE_INFINITY);
            FloatVector most = Lanes.broadcast(Float.NEGATIVE_INFINITY);
            for (int i = begin; i < end; i += Lanes.WIDTH) {
                most = most.max(FloatVector.fromArray(Lanes.F, values, i));
            }
            float highest = most.reduceLanes(VectorOperators.MAX);
            FloatVector sum = Lanes.zero();
            for (int i = begin; i < end; i += Lanes.WIDTH) {
                FloatVector v = FloatVector.fromArray(Lanes.F, values, i).sub(highest);
                // exp() ends at e^-87, which is no zero: what is not seen must be one
                FloatVector e = Lanes.exp(v);
                e = e.blend(0f, v.compare(VectorOperators.LT, -87f));
                sum = sum.add(e);
                e.intoArray(values, i);
            }
            float inverse = 1 / Lanes.sum(sum);
            clear(lanes, at, 0, begin);
            for (int i = begin; i < end; i += Lanes.WIDTH) {
                lanes.store(FloatVector.fromArray(Lanes.F, values, i).mul(inverse), at, i);
            }
            clear(lanes, at, end, n);
        }
    }

    private static void clear(Lanes lanes, long at, int from, int to) {
        for (int i = from; i < to; i += Lanes.WIDTH) {
            lanes.store(Lanes.zero(), at, i);
        }
    }

    /// `dS = scale · P ∘ (dP − Σ P∘dP)`.
    ///
    /// @param weights P, `(rows,n)`
    /// @param slopes  dP, becomes dS
    static void backward(
            Lanes lanes, long weights, long slopes, int n, float scale, long from, long to) {
        for (long row = from; row < to; row++) {
            long p = weights + row * n * lanes.bytes();
            long d = slopes + row * n * lanes.bytes();
            FloatVector dot = Lanes.zero();
            for (int i = 0; i < n; i += Lanes.WIDTH) {
                dot = lanes.load(p, i).fma(lanes.load(d, i), dot);
            }
            float delta = Lanes.sum(dot);
            for (int i = 0; i < n; i += Lanes.WIDTH) {
                lanes.store(lanes.load(p, i).mul(lanes.load(d, i).sub(delta)).mul(scale), d, i);
            }
        }
    }
}
