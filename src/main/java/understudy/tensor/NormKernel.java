package understudy.tensor;

import jdk.incubator.vector.FloatVector;

/// Root mean square norms of rows, each pass over a row while it is in the first cache.
final class NormKernel {
    private NormKernel() {}

    /// `y = w · x · inv` with `inv = 1/sqrt(mean(x²) + ε)`.
    ///
    /// @param inverse address of one float a row, written
    static void forward(
            Lanes lanes,
            long x,
            long weight,
            long y,
            long inverse,
            int size,
            double epsilon,
            long from,
            long to) {
        for (long row = from; row < to; row++) {
            long in = x + row * size * lanes.bytes();
            long out = y + row * size * lanes.bytes();
            FloatVector squares = Lanes.zero();
            for (int i = 0; i < size; i += Lanes.WIDTH) {
                FloatVector v = lanes.load(in, i);
                squares = v.fma(v, squares);
            }
            float inv = (float) (1 / Math.sqrt(Lanes.sum(squares) / size + epsilon));
            Native.ALL.set(Native.FLOAT, inverse + 4 * row, inv);
            for (int i = 0; i < size; i += Lanes.WIDTH) {
                lanes.store(lanes.load(in, i).mul(inv).mul(lanes.load(weight, i)), out, i);
            }
        }
    }

    /// With `g = dy·w`: `dx = inv·(g − x·inv²·(g·x)/d) + plus`.
    ///
    /// @param at addresses of dy, x, w, plus (0 for nothing), and dx, which is written
    static void backward(Lanes lanes, long[] at, long inverse, int size, long from, long to) {
        for (long row = from; row < to; row++) {
            long shift = row * size * lanes.bytes();
            long dy = at[0] + shift;
            long x = at[1] + shift;
            long weight = at[2];
            long plus = at[3] + shift;
            long dx = at[4] + shift;
            float inv = Native.ALL.get(Native.FLOAT, inverse + 4 * row);
            FloatVector dot = Lanes.zero();
            for (int i = 0; i < size; i += Lanes.WIDTH) {
                FloatVector g = lanes.load(dy, i).mul(lanes.load(weight, i));
                dot = g.fma(lanes.load(x, i), dot);
            }
            float slope = Lanes.sum(dot) * inv * inv / size;
            for (int i = 0; i < size; i += Lanes.WIDTH) {
                FloatVector g = lanes.load(dy, i).mul(lanes.load(weight, i));
                FloatVector result = g.sub(lanes.load(x, i).mul(slope)).mul(inv);
                lanes.store(at[3] == 0 ? result : result.add(lanes.load(plus, i)), dx, i);
            }
        }
    }
}
