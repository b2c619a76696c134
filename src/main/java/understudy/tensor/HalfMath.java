package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// What [HalfAttention] does between its multiplies, on tiles in memory by address; see [RowCodec]
/// for why each loop is a method.
///
/// A tile has 64 rows of 64 numbers, one behind the other. Numbers are rounded to bf16 to the
/// nearest, ties away from zero: a tie is one in 65,536.
final class HalfMath {
    private static final VectorSpecies<Float> F = RowCodec.F;
    private static final int W = RowCodec.WIDTH;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(16 * W));

    private static final int TILE = AttentionKernel.TILE;
    private static final int HALF = 0x8000;
    private static final int UPPER = 0xffff0000;

    // of e^x; see RowMath, whose polynomial is two powers longer: 3e-6 of the value is enough for
    // what is rounded to bf16
    private static final float LOG2E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -0.00021219444f;
    private static final float ROUNDER = 12582912f;
    private static final float C2 = 0.008333452f;
    private static final float C3 = 0.041665796f;
    private static final float C4 = 0.16666666f;
    private static final float C5 = 0.5f;
    private static final float LOWEST = -87f;

    private HalfMath() {}

    /// Highest score of each row, times a factor.
    ///
    /// @param scores  tiles of f32, `apart` bytes apart: (query, key)
    /// @param highest written
    static void highest(
            long scores, long apart, int tiles, int rows, float factor, float[] highest) {
        for (int r = 0; r < rows; r++) {
            long row = scores + 4L * TILE * r;
            FloatVector most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
            for (int t = 0; t < tiles; t++) {
                long at = row + t * apart;
                for (int c = 0; c < TILE; c += W) {
                    FloatVector v =
                            FloatVector.fromMemorySegment(F, Native.ALL, at + 4L * c, Native.ORDER);
                    most = v.blend(most, v.compare(VectorOperators.LT, most));
                }
            }
            highest[r] = factor * most.reduceLanes(VectorOperators.MAX);
        }
    }

    /// Softmax without its division, of a tile of queries: `e^(factor·score − highest)`.
    ///
    /// @param scores  tiles of f32, `apart` bytes apart: (query, key)
    /// @param weights tiles of bf16, `halfApart` bytes apart, written
    /// @param highest from [#highest]
    /// @param sums    of the row's weights before they are rounded, written
    static void weigh(
            long scores,
            long apart,
            int tiles,
            int rows,
            float factor,
            long weights,
            long halfApart,
            float[] highest,
            float[] sums) {
        for (int r = 0; r < rows; r++) {
            long row = scores + 4L * TILE * r;
            float shift = highest[r];
            FloatVector sum = FloatVector.zero(F);
            for (int t = 0; t < tiles; t++) {
                long at = row + t * apart;
                long to = weights + t * halfApart + 2L * TILE * r;
                for (int c = 0; c < TILE; c += W) {
                    FloatVector x =
                            FloatVector.fromMemorySegment(F, Native.ALL, at + 4L * c, Native.ORDER)
                                    .mul(factor)
                                    .sub(shift);
                    VectorMask<Float> low = x.compare(VectorOperators.LT, LOWEST);
                    FloatVector v = x.blend(LOWEST, low);
                    FloatVector shifted =
                            v.fma(
                                    FloatVector.broadcast(F, LOG2E),
                                    FloatVector.broadcast(F, ROUNDER));
                    FloatVector whole = shifted.sub(ROUNDER);
                    FloatVector e =
                            whole.fma(
                                    FloatVector.broadcast(F, -LN2_LOW),
                                    whole.fma(FloatVector.broadcast(F, -LN2_HIGH), v));
                    FloatVector p =
                            e.fma(FloatVector.broadcast(F, C2), FloatVector.broadcast(F, C3));
                    p = p.fma(e, FloatVector.broadcast(F, C4));
                    p = p.fma(e, FloatVector.broadcast(F, C5));
                    p = p.fma(e.mul(e), e).add(1f);
                    IntVector power =
                            shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
                    FloatVector result =
                            p.reinterpretAsInts().add(power).reinterpretAsFloats().blend(0f, low);
                    sum = sum.add(result);
                    IntVector rounded =
                            result.reinterpretAsInts().add(HALF).lanewise(VectorOperators.LSHR, 16);
                    ((ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0))
                            .intoMemorySegment(Native.ALL, to + 2L * c, Native.ORDER);
                }
            }
            sums[r] = Lanes.ordered(sum);
        }
    }

    /// Weights again, on the way back: `P = e^(factor·score − sum)`, in place, and adds `P∘dP` to
    /// each query's total.
    ///
    /// @param scores  a tile of f32: (key, query)
    /// @param dscores dP, a tile like it
    /// @param sums    a query: logarithm of its sum
    /// @param totals  a query
    static void weighBack(long scores, long dscores, float factor, float[] sums, float[] totals) {
        for (int c = 0; c < TILE; c += W) {
            FloatVector sum = FloatVector.fromArray(F, sums, c);
            FloatVector total = FloatVector.fromArray(F, totals, c);
            for (int r = 0; r < TILE; r++) {
                long at = 4L * (r * TILE + c);
                FloatVector x =
                        FloatVector.fromMemorySegment(F, Native.ALL, scores + at, Native.ORDER)
                                .mul(factor)
                                .sub(sum);
                VectorMask<Float> low = x.compare(VectorOperators.LT, LOWEST);
                FloatVector v = x.blend(LOWEST, low);
                FloatVector shifted =
                        v.fma(FloatVector.broadcast(F, LOG2E), FloatVector.broadcast(F, ROUNDER));
                FloatVector whole = shifted.sub(ROUNDER);
                FloatVector e =
                        whole.fma(
                                FloatVector.broadcast(F, -LN2_LOW),
                                whole.fma(FloatVector.broadcast(F, -LN2_HIGH), v));
                FloatVector p = e.fma(FloatVector.broadcast(F, C2), FloatVector.broadcast(F, C3));
                p = p.fma(e, FloatVector.broadcast(F, C4));
                p = p.fma(e, FloatVector.broadcast(F, C5));
                p = p.fma(e.mul(e), e).add(1f);
                IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
                FloatVector weight =
                        p.reinterpretAsInts().add(power).reinterpretAsFloats().blend(0f, low);
                weight.intoMemorySegment(Native.ALL, scores + at, Native.ORDER);
                total =
                        weight.fma(
                                FloatVector.fromMemorySegment(
                                        F, Native.ALL, dscores + at, Native.ORDER),
                                total);
            }
            total.intoArray(totals, c);
        }
    }

    /// `dS = P∘(dP − total)` of a tile, and all in bf16.
    ///
    /// @param weights  P, a tile of f32: (key, query)
    /// @param dweights dP, a tile like it
    /// @param totals   a query
    /// @param half     P in bf16, written
    /// @param dhalf    dS in bf16, written
    /// @param dpairs   dS in bf16 in pairs of keys, written
    static void slopes(
            long weights, long dweights, float[] totals, long half, long dhalf, long dpairs) {
        for (int c = 0; c < TILE; c += W) {
            FloatVector total = FloatVector.fromArray(F, totals, c);
            for (int r = 0; r < TILE; r += 2) {
                long at = 4L * (r * TILE + c);
                long below = at + 4L * TILE;
                FloatVector p =
                        FloatVector.fromMemorySegment(F, Native.ALL, weights + at, Native.ORDER);
                FloatVector q =
                        FloatVector.fromMemorySegment(F, Native.ALL, weights + below, Native.ORDER);
                FloatVector dp =
                        FloatVector.fromMemorySegment(F, Native.ALL, dweights + at, Native.ORDER)
                                .sub(total)
                                .mul(p);
                FloatVector dq =
                        FloatVector.fromMemorySegment(F, Native.ALL, dweights + below, Native.ORDER)
                                .sub(total)
                                .mul(q);
                IntVector upper =
                        dp.reinterpretAsInts().add(HALF).lanewise(VectorOperators.LSHR, 16);
                IntVector lower = dq.reinterpretAsInts().add(HALF);
                upper.or(lower.and(UPPER))
                        .intoMemorySegment(
                                Native.ALL, dpairs + 4L * (r / 2 * TILE + c), Native.ORDER);
                ((ShortVector) upper.convertShape(VectorOperators.I2S, S, 0))
                        .intoMemorySegment(Native.ALL, dhalf + at / 2, Native.ORDER);
                ((ShortVector)
                                lower.lanewise(VectorOperators.LSHR, 16)
                                        .convertShape(VectorOperators.I2S, S, 0))
                        .intoMemorySegment(Native.ALL, dhalf + below / 2, Native.ORDER);
                ((ShortVector)
                                p.reinterpretAsInts()
                                        .add(HALF)
                                        .lanewise(VectorOperators.LSHR, 16)
                                        .convertShape(VectorOperators.I2S, S, 0))
                        .intoMemorySegment(Native.ALL, half + at / 2, Native.ORDER);
                ((ShortVector)
                                q.reinterpretAsInts()
                                        .add(HALF)
                                        .lanewise(VectorOperators.LSHR, 16)
                                        .convertShape(VectorOperators.I2S, S, 0))
                        .intoMemorySegment(Native.ALL, half + below / 2, Native.ORDER);
            }
        }
    }

    /// Minus infinity where row r of a tile of f32 is not between columns `from + r` and
    /// `end + r`.
    static void hide(long tile, int from, int end) {
        FloatVector index = FloatVector.zero(F).addIndex(1);
        FloatVector nothing = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        for (int r = 0; r < TILE; r++) {
            for (int c = 0; c < TILE; c += W) {
                long at = tile + 4L * (r * TILE + c);
                VectorMask<Float> early = index.compare(VectorOperators.LT, (float) (from + r - c));
                VectorMask<Float> late = index.compare(VectorOperators.GE, (float) (end + r - c));
                FloatVector.fromMemorySegment(F, Native.ALL, at, Native.ORDER)
                        .blend(nothing, early.or(late))
                        .intoMemorySegment(Native.ALL, at, Native.ORDER);
            }
        }
    }

    /// Rows of bf16 to pairs of rows.
    ///
    /// @param from  rows of `d` numbers, `apart` bytes from one to the next
    /// @param rows  even
    /// @param to    `(rows/2,d,2)`
    static void pair(long from, long apart, int rows, int d, long to) {
        for (int r = 0; r < rows; r += 2) {
            long at = from + r * apart;
            for (int c = 0; c < d; c += W) {
                IntVector even =
                        (IntVector)
                                ShortVector.fromMemorySegment(
                                                S, Native.ALL, at + 2L * c, Native.ORDER)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
                IntVector odd =
                        (IntVector)
                                ShortVector.fromMemorySegment(
                                                S, Native.ALL, at + apart + 2L * c, Native.ORDER)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
                even.or(odd.lanewise(VectorOperators.LSHL, 16))
                        .intoMemorySegment(Native.ALL, to + 4L * (r / 2 * d + c), Native.ORDER);
            }
        }
    }

    /// Rows turned to columns, in pairs of numbers: `(rows,pairs,2)` to `(pairs,rows,2)`.
    ///
    /// Two by two of them at a time, as one long each.
    ///
    /// @param from  rows `apart` bytes from one to the next
    /// @param rows  even
    /// @param width pairs from one row of the result to the next
    static void turn(long from, long apart, int rows, int pairs, long to, int width) {
        long lower = 0xffffffffL;
        int even = pairs & -2;
        for (int p = 0; p < even; p += 2) {
            long at = from + 4L * p;
            long row = to + 4L * p * width;
            long below = row + 4L * width;
            for (int r = 0; r < rows; r += 2) {
                long a = Native.ALL.get(Native.LONG, at + r * apart);
                long b = Native.ALL.get(Native.LONG, at + r * apart + apart);
                Native.ALL.set(Native.LONG, row + 4L * r, (a & lower) | (b << 32));
                Native.ALL.set(Native.LONG, below + 4L * r, (a >>> 32) | (b & ~lower));
            }
        }
        for (int p = even; p < pairs; p++) {
            for (int r = 0; r < rows; r++) {
                int value = Native.ALL.get(Native.INT, from + 4L * p + r * apart);
                Native.ALL.set(Native.INT, to + 4L * ((long) p * width + r), value);
            }
        }
    }

    /// Rows of bf16 to rows one behind the other.
    ///
    /// @param apart bytes from one row to the next
    static void copy(long from, long apart, int rows, int d, long to) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < d; c += W) {
                ShortVector.fromMemorySegment(
                                S, Native.ALL, from + r * apart + 2L * c, Native.ORDER)
                        .intoMemorySegment(Native.ALL, to + 2L * (r * d + c), Native.ORDER);
            }
        }
    }

    /// Rows of f32 times a number to pairs of rows in bf16: `(rows,TILE)` to `(rows/2,TILE,2)`.
    static void halve(long from, int rows, float factor, long to) {
        for (int r = 0; r < rows; r += 2) {
            for (int c = 0; c < TILE; c += W) {
                long at = from + 4L * (r * TILE + c);
                IntVector upper =
                        FloatVector.fromMemorySegment(F, Native.ALL, at, Native.ORDER)
                                .mul(factor)
                                .reinterpretAsInts()
                                .add(HALF)
                                .lanewise(VectorOperators.LSHR, 16);
                FloatVector.fromMemorySegment(F, Native.ALL, at + 4L * TILE, Native.ORDER)
                        .mul(factor)
                        .reinterpretAsInts()
                        .add(HALF)
                        .and(UPPER)
                        .or(upper)
                        .intoMemorySegment(Native.ALL, to + 4L * (r / 2 * TILE + c), Native.ORDER);
            }
        }
    }

    /// Pairs of rows to rows: `(rows/2,TILE,2)` to `(rows,TILE)`, in bf16.
    static void part(long from, int rows, long to) {
        for (int r = 0; r < rows; r += 2) {
            for (int c = 0; c < TILE; c += W) {
                IntVector both =
                        IntVector.fromMemorySegment(
                                I, Native.ALL, from + 4L * (r / 2 * TILE + c), Native.ORDER);
                long at = to + 2L * (r * TILE + c);
                ((ShortVector) both.convertShape(VectorOperators.I2S, S, 0))
                        .intoMemorySegment(Native.ALL, at, Native.ORDER);
                ((ShortVector)
                                both.lanewise(VectorOperators.LSHR, 16)
                                        .convertShape(VectorOperators.I2S, S, 0))
                        .intoMemorySegment(Native.ALL, at + 2L * TILE, Native.ORDER);
            }
        }
    }

    /// A row of f32 times a number, in bf16.
    static void write(long from, float factor, int d, long to) {
        for (int c = 0; c < d; c += W) {
            IntVector bits =
                    FloatVector.fromMemorySegment(F, Native.ALL, from + 4L * c, Native.ORDER)
                            .mul(factor)
                            .reinterpretAsInts();
            IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
            IntVector rounded = bits.add(0x7fff).add(odd).lanewise(VectorOperators.LSHR, 16);
            ((ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0))
                    .intoMemorySegment(Native.ALL, to + 2L * c, Native.ORDER);
        }
    }

    /// A row of f32 times a number, in f32.
    static void scale(long from, float factor, int d, long to) {
        for (int c = 0; c < d; c += W) {
            FloatVector.fromMemorySegment(F, Native.ALL, from + 4L * c, Native.ORDER)
                    .mul(factor)
                    .intoMemorySegment(Native.ALL, to + 4L * c, Native.ORDER);
        }
    }

    /// `to = x · mask`, all in bf16.
    static void mask(long x, long mask, long to, int count) {
        for (int c = 0; c < count; c += W) {
            IntVector a =
                    (IntVector)
                            ShortVector.fromMemorySegment(S, Native.ALL, x + 2L * c, Native.ORDER)
                                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
            IntVector b =
                    (IntVector)
                            ShortVector.fromMemorySegment(
                                            S, Native.ALL, mask + 2L * c, Native.ORDER)
                                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
            IntVector bits =
                    a.lanewise(VectorOperators.LSHL, 16)
                            .reinterpretAsFloats()
                            .mul(b.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats())
                            .reinterpretAsInts();
            IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
            IntVector rounded = bits.add(0x7fff).add(odd).lanewise(VectorOperators.LSHR, 16);
            ((ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0))
                    .intoMemorySegment(Native.ALL, to + 2L * c, Native.ORDER);
        }
    }

    /// Adds rows of a tile of f32 to rows of bf16.
    ///
    /// @param apart bytes from one row of `to` to the next
    static void add(long from, int rows, long to, long apart) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < TILE; c += W) {
                long at = to + r * apart + 2L * c;
                IntVector have =
                        (IntVector)
                                ShortVector.fromMemorySegment(S, Native.ALL, at, Native.ORDER)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
                IntVector bits =
                        FloatVector.fromMemorySegment(
                                        F, Native.ALL, from + 4L * (r * TILE + c), Native.ORDER)
                                .add(have.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats())
                                .reinterpretAsInts();
                IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
                IntVector rounded = bits.add(0x7fff).add(odd).lanewise(VectorOperators.LSHR, 16);
                ((ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0))
                        .intoMemorySegment(Native.ALL, at, Native.ORDER);
            }
        }
    }

    /// The same, times a mask that lies like `to`.
    static void addMasked(long from, int rows, long mask, long to, long apart) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < TILE; c += W) {
                long shift = r * apart + 2L * c;
                IntVector have =
                        (IntVector)
                                ShortVector.fromMemorySegment(
                                                S, Native.ALL, to + shift, Native.ORDER)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
                IntVector kept =
                        (IntVector)
                                ShortVector.fromMemorySegment(
                                                S, Native.ALL, mask + shift, Native.ORDER)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
                IntVector bits =
                        FloatVector.fromMemorySegment(
                                        F, Native.ALL, from + 4L * (r * TILE + c), Native.ORDER)
                                .fma(
                                        kept.lanewise(VectorOperators.LSHL, 16)
                                                .reinterpretAsFloats(),
                                        have.lanewise(VectorOperators.LSHL, 16)
                                                .reinterpretAsFloats())
                                .reinterpretAsInts();
                IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
                IntVector rounded = bits.add(0x7fff).add(odd).lanewise(VectorOperators.LSHR, 16);
                ((ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0))
                        .intoMemorySegment(Native.ALL, to + shift, Native.ORDER);
            }
        }
    }

    /// Adds rows of a tile of f32, times a number, turned: `(rows,TILE)` to `(TILE,rows)`.
    static void addTurned(long from, int rows, float factor, long to) {
        for (int c = 0; c < TILE; c++) {
            long at = to + 4L * c * rows;
            for (int r = 0; r < rows; r++) {
                float value = factor * Native.ALL.get(Native.FLOAT, from + 4L * (r * TILE + c));
                Native.ALL.set(
                        Native.FLOAT,
                        at + 4L * r,
                        Native.ALL.get(Native.FLOAT, at + 4L * r) + value);
            }
        }
    }
}
