package understudy.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Multiplies of small matrices of floats that lie in the first or second cache; see [RowCodec] for
/// why each loop is a method.
///
/// Four rows by four vectors of the result (two where registers are few) stay in registers while
/// the loop goes over what is summed. Sums have a fixed order.
final class TileMath {
    private static final VectorSpecies<Float> F = RowCodec.F;
    private static final int W = RowCodec.WIDTH;
    private static final int W2 = 2 * W;
    private static final int W3 = 3 * W;
    private static final int W4 = 4 * W;

    /// Rows of the result at a time.
    static final int ROWS = 4;

    /// Columns of a result come in multiples of this.
    static final int COLUMNS = W2;

    /// 16 sums, four vectors of B and one of A need the 32 registers of AVX-512.
    private static final boolean WIDE = W >= 16;

    private TileMath() {}

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
        for (int i = 0; i < m && !plus; i++) {
            Arrays.fill(c, c0 + i * ldc, c0 + i * ldc + n, 0);
        }
        int wide = WIDE ? n / W4 * W4 : 0;
        for (int j = 0; j < n; j += j < wide ? W4 : COLUMNS) {
            for (int i = 0; i < m; i += ROWS) {
                int at = c0 + i * ldc + j;
                int row = a0 + i * down;
                if (j < wide) {
                    four(a, row, down, right, b, b0 + j, ldb, c, at, ldc, k);
                } else {
                    two(a, row, down, right, b, b0 + j, ldb, c, at, ldc, k);
                }
            }
        }
    }

    private static FloatVector v(float[] values, int at) {
        return FloatVector.fromArray(F, values, at);
    }

    private static void four(
            float[] a,
            int a0,
            int down,
            int right,
            float[] b,
            int bAt,
            int ldb,
            float[] c,
            int c0,
            int ldc,
            int k) {
        int r1 = c0 + ldc, r2 = r1 + ldc, r3 = r2 + ldc;
        int a1 = a0 + down, a2 = a1 + down, a3 = a2 + down;
        FloatVector c00 = v(c, c0), c01 = v(c, c0 + W), c02 = v(c, c0 + W2), c03 = v(c, c0 + W3);
        FloatVector c10 = v(c, r1), c11 = v(c, r1 + W), c12 = v(c, r1 + W2), c13 = v(c, r1 + W3);
        FloatVector c20 = v(c, r2), c21 = v(c, r2 + W), c22 = v(c, r2 + W2), c23 = v(c, r2 + W3);
        FloatVector c30 = v(c, r3), c31 = v(c, r3 + W), c32 = v(c, r3 + W2), c33 = v(c, r3 + W3);
        for (int s = 0; s < k; s++) {
            int at = bAt + s * ldb;
            FloatVector b0 = v(b, at), b1 = v(b, at + W), b2 = v(b, at + W2), b3 = v(b, at + W3);
            FloatVector x = FloatVector.broadcast(F, a[a0 + s * right]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(F, a[a1 + s * right]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(F, a[a2 + s * right]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(F, a[a3 + s * right]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
        }
        c00.intoArray(c, c0);
        c01.intoArray(c, c0 + W);
        c02.intoArray(c, c0 + W2);
        c03.intoArray(c, c0 + W3);
        c10.intoArray(c, r1);
        c11.intoArray(c, r1 + W);
        c12.intoArray(c, r1 + W2);
        c13.intoArray(c, r1 + W3);
        c20.intoArray(c, r2);
        c21.intoArray(c, r2 + W);
        c22.intoArray(c, r2 + W2);
        c23.intoArray(c, r2 + W3);
        c30.intoArray(c, r3);
        c31.intoArray(c, r3 + W);
        c32.intoArray(c, r3 + W2);
        c33.intoArray(c, r3 + W3);
    }

    private static void two(
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
            int k) {
        int r1 = c0 + ldc, r2 = r1 + ldc, r3 = r2 + ldc;
        int a1 = a0 + down, a2 = a1 + down, a3 = a2 + down;
        FloatVector c00 = v(c, c0), c01 = v(c, c0 + W);
        FloatVector c10 = v(c, r1), c11 = v(c, r1 + W);
        FloatVector c20 = v(c, r2), c21 = v(c, r2 + W);
        FloatVector c30 = v(c, r3), c31 = v(c, r3 + W);
        for (int s = 0; s < k; s++) {
            int at = b0 + s * ldb;
            FloatVector b0v = v(b, at), b1v = v(b, at + W);
            FloatVector x = FloatVector.broadcast(F, a[a0 + s * right]);
            c00 = x.fma(b0v, c00);
            c01 = x.fma(b1v, c01);
            x = FloatVector.broadcast(F, a[a1 + s * right]);
            c10 = x.fma(b0v, c10);
            c11 = x.fma(b1v, c11);
            x = FloatVector.broadcast(F, a[a2 + s * right]);
            c20 = x.fma(b0v, c20);
            c21 = x.fma(b1v, c21);
            x = FloatVector.broadcast(F, a[a3 + s * right]);
            c30 = x.fma(b0v, c30);
            c31 = x.fma(b1v, c31);
        }
        c00.intoArray(c, c0);
        c01.intoArray(c, c0 + W);
        c10.intoArray(c, r1);
        c11.intoArray(c, r1 + W);
        c20.intoArray(c, r2);
        c21.intoArray(c, r2 + W);
        c30.intoArray(c, r3);
        c31.intoArray(c, r3 + W);
    }
}
