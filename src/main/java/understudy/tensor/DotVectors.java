package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Products of rows of a frozen matrix with a few vectors, for decoding.
///
/// Each loop is a method that the launcher forbids to inline, and holds two rows at most; see
/// [RowCodec] for why. The sum of a row goes lane by lane in the order of its columns, whether one
/// vector is multiplied or several, so that a text is the same alone and in company.
///
/// Where numbers lie in pairs, the vector x does too: of each stretch of two vector widths first
/// the even ones, then the odd ones.
final class DotVectors {
    private static final int WIDTH = Lanes.WIDTH;
    private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(Lanes.F, 0);
    private static final VectorShuffle<Float> ODD = VectorShuffle.makeUnzip(Lanes.F, 1);

    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
    private static final int[] CODES = Nf4.bits();

    private DotVectors() {}

    /// Whether this machine's vectors are of a width that the loops are written for.
    static boolean usable() {
        return WIDTH == 16 || WIDTH == 8;
    }

    /// Where rows begin and how far they are apart, in bytes or, of arrays, in numbers.
    ///
    /// @param count rows
    record Rows(long at, long stride, int count) {}

    /// `sums = q · scale · x` of rows of 4-bit numbers in groups of 32.
    ///
    /// @param scales one a group, `groups` of them a row
    /// @param x      in pairs
    /// @param sums   a vector a row
    static void quarters(
            Rows rows, float[] scales, int groups, float[] x, int columns, float[] sums) {
        for (int row = 0; row < rows.count; row += 2) {
            int next = Math.min(row + 1, rows.count - 1);
            long in0 = rows.at + row * rows.stride;
            long in1 = rows.at + next * rows.stride;
            FloatVector sum0 = FloatVector.zero(Lanes.F);
            FloatVector sum1 = sum0;
            for (int i = 0; i < columns; i += 2 * WIDTH) {
                FloatVector even = Lanes.of(x, i);
                FloatVector odd = Lanes.of(x, i + WIDTH);
                IntVector both0 = Lanes.bytes(in0 + i / 2);
                FloatVector scale0 = Lanes.all(scales[row * groups + (i >> 5)]);
                FloatVector high0 = Lanes.whole(both0.lanewise(VectorOperators.LSHR, 4));
                sum0 = high0.mul(scale0).fma(even, sum0);
                FloatVector low0 = Lanes.whole(both0.and(15));
                sum0 = low0.mul(scale0).fma(odd, sum0);
                IntVector both1 = Lanes.bytes(in1 + i / 2);
                FloatVector scale1 = Lanes.all(scales[next * groups + (i >> 5)]);
                FloatVector high1 = Lanes.whole(both1.lanewise(VectorOperators.LSHR, 4));
                sum1 = high1.mul(scale1).fma(even, sum1);
                FloatVector low1 = Lanes.whole(both1.and(15));
                sum1 = low1.mul(scale1).fma(odd, sum1);
            }
            sum0.intoArray(sums, row * WIDTH);
            sum1.intoArray(sums, next * WIDTH);
        }
    }

    /// `sums = code[q] · scale · x` of rows of 4-bit NormalFloats in blocks of 64.
    ///
    /// @param scales one a block, `groups` of them a row
    /// @param x      in pairs
    /// @param sums   a vector a row
    static void codes(Rows rows, float[] scales, int groups, float[] x, int columns, float[] sums) {
        IntVector low = Lanes.ints(CODES, 0);
        IntVector high = Lanes.ints(CODES, 16 - WIDTH);
        for (int row = 0; row < rows.count; row += 2) {
            int next = Math.min(row + 1, rows.count - 1);
            long in0 = rows.at + row * rows.stride;
            long in1 = rows.at + next * rows.stride;
            FloatVector sum0 = FloatVector.zero(Lanes.F);
            FloatVector sum1 = sum0;
            for (int i = 0; i < columns; i += 2 * WIDTH) {
                FloatVector even = Lanes.of(x, i);
                FloatVector odd = Lanes.of(x, i + WIDTH);
                IntVector both0 = Lanes.bytes(in0 + i / 2);
                FloatVector scale0 = Lanes.all(scales[row * groups + (i >> 6)]);
                FloatVector first0 = Lanes.look(both0.lanewise(VectorOperators.LSHR, 4), low, high);
                sum0 = first0.mul(scale0).fma(even, sum0);
                FloatVector second0 = Lanes.look(both0.and(15), low, high);
                sum0 = second0.mul(scale0).fma(odd, sum0);
                IntVector both1 = Lanes.bytes(in1 + i / 2);
                FloatVector scale1 = Lanes.all(scales[next * groups + (i >> 6)]);
                FloatVector first1 = Lanes.look(both1.lanewise(VectorOperators.LSHR, 4), low, high);
                sum1 = first1.mul(scale1).fma(even, sum1);
                FloatVector second1 = Lanes.look(both1.and(15), low, high);
                sum1 = second1.mul(scale1).fma(odd, sum1);
            }
            sum0.intoArray(sums, row * WIDTH);
            sum1.intoArray(sums, next * WIDTH);
        }
    }

