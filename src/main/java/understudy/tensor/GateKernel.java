package understudy.tensor;

/// `silu(gate) ∘ up` and its gradient, with `silu(g) = g·σ(g)`.
final class GateKernel {
    private GateKernel() {}

    private static void logistic(float[] gate, float[] to, int size) {
        RowMath.exp(gate, -1, 0, to, 0, size);
        RowMath.logistic(to, size);
    }

    /// @param wide gate and up side by side, `(T,2F)`
    /// @param out  `(T,F)`
    static void forward(Lanes lanes, long wide, long out, int size, long from, long to) {
        float[] gate = new float[size];
        float[] up = new float[size];
        float[] sigma = new float[size];
        for (long row = from; row < to; row++) {
            long in = wide + row * 2 * size * lanes.bytes();
            lanes.read(in, gate, size);
            lanes.read(in + (long) size * lanes.bytes(), up, size);
            logistic(gate, sigma, size);
            RowMath.multiply(gate, sigma, gate, size);
            RowMath.multiply(gate, up, up, size);
            lanes.write(up, out + row * size * lanes.bytes(), size);
        }
    }

    /// `dup = dy·silu(g)`, `dgate = dy·up·σ(g)·(1 + g·(1 − σ(g)))`.
    ///
    /// @param dwide gradient of `wide`, written
    static void backward(
            Lanes lanes, long dy, long wide, long dwide, int size, long from, long to) {
        float[] d = new float[size];
        float[] gate = new float[size];
        float[] up = new float[size];
        float[] sigma = new float[size];
        float[] slope = new float[size];
        long half = (long) size * lanes.bytes();
        for (long row = from; row < to; row++) {
            lanes.read(dy + row * half, d, size);
            lanes.read(wide + row * 2 * half, gate, size);
            lanes.read(wide + row * 2 * half + half, up, size);
            logistic(gate, sigma, size);
            RowMath.siluSlope(gate, sigma, slope, size);
            RowMath.multiply(slope, up, slope, size);
            RowMath.multiply(slope, d, slope, size);
            lanes.write(slope, dwide + row * 2 * half, size);
            RowMath.multiply(gate, sigma, gate, size);
            RowMath.multiply(gate, d, gate, size);
            lanes.write(gate, dwide + row * 2 * half + half, size);
        }
    }
}
