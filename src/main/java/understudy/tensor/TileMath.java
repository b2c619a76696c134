package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Multiplies of small matrices of floats that lie in the first or second cache; see [RowCodec] for
/// why each loop is a method.
///
/// Four rows by four vectors of the result (two where registers are few) stay in registers while
/// the loop goes over what is summed. Sums have a fixed order.
final class TileMath {
    private static final VectorSpecies<Float> F = RowCodec.F;
    private static final int WIDTH = RowCodec.WIDTH;

    /// Rows of the result at a time.
    static final int ROWS = 4;

    /// Columns of a result come in multiples of this.
    static final int COLUMNS = 2 * WIDTH;

    /// 16 sums, four vectors of B and one of A need the 32 registers of AVX-512.
    private static final boolean WIDE = WIDTH >= 16;

    private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(F, 8 % WIDTH, 1, true);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(F, 4 % WIDTH, 1, true);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(F, 2 % WIDTH, 1, true);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(F, 1, 1, true);

    private static final float[] ZEROS = new float[4 * WIDTH];

    private TileMath() {}

    /// Sum of the lanes, halves onto halves. Small enough to be inlined: as a call it would make
    /// an object of its vector.
    static float ordered(FloatVector lanes) {
        FloatVector v = lanes;
        if (WIDTH > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (WIDTH > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        if (WIDTH > 2) {
            v = v.add(v.rearrange(BY_2));
        }
        return v.add(v.rearrange(BY_1)).lane(0);
    }

    /// `C = A·B`, or `C = C + A·B`.
    ///
    /// @param plus whether to add to what C holds
    /// @param a    `(m,k)`: its element (i,j) is `a[a0 + i·down + j·right]`, so that it may be the
    ///     transpose of what is stored
    /// @param b    `(k,n)`, rows `ldb` apart
    /// @param c    `(m,n)`, rows `ldc` apart
    /// @param m    a multiple of [#ROWS]
    /// @param n    a multiple of [#COLUMNS]
    static void multiply(
            boolean plus,
            float[] a,
            int a0,
            int down,
            int right,
            float[] b,
            int b0,
            int ldb,
            float[] c,
            int c0,
            int ldc,
            int m,
            int n,
            int k) {
        float[] old = plus ? c : ZEROS;
        int ldo = plus ? ldc : 0;
        int wide = WIDE ? n / (4 * WIDTH) * (4 * WIDTH) : 0;
        for (int j = 0; j < n; j += j < wide ? 4 * WIDTH : COLUMNS) {
            for (int i = 0; i < m; i += ROWS) {
                int at = c0 + i * ldc + j;
                int from = plus ? at : 0;
                int row = a0 + i * down;
                if (j < wide) {
                    four(a, row, down, right, b, b0 + j, ldb, old, from, ldo, c, at, ldc, k);
                } else {
                    two(a, row, down, right, b, b0 + j, ldb, old, from, ldo, c, at, ldc, k);
                }
            }
        }
    }

    private static void four(
            float[] a,
            int a0,
            int down,
            int right,
            float[] b,
            int b0,
            int ldb,
            float[] old,
            int o0,
            int ldo,
            float[] c,
            int c0,
            int ldc,
            int k) {
        FloatVector c00 = FloatVector.fromArray(F, old, o0);
        FloatVector c01 = FloatVector.fromArray(F, old, o0 + WIDTH);
        FloatVector c02 = FloatVector.fromArray(F, old, o0 + 2 * WIDTH);
        FloatVector c03 = FloatVector.fromArray(F, old, o0 + 3 * WIDTH);
        FloatVector c10 = FloatVector.fromArray(F, old, o0 + ldo);
        FloatVector c11 = FloatVector.fromArray(F, old, o0 + ldo + WIDTH);
        FloatVector c12 = FloatVector.fromArray(F, old, o0 + ldo + 2 * WIDTH);
        FloatVector c13 = FloatVector.fromArray(F, old, o0 + ldo + 3 * WIDTH);
        FloatVector c20 = FloatVector.fromArray(F, old, o0 + 2 * ldo);
        FloatVector c21 = FloatVector.fromArray(F, old, o0 + 2 * ldo + WIDTH);
        FloatVector c22 = FloatVector.fromArray(F, old, o0 + 2 * ldo + 2 * WIDTH);
        FloatVector c23 = FloatVector.fromArray(F, old, o0 + 2 * ldo + 3 * WIDTH);
        FloatVector c30 = FloatVector.fromArray(F, old, o0 + 3 * ldo);
        FloatVector c31 = FloatVector.fromArray(F, old, o0 + 3 * ldo + WIDTH);
        FloatVector c32 = FloatVector.fromArray(F, old, o0 + 3 * ldo + 2 * WIDTH);
        FloatVector c33 = FloatVector.fromArray(F, old, o0 + 3 * ldo + 3 * WIDTH);
        int a1 = a0 + down;
        int a2 = a1 + down;
        int a3 = a2 + down;
        for (int s = 0; s < k; s++) {
            int at = b0 + s * ldb;
            FloatVector b0v = FloatVector.fromArray(F, b, at);
            FloatVector b1v = FloatVector.fromArray(F, b, at + WIDTH);
            FloatVector b2v = FloatVector.fromArray(F, b, at + 2 * WIDTH);
            FloatVector b3v = FloatVector.fromArray(F, b, at + 3 * WIDTH);
            int column = s * right;
            FloatVector x = FloatVector.broadcast(F, a[a0 + column]);
            c00 = x.fma(b0v, c00);
            c01 = x.fma(b1v, c01);
            c02 = x.fma(b2v, c02);
            c03 = x.fma(b3v, c03);
            x = FloatVector.broadcast(F, a[a1 + column]);
            c10 = x.fma(b0v, c10);
            c11 = x.fma(b1v, c11);
            c12 = x.fma(b2v, c12);
            c13 = x.fma(b3v, c13);
            x = FloatVector.broadcast(F, a[a2 + column]);
            c20 = x.fma(b0v, c20);
            c21 = x.fma(b1v, c21);
            c22 = x.fma(b2v, c22);
            c23 = x.fma(b3v, c23);
            x = FloatVector.broadcast(F, a[a3 + column]);
            c30 = x.fma(b0v, c30);
            c31 = x.fma(b1v, c31);
            c32 = x.fma(b2v, c32);
            c33 = x.fma(b3v, c33);
        }
        c00.intoArray(c, c0);
        c01.intoArray(c, c0 + WIDTH);
        c02.intoArray(c, c0 + 2 * WIDTH);
        c03.intoArray(c, c0 + 3 * WIDTH);
        c10.intoArray(c, c0 + ldc);
        c11.intoArray(c, c0 + ldc + WIDTH);
        c12.intoArray(c, c0 + ldc + 2 * WIDTH);
        c13.intoArray(c, c0 + ldc + 3 * WIDTH);
        c20.intoArray(c, c0 + 2 * ldc);
        c21.intoArray(c, c0 + 2 * ldc + WIDTH);
        c22.intoArray(c, c0 + 2 * ldc + 2 * WIDTH);
        c23.intoArray(c, c0 + 2 * ldc + 3 * WIDTH);
        c30.intoArray(c, c0 + 3 * ldc);
        c31.intoArray(c, c0 + 3 * ldc + WIDTH);
        c32.intoArray(c, c0 + 3 * ldc + 2 * WIDTH);
        c33.intoArray(c, c0 + 3 * ldc + 3 * WIDTH);
    }

    private static void two(
            float[] a,
            int a0,
            int down,
            int right,
            float[] b,
            int b0,
            int ldb,
            float[] old,
            int o0,
            int ldo,
            float[] c,
            int c0,
            int ldc,
            int k) {
        FloatVector c00 = FloatVector.fromArray(F, old, o0);
        FloatVector c01 = FloatVector.fromArray(F, old, o0 + WIDTH);
        FloatVector c10 = FloatVector.fromArray(F, old, o0 + ldo);
        FloatVector c11 = FloatVector.fromArray(F, old, o0 + ldo + WIDTH);
        FloatVector c20 = FloatVector.fromArray(F, old, o0 + 2 * ldo);
        FloatVector c21 = FloatVector.fromArray(F, old, o0 + 2 * ldo + WIDTH);
        FloatVector c30 = FloatVector.fromArray(F, old, o0 + 3 * ldo);
        FloatVector c31 = FloatVector.fromArray(F, old, o0 + 3 * ldo + WIDTH);
        int a1 = a0 + down;
        int a2 = a1 + down;
        int a3 = a2 + down;
        for (int s = 0; s < k; s++) {
            int at = b0 + s * ldb;
            FloatVector b0v = FloatVector.fromArray(F, b, at);
            FloatVector b1v = FloatVector.fromArray(F, b, at + WIDTH);
            int column = s * right;
            FloatVector x = FloatVector.broadcast(F, a[a0 + column]);
            c00 = x.fma(b0v, c00);
            c01 = x.fma(b1v, c01);
            x = FloatVector.broadcast(F, a[a1 + column]);
            c10 = x.fma(b0v, c10);
            c11 = x.fma(b1v, c11);
            x = FloatVector.broadcast(F, a[a2 + column]);
            c20 = x.fma(b0v, c20);
            c21 = x.fma(b1v, c21);
            x = FloatVector.broadcast(F, a[a3 + column]);
            c30 = x.fma(b0v, c30);
            c31 = x.fma(b1v, c31);
        }
        c00.intoArray(c, c0);
        c01.intoArray(c, c0 + WIDTH);
        c10.intoArray(c, c0 + ldc);
        c11.intoArray(c, c0 + ldc + WIDTH);
        c20.intoArray(c, c0 + 2 * ldc);
        c21.intoArray(c, c0 + 2 * ldc + WIDTH);
        c30.intoArray(c, c0 + 3 * ldc);
        c31.intoArray(c, c0 + 3 * ldc + WIDTH);
    }
}
