package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// Weighted sums of rows that lie one behind the other: the values of the tokens that a token sees.
final class MixVectors {
    private static final int WIDTH = Lanes.WIDTH;

    private MixVectors() {}

    /// Two weighted sums of rows in bfloat16, in pairs; of four vector widths at once,
    /// since memory is read fastest in one stretch.
    ///
    /// @param columns a multiple of four vector widths
    /// @param weights of rows 0 to `count - 1`, beginning at `from`, `gap` apart a sum
    /// @param out     sums `columns` apart
    static void halves2(
            long rows,
            int columns,
            int count,
            float[] weights,
            int from,
            int gap,
            float[] out,
            int at) {
        for (int c = 0; c < columns; c += 4 * WIDTH) {
            FloatVector a0 = FloatVector.zero(Lanes.F);
            FloatVector a1 = FloatVector.zero(Lanes.F);
            FloatVector a2 = FloatVector.zero(Lanes.F);
            FloatVector a3 = FloatVector.zero(Lanes.F);
            FloatVector b0 = FloatVector.zero(Lanes.F);
            FloatVector b1 = FloatVector.zero(Lanes.F);
            FloatVector b2 = FloatVector.zero(Lanes.F);
            FloatVector b3 = FloatVector.zero(Lanes.F);
            for (int t = 0; t < count; t++) {
                long row = rows + 2L * ((long) t * columns + c);
                IntVector near = Lanes.pairs(row);
                IntVector far = Lanes.pairs(row + 4L * WIDTH);
                FloatVector v0 = Lanes.first(near);
                FloatVector v1 = Lanes.second(near);
                FloatVector v2 = Lanes.first(far);
                FloatVector v3 = Lanes.second(far);
                FloatVector w = Lanes.all(weights[from + t]);
                a0 = w.fma(v0, a0);
                a1 = w.fma(v1, a1);
                a2 = w.fma(v2, a2);
                a3 = w.fma(v3, a3);
                w = Lanes.all(weights[from + t + gap]);
                b0 = w.fma(v0, b0);
                b1 = w.fma(v1, b1);
                b2 = w.fma(v2, b2);
                b3 = w.fma(v3, b3);
            }
            Lanes.put(a0, a1, a2, a3, out, at + c);
            Lanes.put(b0, b1, b2, b3, out, at + c + columns);
        }
    }

    /// One weighted sum of rows in bfloat16, in pairs.
    ///
    /// @param weights of rows 0 to `count - 1`, beginning at `from`
    /// @param out     the sum
    static void halves1(
            long rows, int columns, int count, float[] weights, int from, float[] out, int at) {
        for (int c = 0; c < columns; c += 2 * WIDTH) {
            FloatVector even0 = FloatVector.zero(Lanes.F);
            FloatVector odd0 = FloatVector.zero(Lanes.F);
            for (int t = 0; t < count; t++) {
                IntVector both = Lanes.pairs(rows + 2L * ((long) t * columns + c));
                FloatVector first = Lanes.first(both);
                FloatVector second = Lanes.second(both);
                FloatVector w0 = Lanes.all(weights[from + t]);
                even0 = w0.fma(first, even0);
                odd0 = w0.fma(second, odd0);
            }
            even0.intoArray(out, at + c);
            odd0.intoArray(out, at + c + WIDTH);
        }
    }

    /// Two weighted sums of rows in f32; of four vector widths at once, since memory is
    /// read fastest in one stretch.
    ///
    /// @param columns a multiple of four vector widths
    /// @param weights of rows 0 to `count - 1`, beginning at `from`, `gap` apart a sum
    /// @param out     sums `columns` apart
    static void floats2(
            long rows,
            int columns,
            int count,
            float[] weights,
            int from,
            int gap,
            float[] out,
            int at) {
        for (int c = 0; c < columns; c += 4 * WIDTH) {
            FloatVector a0 = FloatVector.zero(Lanes.F);
            FloatVector a1 = FloatVector.zero(Lanes.F);
            FloatVector a2 = FloatVector.zero(Lanes.F);
            FloatVector a3 = FloatVector.zero(Lanes.F);
            FloatVector b0 = FloatVector.zero(Lanes.F);
            FloatVector b1 = FloatVector.zero(Lanes.F);
            FloatVector b2 = FloatVector.zero(Lanes.F);
            FloatVector b3 = FloatVector.zero(Lanes.F);
            for (int t = 0; t < count; t++) {
                long row = rows + 4L * ((long) t * columns + c);
                FloatVector v0 = Lanes.floats(row);
                FloatVector v1 = Lanes.floats(row + 4L * WIDTH);
                FloatVector v2 = Lanes.floats(row + 8L * WIDTH);
                FloatVector v3 = Lanes.floats(row + 12L * WIDTH);
                FloatVector w = Lanes.all(weights[from + t]);
                a0 = w.fma(v0, a0);
                a1 = w.fma(v1, a1);
                a2 = w.fma(v2, a2);
                a3 = w.fma(v3, a3);
                w = Lanes.all(weights[from + t + gap]);
                b0 = w.fma(v0, b0);
                b1 = w.fma(v1, b1);
                b2 = w.fma(v2, b2);
                b3 = w.fma(v3, b3);
            }
            Lanes.put(a0, a1, a2, a3, out, at + c);
            Lanes.put(b0, b1, b2, b3, out, at + c + columns);
        }
    }

    /// One weighted sum of rows in f32.
    ///
    /// @param weights of rows 0 to `count - 1`, beginning at `from`
    /// @param out     the sum
    static void floats1(
            long rows, int columns, int count, float[] weights, int from, float[] out, int at) {
        for (int c = 0; c < columns; c += WIDTH) {
            FloatVector sum0 = FloatVector.zero(Lanes.F);
            for (int t = 0; t < count; t++) {
                FloatVector part = Lanes.floats(rows + 4L * ((long) t * columns + c));
                FloatVector w0 = Lanes.all(weights[from + t]);
                sum0 = w0.fma(part, sum0);
            }
            sum0.intoArray(out, at + c);
        }
    }
}
