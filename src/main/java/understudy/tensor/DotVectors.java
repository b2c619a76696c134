package understudy.tensor;

import static understudy.tensor.Lanes.fold;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/// Products of rows of a frozen matrix with a few vectors, for decoding.
///
/// Each loop is a method that the launcher forbids to inline; see [RowCodec] for why. A matrix is
/// read row after row, as one stretch of memory: two rows at a time would let two sums go side by
/// side, but a processor does not read ahead of both, which costs twice as much as it gives. The
/// sum of a row goes lane by lane in the order of its columns, whether one vector is multiplied or
/// several, so that a text is the same alone and in company.
///
/// Where numbers lie in pairs, the vector x does too: of each stretch of two vector widths first
/// the even ones, then the odd ones.
final class DotVectors {
    private static final int WIDTH = Lanes.WIDTH;
    private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(Lanes.F, 0);
    private static final VectorShuffle<Float> ODD = VectorShuffle.makeUnzip(Lanes.F, 1);

    // Lanes some places further on or back, and those in upper halves of stretches twice as long.
    private static final VectorShuffle<Float> FORTH_8 = moved(8);
    private static final VectorShuffle<Float> FORTH_4 = moved(4);
    private static final VectorShuffle<Float> FORTH_2 = moved(2);
    private static final VectorShuffle<Float> FORTH_1 = moved(1);
    private static final VectorShuffle<Float> BACK_8 = moved(-8);
    private static final VectorShuffle<Float> BACK_4 = moved(-4);
    private static final VectorShuffle<Float> BACK_2 = moved(-2);
    private static final VectorShuffle<Float> BACK_1 = moved(-1);
    private static final VectorMask<Float> UPPER_8 = upper(8);
    private static final VectorMask<Float> UPPER_4 = upper(4);
    private static final VectorMask<Float> UPPER_2 = upper(2);
    private static final VectorMask<Float> UPPER_1 = upper(1);

    private DotVectors() {}

    private static VectorShuffle<Float> moved(int lanes) {
        return VectorShuffle.fromOp(Lanes.F, lane -> Math.floorMod(lane + lanes, WIDTH));
    }

    private static VectorMask<Float> upper(int half) {
        boolean[] lanes = new boolean[WIDTH];
        for (int lane = 0; lane < WIDTH; lane++) {
            lanes[lane] = (lane & half) != 0;
        }
        return VectorMask.fromArray(Lanes.F, lanes, 0);
    }

    /// Whether this machine's vectors are of a width that the loops are written for.
    static boolean usable() {
        return WIDTH == 16 || WIDTH == 8;
    }

    /// Where rows begin and how far they are apart, in bytes or, of arrays, in numbers.
    ///
    /// @param count rows
    record Rows(long at, long stride, int count) {}

    /// `sums = w · x` of rows in bfloat16.
    ///
    /// @param x    in pairs
    /// @param sums a vector a row
    static void halves(Rows rows, float[] x, int columns, float[] sums) {
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + row * rows.stride;
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = 0; i < columns; i += 2 * WIDTH) {
                IntVector both = Lanes.pairs(in + 2L * i);
                sum = Lanes.first(both).fma(Lanes.of(x, i), sum);
                sum = Lanes.second(both).fma(Lanes.of(x, i + WIDTH), sum);
            }
            sum.intoArray(sums, row * WIDTH);
        }
    }

    /// `sums = w · x` of rows in f32.
    ///
    /// @param sums a vector a row
    static void floats(Rows rows, float[] x, int columns, float[] sums) {
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + row * rows.stride;
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = 0; i < columns; i += WIDTH) {
                sum = Lanes.floats(in + 4L * i).fma(Lanes.of(x, i), sum);
            }
            sum.intoArray(sums, row * WIDTH);
        }
    }

    /// `sums = q · x` of rows of 8-bit numbers.
    ///
    /// @param sums a vector a row
    static void bytes(Rows rows, float[] x, int columns, float[] sums) {
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + row * rows.stride;
            FloatVector sum = FloatVector.zero(Lanes.F);
            for (int i = 0; i < columns; i += WIDTH) {
                sum = Lanes.signed(in + i).fma(Lanes.of(x, i), sum);
            }
            sum.intoArray(sums, row * WIDTH);
        }
    }

    /// The numbers that [#halves] multiplies, columns `from` to `to`, `stride` apart a row.
    static void readHalves(Rows rows, int from, int to, float[] out, int stride) {
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + row * rows.stride;
            for (int i = from; i < to; i += 2 * WIDTH) {
                int at = row * stride + i - from;
                IntVector both = Lanes.pairs(in + 2L * i);
                Lanes.first(both).intoArray(out, at);
                Lanes.second(both).intoArray(out, at + WIDTH);
            }
        }
    }

    /// The numbers that [#floats] multiplies, columns `from` to `to`, `stride` apart a row.
    static void readFloats(Rows rows, int from, int to, float[] out, int stride) {
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + row * rows.stride;
            for (int i = from; i < to; i += WIDTH) {
                int at = row * stride + i - from;
                Lanes.floats(in + 4L * i).intoArray(out, at);
            }
        }
    }

    /// The numbers that [#bytes] multiplies, columns `from` to `to`, `stride` apart a row.
    static void readBytes(Rows rows, int from, int to, float[] out, int stride) {
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + row * rows.stride;
            for (int i = from; i < to; i += WIDTH) {
                int at = row * stride + i - from;
                Lanes.signed(in + i).intoArray(out, at);
            }
        }
    }

    /// Each vector becomes the sum of its lanes, one behind the other from the beginning on, in a
    /// fixed order: of two vectors, halves of halves are added until a lane is a vector's sum.
    ///
    /// @param vectors a multiple of 16
    static void collapse(float[] partial, int vectors) {
        for (int i = 0; i < vectors; i += WIDTH) {
            int at = i * WIDTH;
            for (int j = at; j < at + 4 * WIDTH; j += WIDTH) {
                FloatVector a = Lanes.of(partial, j);
                FloatVector b = Lanes.of(partial, j + 4 * WIDTH);
                if (WIDTH == 16) {
                    a = fold(a, Lanes.of(partial, j + 8 * WIDTH), BACK_8, FORTH_8, UPPER_8);
                    b = fold(b, Lanes.of(partial, j + 12 * WIDTH), BACK_8, FORTH_8, UPPER_8);
                }
                fold(a, b, BACK_4, FORTH_4, UPPER_4).intoArray(partial, j);
            }
            FloatVector a = Lanes.of(partial, at);
            FloatVector b = Lanes.of(partial, at + WIDTH);
            a = fold(a, Lanes.of(partial, at + 2 * WIDTH), BACK_2, FORTH_2, UPPER_2);
            b = fold(b, Lanes.of(partial, at + 3 * WIDTH), BACK_2, FORTH_2, UPPER_2);
            fold(a, b, BACK_1, FORTH_1, UPPER_1).intoArray(partial, i);
        }
    }

    /// Puts a vector in pairs.
    static void pair(float[] x, int from, float[] to, int at, int columns) {
        for (int i = 0; i < columns; i += 2 * WIDTH) {
            FloatVector a = Lanes.of(x, from + i);
            FloatVector b = Lanes.of(x, from + i + WIDTH);
            a.rearrange(EVEN, b).intoArray(to, at + i);
            a.rearrange(ODD, b).intoArray(to, at + i + WIDTH);
        }
    }
}