    /// `sums = w · x` of rows in bfloat16.
    ///
    /// @param x    in pairs
    /// @param sums a vector a row
    static void halves(Rows rows, float[] x, int columns, float[] sums) {
        for (int row = 0; row < rows.count; row += 2) {
            int next = Math.min(row + 1, rows.count - 1);
            long in0 = rows.at + row * rows.stride;
            long in1 = rows.at + next * rows.stride;
            FloatVector sum0 = FloatVector.zero(Lanes.F);
            FloatVector sum1 = sum0;
            for (int i = 0; i < columns; i += 2 * WIDTH) {
                FloatVector even = Lanes.of(x, i);
                FloatVector odd = Lanes.of(x, i + WIDTH);
                IntVector both0 = Lanes.pairs(in0 + 2L * i);
                sum0 = Lanes.first(both0).fma(even, sum0);
                sum0 = Lanes.second(both0).fma(odd, sum0);
                IntVector both1 = Lanes.pairs(in1 + 2L * i);
                sum1 = Lanes.first(both1).fma(even, sum1);
                sum1 = Lanes.second(both1).fma(odd, sum1);
            }
            sum0.intoArray(sums, row * WIDTH);
            sum1.intoArray(sums, next * WIDTH);
        }
    }

    /// `sums = w · x` of rows in f32.
    ///
    /// @param sums a vector a row
    static void floats(Rows rows, float[] x, int columns, float[] sums) {
        for (int row = 0; row < rows.count; row += 2) {
            int next = Math.min(row + 1, rows.count - 1);
            long in0 = rows.at + row * rows.stride;
            long in1 = rows.at + next * rows.stride;
            FloatVector sum0 = FloatVector.zero(Lanes.F);
            FloatVector sum1 = sum0;
            for (int i = 0; i < columns; i += WIDTH) {
                FloatVector part = Lanes.of(x, i);
                sum0 = Lanes.floats(in0 + 4L * i).fma(part, sum0);
                sum1 = Lanes.floats(in1 + 4L * i).fma(part, sum1);
            }
            sum0.intoArray(sums, row * WIDTH);
            sum1.intoArray(sums, next * WIDTH);
        }
    }

    /// `sums = q · x` of rows of 8-bit numbers.
    ///
    /// @param sums a vector a row
    static void bytes(Rows rows, float[] x, int columns, float[] sums) {
        for (int row = 0; row < rows.count; row += 2) {
            int next = Math.min(row + 1, rows.count - 1);
            long in0 = rows.at + row * rows.stride;
            long in1 = rows.at + next * rows.stride;
            FloatVector sum0 = FloatVector.zero(Lanes.F);
            FloatVector sum1 = sum0;
            for (int i = 0; i < columns; i += WIDTH) {
                FloatVector part = Lanes.of(x, i);
                sum0 = Lanes.signed(in0 + i).fma(part, sum0);
                sum1 = Lanes.signed(in1 + i).fma(part, sum1);
            }
            sum0.intoArray(sums, row * WIDTH);
            sum1.intoArray(sums, next * WIDTH);
        }
    }

    /// `sums = q · scale · x` of rows of 8-bit numbers in groups of 32.
    ///
    /// @param scales one a group, `groups` of them a row
    /// @param sums   a vector a row
    static void scaledBytes(
            Rows rows, float[] scales, int groups, float[] x, int columns, float[] sums) {
        for (int row = 0; row < rows.count; row += 2) {
            int next = Math.min(row + 1, rows.count - 1);
            long in0 = rows.at + row * rows.stride;
            long in1 = rows.at + next * rows.stride;
            FloatVector sum0 = FloatVector.zero(Lanes.F);
            FloatVector sum1 = sum0;
            for (int i = 0; i < columns; i += WIDTH) {
                FloatVector part = Lanes.of(x, i);
                FloatVector scale0 = Lanes.all(scales[row * groups + (i >> 5)]);
                sum0 = Lanes.signed(in0 + i).mul(scale0).fma(part, sum0);
                FloatVector scale1 = Lanes.all(scales[next * groups + (i >> 5)]);
                sum1 = Lanes.signed(in1 + i).mul(scale1).fma(part, sum1);
            }
            sum0.intoArray(sums, row * WIDTH);
            sum1.intoArray(sums, next * WIDTH);
        }
    }

