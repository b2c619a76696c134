package understudy.tensor;

/// Rotary positions: heads of rows turned in place.
final class RopeKernel {
    private RopeKernel() {}

    /// Where things lie.
    ///
    /// @param x       address of the first row
    /// @param apart   bytes from one row to the next
    /// @param heads   of each row, side by side
    /// @param half    half of a head's size
    /// @param cosines address of `(T,half)`
    /// @param sines   address of `(T,half)`
    /// @param sign    1 to turn, -1 to turn back
    record Rows(long x, long apart, int heads, int half, long cosines, long sines, float sign) {}

    /// Of both halves a and b of a head: `(a·cos − b·sin, b·cos + a·sin)`.
    static void turn(RowCodec codec, Rows rows, long from, long to) {
        int half = rows.half;
        int size = 2 * half * rows.heads;
        float[] x = new float[size];
        float[] cos = new float[half];
        float[] sin = new float[half];
        for (long row = from; row < to; row++) {
            long shift = row * half * codec.bytes();
            codec.read(rows.cosines + shift, cos, half);
            codec.read(rows.sines + shift, sin, half);
            RowMath.scale(sin, rows.sign, 0, half);
            codec.read(rows.x + row * rows.apart, x, size);
            for (int head = 0; head < size; head += 2 * half) {
                RowMath.turn(x, head, cos, sin, half);
            }
            codec.write(x, rows.x + row * rows.apart, size);
        }
    }
}
