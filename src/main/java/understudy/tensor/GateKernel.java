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
    static void forward(RowCodec codec, long wide, long out, int size, long from, long to) {
        float[] gate = new float[size];
        float[] up = new float[size];
        float[] sigma = new float[size];
        for (long row = from; row < to; row++) {
            long in = wide + row * 2 * size * codec.bytes();
            codec.read(in, gate, size);
            codec.read(in + (long) size * codec.bytes(), up, size);
            logistic(gate, sigma, size);
            RowMath.multiply(gate, sigma, gate, size);
            RowMath.multiply(gate, up, up, size);
            codec.write(up, out + row * size * codec.bytes(), size);
        }
    }

    /// `dup = dy·silu(g)`, `dgate = dy·up·σ(g)·(1 + g·(1 − σ(g)))`.
    ///
    /// @param dwide gradient of `wide`, written
    static void backward(
            RowCodec codec, long dy, long wide, long dwide, int size, long from, long to) {
        float[] d = new float[size];
        float[] gate = new float[size];
        float[] up = new float[size];
        float[] sigma = new float[size];
        float[] slope = new float[size];
        long half = (long) size * codec.bytes();
        for (long row = from; row < to; row++) {
            codec.read(dy + row * half, d, size);
            codec.read(wide + row * 2 * half, gate, size);
            codec.read(wide + row * 2 * half + half, up, size);
            logistic(gate, sigma, size);
            RowMath.siluSlope(gate, sigma, slope, size);
            RowMath.multiply(slope, up, slope, size);
            RowMath.multiply(slope, d, slope, size);
            codec.write(slope, dwide + row * 2 * half, size);
            RowMath.multiply(gate, sigma, gate, size);
            RowMath.multiply(gate, d, gate, size);
            codec.write(gate, dwide + row * 2 * half + half, size);
        }
    }
}
