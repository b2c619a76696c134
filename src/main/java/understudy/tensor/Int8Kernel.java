package understudy.tensor;

import understudy.weights.Dequantizer;

/// A row of 8-bit numbers times its scale, in plain loops; [Int8Vectors] does it with vectors.
class Int8Kernel {
    /// @param out address of 4 bytes a number
    void floats(long in, float scale, long out, int count) {
        for (int i = 0; i < count; i++) {
            Native.ALL.set(Native.FLOAT, out + 4L * i, Native.ALL.get(Native.BYTE, in + i) * scale);
        }
    }

    /// @param out address of 2 bytes a number
    void bfloats(long in, float scale, long out, int count) {
        for (int i = 0; i < count; i++) {
            float value = Native.ALL.get(Native.BYTE, in + i) * scale;
            Native.ALL.set(Native.SHORT, out + 2L * i, Dequantizer.bfloat16(value));
        }
    }
}
