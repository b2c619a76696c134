package understudy.tensor;

import jdk.incubator.vector.FloatVector;

/// Products of four rows of numbers, which were unpacked before, with one to four vectors: each
/// number that is loaded is used several times. See [DotVectors] for the order of the sums.
final class RowVectors {
    private static final int WIDTH = Lanes.WIDTH;

    private RowVectors() {}

    /// Adds products of four rows with one vector.
    ///
    /// @param w     rows `stride` apart
    /// @param x     from `xAt` on
    /// @param count columns
    /// @param sums  a vector a row and vector x; those of a vector x lie together, `each` apart
    static void rows1(
            float[] w,
            int stride,
            float[] x,
            int xAt,
            int xStride,
            int count,
            float[] sums,
            int at,
            int each) {
        FloatVector s00 = Lanes.of(sums, at);
        FloatVector s01 = Lanes.of(sums, at + WIDTH);
        FloatVector s02 = Lanes.of(sums, at + 2 * WIDTH);
        FloatVector s03 = Lanes.of(sums, at + 3 * WIDTH);
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector w0 = Lanes.of(w, i);
            FloatVector w1 = Lanes.of(w, i + stride);
            FloatVector w2 = Lanes.of(w, i + 2 * stride);
            FloatVector w3 = Lanes.of(w, i + 3 * stride);
            FloatVector x0 = Lanes.of(x, xAt + i);
            s00 = w0.fma(x0, s00);
            s01 = w1.fma(x0, s01);
            s02 = w2.fma(x0, s02);
            s03 = w3.fma(x0, s03);
        }
        Lanes.put(s00, s01, s02, s03, sums, at);
    }

    /// Adds products of four rows with two vectors.
    ///
    /// @param w     rows `stride` apart
    /// @param x     from `xAt` on, `xStride` apart
    /// @param count columns
    /// @param sums  a vector a row and vector x; those of a vector x lie together, `each` apart
    static void rows2(
            float[] w,
            int stride,
            float[] x,
            int xAt,
            int xStride,
            int count,
            float[] sums,
            int at,
            int each) {
        FloatVector s00 = Lanes.of(sums, at);
        FloatVector s01 = Lanes.of(sums, at + WIDTH);
        FloatVector s02 = Lanes.of(sums, at + 2 * WIDTH);
        FloatVector s03 = Lanes.of(sums, at + 3 * WIDTH);
        FloatVector s10 = Lanes.of(sums, at + each);
        FloatVector s11 = Lanes.of(sums, at + each + WIDTH);
        FloatVector s12 = Lanes.of(sums, at + each + 2 * WIDTH);
        FloatVector s13 = Lanes.of(sums, at + each + 3 * WIDTH);
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector w0 = Lanes.of(w, i);
            FloatVector w1 = Lanes.of(w, i + stride);
            FloatVector w2 = Lanes.of(w, i + 2 * stride);
            FloatVector w3 = Lanes.of(w, i + 3 * stride);
            FloatVector x0 = Lanes.of(x, xAt + i);
            s00 = w0.fma(x0, s00);
            s01 = w1.fma(x0, s01);
            s02 = w2.fma(x0, s02);
            s03 = w3.fma(x0, s03);
            FloatVector x1 = Lanes.of(x, xAt + i + xStride);
            s10 = w0.fma(x1, s10);
            s11 = w1.fma(x1, s11);
            s12 = w2.fma(x1, s12);
            s13 = w3.fma(x1, s13);
        }
        Lanes.put(s00, s01, s02, s03, sums, at);
        Lanes.put(s10, s11, s12, s13, sums, at + each);
    }

    /// Adds products of four rows with three vectors.
    ///
    /// @param w     rows `stride` apart
    /// @param x     from `xAt` on, `xStride` apart
    /// @param count columns
    /// @param sums  a vector a row and vector x; those of a vector x lie together, `each` apart
    static void rows3(
            float[] w,
            int stride,
            float[] x,
            int xAt,
            int xStride,
            int count,
            float[] sums,
            int at,
            int each) {
        FloatVector s00 = Lanes.of(sums, at);
        FloatVector s01 = Lanes.of(sums, at + WIDTH);
        FloatVector s02 = Lanes.of(sums, at + 2 * WIDTH);
        FloatVector s03 = Lanes.of(sums, at + 3 * WIDTH);
        FloatVector s10 = Lanes.of(sums, at + each);
        FloatVector s11 = Lanes.of(sums, at + each + WIDTH);
        FloatVector s12 = Lanes.of(sums, at + each + 2 * WIDTH);
        FloatVector s13 = Lanes.of(sums, at + each + 3 * WIDTH);
        FloatVector s20 = Lanes.of(sums, at + 2 * each);
        FloatVector s21 = Lanes.of(sums, at + 2 * each + WIDTH);
        FloatVector s22 = Lanes.of(sums, at + 2 * each + 2 * WIDTH);
        FloatVector s23 = Lanes.of(sums, at + 2 * each + 3 * WIDTH);
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector w0 = Lanes.of(w, i);
            FloatVector w1 = Lanes.of(w, i + stride);
            FloatVector w2 = Lanes.of(w, i + 2 * stride);
            FloatVector w3 = Lanes.of(w, i + 3 * stride);
            FloatVector x0 = Lanes.of(x, xAt + i);
            s00 = w0.fma(x0, s00);
            s01 = w1.fma(x0, s01);
            s02 = w2.fma(x0, s02);
            s03 = w3.fma(x0, s03);
            FloatVector x1 = Lanes.of(x, xAt + i + xStride);
            s10 = w0.fma(x1, s10);
            s11 = w1.fma(x1, s11);
            s12 = w2.fma(x1, s12);
            s13 = w3.fma(x1, s13);
            FloatVector x2 = Lanes.of(x, xAt + i + 2 * xStride);
            s20 = w0.fma(x2, s20);
            s21 = w1.fma(x2, s21);
            s22 = w2.fma(x2, s22);
            s23 = w3.fma(x2, s23);
        }
        Lanes.put(s00, s01, s02, s03, sums, at);
        Lanes.put(s10, s11, s12, s13, sums, at + each);
        Lanes.put(s20, s21, s22, s23, sums, at + 2 * each);
    }

    /// Adds products of four rows with four vectors.
    ///
    /// @param w     rows `stride` apart
    /// @param x     from `xAt` on, `xStride` apart
    /// @param count columns
    /// @param sums  a vector a row and vector x; those of a vector x lie together, `each` apart
    static void rows4(
            float[] w,
            int stride,
            float[] x,
            int xAt,
            int xStride,
            int count,
            float[] sums,
            int at,
            int each) {
        FloatVector s00 = Lanes.of(sums, at);
        FloatVector s01 = Lanes.of(sums, at + WIDTH);
        FloatVector s02 = Lanes.of(sums, at + 2 * WIDTH);
        FloatVector s03 = Lanes.of(sums, at + 3 * WIDTH);
        FloatVector s10 = Lanes.of(sums, at + each);
        FloatVector s11 = Lanes.of(sums, at + each + WIDTH);
        FloatVector s12 = Lanes.of(sums, at + each + 2 * WIDTH);
        FloatVector s13 = Lanes.of(sums, at + each + 3 * WIDTH);
        FloatVector s20 = Lanes.of(sums, at + 2 * each);
        FloatVector s21 = Lanes.of(sums, at + 2 * each + WIDTH);
        FloatVector s22 = Lanes.of(sums, at + 2 * each + 2 * WIDTH);
        FloatVector s23 = Lanes.of(sums, at + 2 * each + 3 * WIDTH);
        FloatVector s30 = Lanes.of(sums, at + 3 * each);
        FloatVector s31 = Lanes.of(sums, at + 3 * each + WIDTH);
        FloatVector s32 = Lanes.of(sums, at + 3 * each + 2 * WIDTH);
        FloatVector s33 = Lanes.of(sums, at + 3 * each + 3 * WIDTH);
        for (int i = 0; i < count; i += WIDTH) {
            FloatVector w0 = Lanes.of(w, i);
            FloatVector w1 = Lanes.of(w, i + stride);
            FloatVector w2 = Lanes.of(w, i + 2 * stride);
            FloatVector w3 = Lanes.of(w, i + 3 * stride);
            FloatVector x0 = Lanes.of(x, xAt + i);
            s00 = w0.fma(x0, s00);
            s01 = w1.fma(x0, s01);
            s02 = w2.fma(x0, s02);
            s03 = w3.fma(x0, s03);
            FloatVector x1 = Lanes.of(x, xAt + i + xStride);
            s10 = w0.fma(x1, s10);
            s11 = w1.fma(x1, s11);
            s12 = w2.fma(x1, s12);
            s13 = w3.fma(x1, s13);
            FloatVector x2 = Lanes.of(x, xAt + i + 2 * xStride);
            s20 = w0.fma(x2, s20);
            s21 = w1.fma(x2, s21);
            s22 = w2.fma(x2, s22);
            s23 = w3.fma(x2, s23);
            FloatVector x3 = Lanes.of(x, xAt + i + 3 * xStride);
            s30 = w0.fma(x3, s30);
            s31 = w1.fma(x3, s31);
            s32 = w2.fma(x3, s32);
            s33 = w3.fma(x3, s33);
        }
        Lanes.put(s00, s01, s02, s03, sums, at);
        Lanes.put(s10, s11, s12, s13, sums, at + each);
        Lanes.put(s20, s21, s22, s23, sums, at + 2 * each);
        Lanes.put(s30, s31, s32, s33, sums, at + 3 * each);
    }
}