    /// The numbers that [#quarters] multiplies, columns `from` to `to`, `stride` apart a row.
    static void readQuarters(
            Rows rows,
            float[] scales,
            int first,
            int groups,
            int from,
            int to,
            float[] out,
            int stride) {
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + row * rows.stride;
            for (int i = from; i < to; i += 2 * WIDTH) {
                int at = row * stride + i - from;
                IntVector both = Lanes.bytes(in + i / 2);
                FloatVector scale = Lanes.all(scales[first + row * groups + (i >> 5)]);
                Lanes.whole(both.lanewise(VectorOperators.LSHR, 4)).mul(scale).intoArray(out, at);
                Lanes.whole(both.and(15)).mul(scale).intoArray(out, at + WIDTH);
            }
        }
    }

    /// The numbers that [#codes] multiplies, columns `from` to `to`, `stride` apart a row.
    static void readCodes(
            Rows rows,
            float[] scales,
            int first,
            int groups,
            int from,
            int to,
            float[] out,
            int stride) {
        IntVector low = Lanes.ints(CODES, 0);
        IntVector high = Lanes.ints(CODES, 16 - WIDTH);
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + row * rows.stride;
            for (int i = from; i < to; i += 2 * WIDTH) {
                int at = row * stride + i - from;
                IntVector both = Lanes.bytes(in + i / 2);
                FloatVector scale = Lanes.all(scales[first + row * groups + (i >> 6)]);
                IntVector even = both.lanewise(VectorOperators.LSHR, 4);
                Lanes.look(even, low, high).mul(scale).intoArray(out, at);
                Lanes.look(both.and(15), low, high).mul(scale).intoArray(out, at + WIDTH);
            }
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

    /// The numbers that [#scaledBytes] multiplies, columns `from` to `to`, `stride` apart a row.
    static void readScaledBytes(
            Rows rows,
            float[] scales,
            int first,
            int groups,
            int from,
            int to,
            float[] out,
            int stride) {
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + row * rows.stride;
            for (int i = from; i < to; i += WIDTH) {
                int at = row * stride + i - from;
                FloatVector scale = Lanes.all(scales[first + row * groups + (i >> 5)]);
                Lanes.signed(in + i).mul(scale).intoArray(out, at);
            }
        }
    }

    /// Adds `minimum · Σx` of every group to the sums of rows of [#quarters].
    ///
    /// @param minima `stride` a row; those of the next row are read too
    /// @param groupSums of x, zeros behind the last group
    static void minima(
            float[] minima, int stride, int rows, float[] groupSums, int at, float[] sums, int to) {
        for (int row = 0; row < rows; row++) {
            FloatVector sum = Lanes.of(sums, to + row * WIDTH);
            for (int i = 0; i < stride; i += WIDTH) {
                sum = Lanes.of(minima, row * stride + i).fma(Lanes.of(groupSums, at + i), sum);
            }
            sum.intoArray(sums, to + row * WIDTH);
        }
    }

    /// Adds up groups of 32 of a vector in pairs.
    ///
    /// @param partial a vector a group
    static void groups(float[] x, int from, int columns, float[] partial) {
        for (int i = 0; i < columns; i += 32) {
            FloatVector sum = Lanes.of(x, from + i);
            for (int j = WIDTH; j < 32; j += WIDTH) {
                sum = sum.add(Lanes.of(x, from + i + j));
            }
            sum.intoArray(partial, i / 32 * WIDTH);
        }
    }

    /// Each vector of `partial` becomes the sum of its lanes, one behind the other from the
    /// beginning on, in a fixed order: halves are added until one number is left.
    static void collapse(float[] partial, int vectors) {
        if (WIDTH == 16) {
            for (int i = 0; i < vectors; i++) {
                FloatVector.fromArray(EIGHT, partial, 16 * i)
                        .add(FloatVector.fromArray(EIGHT, partial, 16 * i + 8))
                        .intoArray(partial, 8 * i);
            }
        }
        for (int i = 0; i < vectors; i++) {
            FloatVector.fromArray(FOUR, partial, 8 * i)
                    .add(FloatVector.fromArray(FOUR, partial, 8 * i + 4))
                    .intoArray(partial, 4 * i);
        }
        for (int i = 0; i < vectors; i++) {
            int at = 4 * i;
            partial[i] = (partial[at] + partial[at + 2]) + (partial[at + 1] + partial[at + 3]);
        }
    }

    /// Halves of IEEE 754 as floats; infinities become large numbers.
    ///
    /// @param count a multiple of the vector's width
    static void widen(short[] halves, int from, float[] to, int count) {
        for (int i = 0; i < count; i += WIDTH) {
            Lanes.halves(halves, from + i).intoArray(to, i);
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
