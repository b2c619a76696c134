package understudy.tensor;

import jdk.incubator.vector.FloatVector;

/// `silu(gate) ∘ up` and its gradient in one pass, with `silu(g) = g·σ(g)`.
final class GateKernel {
    private GateKernel() {}

    private static FloatVector sigmoid(FloatVector x) {
        return Lanes.broadcast(1f).div(Lanes.exp(x.neg()).add(1f));
    }

    /// @param wide gate and up side by side, `(T,2F)`
    /// @param out  `(T,F)`
    static void forward(Lanes lanes, long wide, long out, int size, long from, long to) {
        for (long row = from; row < to; row++) {
            long gate = wide + row * 2 * size * lanes.bytes();
            long up = gate + (long) size * lanes.bytes();
            long y = out + row * size * lanes.bytes();
            for (int i = 0; i < size; i += Lanes.WIDTH) {
                FloatVector g = lanes.load(gate, i);
                lanes.store(g.mul(sigmoid(g)).mul(lanes.load(up, i)), y, i);
            }
        }
    }

    /// `dup = dy·silu(g)`, `dgate = dy·up·σ(g)·(1 + g·(1 − σ(g)))`.
    ///
    /// @param dwide gradient of `wide`, written
    static void backward(
            Lanes lanes, long dy, long wide, long dwide, int size, long from, long to) {
        for (long row = from; row < to; row++) {
            long shift = row * 2 * size * lanes.bytes();
            long half = (long) size * lanes.bytes();
            long dout = dy + row * size * lanes.bytes();
            for (int i = 0; i < size; i += Lanes.WIDTH) {
                FloatVector g = lanes.load(wide + shift, i);
                FloatVector d = lanes.load(dout, i);
                FloatVector s = sigmoid(g);
                FloatVector up = lanes.load(wide + shift + half, i);
                FloatVector rise = g.mul(Lanes.broadcast(1f).sub(s)).add(1f).mul(s);
                lanes.store(d.mul(up).mul(rise), dwide + shift, i);
                lanes.store(d.mul(g.mul(s)), dwide + shift + half, i);
            }
        }
    }
}
