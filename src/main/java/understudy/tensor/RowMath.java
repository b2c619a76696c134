package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Arithmetic on rows of floats with vectors; see [RowCodec] for why each loop is a method.
///
/// Counts and beginnings are multiples of the vector's width. Sums have a fixed order: that of
/// `reduceLanes` is left open, and is another before and after the JIT compiler has been at it, so
/// that no run could be repeated.
final class RowMath {
    private static final VectorSpecies<Float> F = RowCodec.F;
    private static final int WIDTH = RowCodec.WIDTH;

    private static final float LOG2E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -0.00021219444f;

    /// Adding it leaves a number's nearest whole in the lowest bits.
    private static final float ROUNDER = 12582912f;

    // of the polynomial, highest power first
    private static final float C0 = 0.00019875691f;
    private static final float C1 = 0.0013981999f;
    private static final float C2 = 0.008333452f;
    private static final float C3 = 0.041665796f;
    private static final float C4 = 0.16666666f;
    private static final float C5 = 0.5f;

    private static final float LOWEST = -87f;
    private static final float HIGHEST = 88f;

    private RowMath() {}

    /// `to[i] = e^(x[i]·factor − shift)`, within 2 units of the last place from -87 to 88, 0 below,
    /// the value at 88 above: `2^k · p(r)` with `x = k·ln2 + r` (Cephes' expf).
    ///
    /// Comparisons instead of min and max, whose care for NaN and signed zeros costs more than the
    /// rest; a NaN stays one, since it is less than nothing and its low bits are zero.
    static void exp(float[] x, float factor, float shift, float[] to, int from, int end) {
        for (int i = from; i < end; i += WIDTH) {
            FloatVector given = FloatVector.fromArray(F, x, i).mul(factor).sub(shift);
            VectorMask<Float> low = given.compare(VectorOperators.LT, LOWEST);
            FloatVector least = given.blend(LOWEST, low);
            FloatVector v = least.blend(HIGHEST, least.compare(VectorOperators.GT, HIGHEST));
            FloatVector shifted =
                    v.fma(FloatVector.broadcast(F, LOG2E), FloatVector.broadcast(F, ROUNDER));
            FloatVector whole = shifted.sub(ROUNDER);
            FloatVector r =
                    whole.fma(
                            FloatVector.broadcast(F, -LN2_LOW),
                            whole.fma(FloatVector.broadcast(F, -LN2_HIGH), v));
            FloatVector p = r.fma(FloatVector.broadcast(F, C0), FloatVector.broadcast(F, C1));
            p = p.fma(r, FloatVector.broadcast(F, C2));
            p = p.fma(r, FloatVector.broadcast(F, C3));
            p = p.fma(r, FloatVector.broadcast(F, C4));
            p = p.fma(r, FloatVector.broadcast(F, C5));
            p = p.fma(r.mul(r), r).add(1f);
            IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector result = p.reinterpretAsInts().add(power).reinterpretAsFloats();
            result.blend(0f, low).intoArray(to, i);
        }
    }

    static float sum(float[] x, int from, int end) {
        FloatVector sum = FloatVector.zero(F);
        for (int i = from; i < end; i += WIDTH) {
            sum = sum.add(FloatVector.fromArray(F, x, i));
        }
        return Lanes.ordered(sum);
    }

    /// Σ a·b.
    static float dot(float[] a, float[] b, int from, int end) {
        FloatVector sum = FloatVector.zero(F);
        for (int i = from; i < end; i += WIDTH) {
            sum = FloatVector.fromArray(F, a, i).fma(FloatVector.fromArray(F, b, i), sum);
        }
        return Lanes.ordered(sum);
    }

    /// NaN where one is last in its lane.
    static float max(float[] x, int from, int end) {
        FloatVector most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        for (int i = from; i < end; i += WIDTH) {
            FloatVector v = FloatVector.fromArray(F, x, i);
            most = v.blend(most, v.compare(VectorOperators.LT, most));
        }
        return most.reduceLanes(VectorOperators.MAX);
    }

