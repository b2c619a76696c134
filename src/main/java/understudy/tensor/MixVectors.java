package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// Weighted sums of rows that lie one behind the other: the values of the tokens that a token sees.
final class MixVectors {
    private static final int WIDTH = Lanes.WIDTH;

    private MixVectors() {}

    /// Four weighted sums of rows in bfloat16, in pairs.
    ///
    /// @param weights of rows 0 to `count - 1`, beginning at `from`, `gap` apart a sum
    /// @param out     sums `columns` apart
    static void halves4(
            long rows,
            int columns,
            int count,
            float[] weights,
            int from,
            int gap,
            float[] out,
            int at) {
        for (int c = 0; c < columns; c += 2 * WIDTH) {
            FloatVector even0 = FloatVector.zero(Lanes.F);
            FloatVector odd0 = FloatVector.zero(Lanes.F);
            FloatVector even1 = FloatVector.zero(Lanes.F);
            FloatVector odd1 = FloatVector.zero(Lanes.F);
            FloatVector even2 = FloatVector.zero(Lanes.F);
            FloatVector odd2 = FloatVector.zero(Lanes.F);
            FloatVector even3 = FloatVector.zero(Lanes.F);
            FloatVector odd3 = FloatVector.zero(Lanes.F);
            for (int t = 0; t < count; t++) {
                IntVector both = Lanes.pairs(rows + 2L * ((long) t * columns + c));
                FloatVector first = Lanes.first(both);
                FloatVector second = Lanes.second(both);
                FloatVector w0 = Lanes.all(weights[from + t]);
                even0 = w0.fma(first, even0);
                odd0 = w0.fma(second, odd0);
                FloatVector w1 = Lanes.all(weights[from + t + gap]);
                even1 = w1.fma(first, even1);
                odd1 = w1.fma(second, odd1);
                FloatVector w2 = Lanes.all(weights[from + t + 2 * gap]);
                even2 = w2.fma(first, even2);
                odd2 = w2.fma(second, odd2);
                FloatVector w3 = Lanes.all(weights[from + t + 3 * gap]);
                even3 = w3.fma(first, even3);
                odd3 = w3.fma(second, odd3);
            }
            even0.intoArray(out, at + c);
            odd0.intoArray(out, at + c + WIDTH);
            even1.intoArray(out, at + c + columns);
            odd1.intoArray(out, at + c + columns + WIDTH);
            even2.intoArray(out, at + c + 2 * columns);
            odd2.intoArray(out, at + c + 2 * columns + WIDTH);
            even3.intoArray(out, at + c + 3 * columns);
            odd3.intoArray(out, at + c + 3 * columns + WIDTH);
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

    /// Four weighted sums of rows in f32.
    ///
    /// @param weights of rows 0 to `count - 1`, beginning at `from`, `gap` apart a sum
    /// @param out     sums `columns` apart
    static void floats4(
            long rows,
            int columns,
            int count,
            float[] weights,
            int from,
            int gap,
            float[] out,
            int at) {
        for (int c = 0; c < columns; c += WIDTH) {
            FloatVector sum0 = FloatVector.zero(Lanes.F);
            FloatVector sum1 = FloatVector.zero(Lanes.F);
            FloatVector sum2 = FloatVector.zero(Lanes.F);
            FloatVector sum3 = FloatVector.zero(Lanes.F);
            for (int t = 0; t < count; t++) {
                FloatVector part = Lanes.floats(rows + 4L * ((long) t * columns + c));
                FloatVector w0 = Lanes.all(weights[from + t]);
                sum0 = w0.fma(part, sum0);
                FloatVector w1 = Lanes.all(weights[from + t + gap]);
                sum1 = w1.fma(part, sum1);
                FloatVector w2 = Lanes.all(weights[from + t + 2 * gap]);
                sum2 = w2.fma(part, sum2);
                FloatVector w3 = Lanes.all(weights[from + t + 3 * gap]);
                sum3 = w3.fma(part, sum3);
            }
            sum0.intoArray(out, at + c);
            sum1.intoArray(out, at + c + columns);
            sum2.intoArray(out, at + c + 2 * columns);
            sum3.intoArray(out, at + c + 3 * columns);
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