    /// `to = a · factor · b`.
    static void scale(float[] a, float factor, float[] b, float[] to, int end) {
        for (int i = 0; i < end; i += WIDTH) {
            FloatVector.fromArray(F, a, i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(F, b, i))
                    .intoArray(to, i);
        }
    }

    /// `x = x · factor`.
    static void scale(float[] x, float factor, int from, int end) {
        for (int i = from; i < end; i += WIDTH) {
            FloatVector.fromArray(F, x, i).mul(factor).intoArray(x, i);
        }
    }

    /// `to = a · b`.
    static void multiply(float[] a, float[] b, float[] to, int end) {
        for (int i = 0; i < end; i += WIDTH) {
            FloatVector.fromArray(F, a, i).mul(FloatVector.fromArray(F, b, i)).intoArray(to, i);
        }
    }

    /// `to = to + a · b`.
    static void multiplyAdd(float[] a, float[] b, float[] to, int end) {
        for (int i = 0; i < end; i += WIDTH) {
            FloatVector sum = FloatVector.fromArray(F, to, i);
            FloatVector.fromArray(F, a, i)
                    .fma(FloatVector.fromArray(F, b, i), sum)
                    .intoArray(to, i);
        }
    }

    /// `a = (a − b · slope) · factor`.
    static void away(float[] a, float[] b, float slope, float factor, int end) {
        for (int i = 0; i < end; i += WIDTH) {
            FloatVector.fromArray(F, a, i)
                    .sub(FloatVector.fromArray(F, b, i).mul(slope))
                    .mul(factor)
                    .intoArray(a, i);
        }
    }

    /// `a = a + b`.
    static void add(float[] a, float[] b, int end) {
        for (int i = 0; i < end; i += WIDTH) {
            FloatVector.fromArray(F, a, i).add(FloatVector.fromArray(F, b, i)).intoArray(a, i);
        }
    }

    /// Of the pairs `(a,b)`, `half` apart from `at` on: `(a·cos − b·sin, b·cos + a·sin)`.
    static void turn(float[] x, int at, float[] cos, float[] sin, int half) {
        for (int i = 0; i < half; i += WIDTH) {
            FloatVector a = FloatVector.fromArray(F, x, at + i);
            FloatVector b = FloatVector.fromArray(F, x, at + half + i);
            FloatVector c = FloatVector.fromArray(F, cos, i);
            FloatVector s = FloatVector.fromArray(F, sin, i);
            a.mul(c).sub(b.mul(s)).intoArray(x, at + i);
            b.mul(c).add(a.mul(s)).intoArray(x, at + half + i);
        }
    }

    /// `s = 1 / (1 + s)`: of `e^(−x)` the logistic function of x.
    static void logistic(float[] s, int end) {
        for (int i = 0; i < end; i += WIDTH) {
            FloatVector.broadcast(F, 1f)
                    .div(FloatVector.fromArray(F, s, i).add(1f))
                    .intoArray(s, i);
        }
    }

    /// `to = σ · (1 + g · (1 − σ))`, the slope of `g·σ(g)`.
    static void siluSlope(float[] g, float[] s, float[] to, int end) {
        for (int i = 0; i < end; i += WIDTH) {
            FloatVector logistic = FloatVector.fromArray(F, s, i);
            FloatVector rise =
                    FloatVector.broadcast(F, 1f)
                            .sub(logistic)
                            .fma(FloatVector.fromArray(F, g, i), FloatVector.broadcast(F, 1f));
            rise.mul(logistic).intoArray(to, i);
        }
    }

    /// `d = p · (d − delta) · factor`.
    static void softmaxSlope(float[] p, float[] d, float delta, float factor, int from, int end) {
        for (int i = from; i < end; i += WIDTH) {
            FloatVector.fromArray(F, d, i)
                    .sub(delta)
                    .mul(FloatVector.fromArray(F, p, i))
                    .mul(factor)
                    .intoArray(d, i);
        }
    }
}
