package understudy.tensor;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Products of rows of small numbers in groups with a few vectors, for decoding.
///
/// A lane reads 32 bits: eight neighbours of 4 bits or four of 8. One is taken out of all lanes by
/// a shift, a mask and the bits of a float, which makes `16 + q` (`384 + q`) of it without any
/// conversion; the sum of what a lane multiplies, times that offset, is taken off again. A stretch
/// is what a vector of such lanes holds. The vector x lies accordingly ([#spread]): of each stretch
/// first the sums of the lanes, then what the lanes' first numbers are multiplied with, then the
/// second ones, and so on.
///
/// The loops call the Vector API without helpers between, which the JIT compiler would stop to
/// inline in methods of this size. What a row sums up depends on the row alone, see [DotVectors].
final class GroupVectors {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int WIDTH = Lanes.WIDTH;

    /// A lane's group among those of the stretch, where a group fills four lanes or eight.
    private static final VectorShuffle<Float> BY_FOUR = VectorShuffle.fromOp(F, i -> i / 4);

    private static final VectorShuffle<Float> BY_EIGHT = VectorShuffle.fromOp(F, i -> i / 8);

    /// What [#quarters] has too much of each number.
    static final float OF_QUARTERS = 16;

    /// What [#bytes] has too much.
    static final float OF_BYTES = 256 + 128;

    private static final int SIXTEEN = Float.floatToRawIntBits(16f);
    private static final int NIBBLE = 0x780000; // the first four bits of its fraction are its ones
    private static final int FLIPPED = Float.floatToRawIntBits(256f + 128f); // also the sign of q
    private static final int BYTE = 0x7f8000; // of 256 the first eight are
    private static final int[] CODES = Nf4.bits();

    private GroupVectors() {}

    /// Rows side by side in memory.
    ///
    /// @param at        address of the first
    /// @param bytes     a row
    /// @param stretches a row
    /// @param early     bytes in front of odd rows at which their first stretch begins; 0 where a
    ///                  row is made of whole stretches
    record Rows(long at, int count, int bytes, int stretches, int early) {}

    /// A vector x, spread.
    ///
    /// @param from where that for even rows begins
    /// @param odd  where that for odd rows begins; the same where a row is made of whole stretches
    record Input(float[] values, int from, int odd) {}

    /// Where scales and minima lie: `inRow` a row, of which a stretch takes `stretch`.
    ///
    /// @param early scales in front of those of odd rows at which their first stretch begins
    record Scales(float[] values, float[] minima, int inRow, int stretch, int early) {}

    /// `sums = (q · scale + minimum) · x` of rows of 4-bit numbers in groups of 32.
    ///
    /// param sums receives a vector a row, from `to` on
    static void quarters(Rows rows, Scales scales, Input x, float[] sums, int to) {
        float[] values = x.values;
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + (long) row * rows.bytes - (long) (row & 1) * rows.early;
            int at = row * scales.inRow - (row & 1) * scales.early;
            int i = (row & 1) == 0 ? x.from : x.odd;
            FloatVector sum = FloatVector.zero(F);
            for (int stretch = 0; stretch < rows.stretches; stretch++) {
                IntVector v = IntVector.fromMemorySegment(I, Native.ALL, in, Native.ORDER);
                FloatVector all = FloatVector.fromArray(F, values, i);
                FloatVector part = all.mul(-OF_QUARTERS);
                FloatVector w = v.lanewise(LSHL, 15).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + WIDTH), part);
                w = v.lanewise(LSHL, 19).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 2 * WIDTH), part);
                w = v.lanewise(LSHL, 7).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 3 * WIDTH), part);
                w = v.lanewise(LSHL, 11).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 4 * WIDTH), part);
                w = v.lanewise(LSHR, 1).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 5 * WIDTH), part);
                w = v.lanewise(LSHL, 3).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 6 * WIDTH), part);
                w = v.lanewise(LSHR, 9).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 7 * WIDTH), part);
                w = v.lanewise(LSHR, 5).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 8 * WIDTH), part);
                FloatVector scale = FloatVector.fromArray(F, scales.values, at).rearrange(BY_FOUR);
                sum = part.fma(scale, sum);
                FloatVector low = FloatVector.fromArray(F, scales.minima, at).rearrange(BY_FOUR);
                sum = all.fma(low, sum);
                in += 4L * WIDTH;
                at += scales.stretch;
                i += 9 * WIDTH;
            }
            sum.intoArray(sums, to + row * WIDTH);
        }
    }

    /// `sums = code[q] · scale · x` of rows of 4-bit NormalFloats in blocks of 64.
    ///
    /// @param sums receives a vector a row, from `to` on
    static void codes(Rows rows, Scales scales, Input x, float[] sums, int to) {
        IntVector low = IntVector.fromArray(I, CODES, 0);
        IntVector high = IntVector.fromArray(I, CODES, 16 - WIDTH);
        float[] values = x.values;
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + (long) row * rows.bytes - (long) (row & 1) * rows.early;
            int at = row * scales.inRow - (row & 1) * scales.early;
            int i = (row & 1) == 0 ? x.from : x.odd;
            FloatVector sum = FloatVector.zero(F);
            for (int stretch = 0; stretch < rows.stretches; stretch++) {
                IntVector v = IntVector.fromMemorySegment(I, Native.ALL, in, Native.ORDER);
                FloatVector part = FloatVector.zero(F);
                for (int k = 0; k < 8; k++) {
                    FloatVector w = Lanes.look(v.lanewise(LSHR, (k ^ 1) << 2).and(15), low, high);
                    i += WIDTH;
                    part = w.fma(FloatVector.fromArray(F, values, i), part);
                }
                FloatVector scale = FloatVector.fromArray(F, scales.values, at).rearrange(BY_EIGHT);
                sum = part.fma(scale, sum);
                in += 4L * WIDTH;
                at += scales.stretch;
                i += WIDTH;
            }
            sum.intoArray(sums, to + row * WIDTH);
        }
    }

    /// `sums = q · scale · x` of rows of signed bytes in groups of 32.
    ///
    /// param sums receives a vector a row, from `to` on
    static void bytes(Rows rows, Scales scales, Input x, float[] sums, int to) {
        float[] values = x.values;
        for (int row = 0; row < rows.count; row++) {
            long in = rows.at + (long) row * rows.bytes;
            int at = row * scales.inRow;
            int i = (row & 1) == 0 ? x.from : x.odd;
            FloatVector sum = FloatVector.zero(F);
            for (int stretch = 0; stretch < rows.stretches; stretch++) {
                IntVector v = IntVector.fromMemorySegment(I, Native.ALL, in, Native.ORDER);
                FloatVector all = FloatVector.fromArray(F, values, i);
                FloatVector part = all.mul(-OF_BYTES);
                FloatVector w =
                        v.lanewise(LSHL, 15).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + WIDTH), part);
                w = v.lanewise(LSHL, 7).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 2 * WIDTH), part);
                w = v.lanewise(LSHR, 1).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 3 * WIDTH), part);
                w = v.lanewise(LSHR, 9).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part = w.fma(FloatVector.fromArray(F, values, i + 4 * WIDTH), part);
                FloatVector scale = FloatVector.fromArray(F, scales.values, at).rearrange(BY_EIGHT);
                sum = part.fma(scale, sum);
                in += 4L * WIDTH;
                at += scales.stretch;
                i += 5 * WIDTH;
            }
            sum.intoArray(sums, to + row * WIDTH);
        }
    }

    /// What [#quarters] multiplies in some stretches of a row, before it is scaled.
    static void readQuarters(long in, int stretches, float[] out, int at) {
        for (int i = 0; i < stretches; i++) {
            IntVector v = Lanes.pairs(in + (long) i * 4 * WIDTH);
            for (int k = 0; k < 8; k++) {
                v.lanewise(LSHR, (k ^ 1) << 2)
                        .lanewise(LSHL, 19)
                        .and(NIBBLE)
                        .or(SIXTEEN)
                        .reinterpretAsFloats()
                        .intoArray(out, at + (i * 8 + k) * WIDTH);
            }
        }
    }

    /// What [#codes] multiplies in some stretches of a row, before it is scaled.
    static void readCodes(long in, int stretches, float[] out, int at) {
        IntVector low = Lanes.ints(CODES, 0);
        IntVector high = Lanes.ints(CODES, 16 - WIDTH);
        for (int i = 0; i < stretches; i++) {
            IntVector v = Lanes.pairs(in + (long) i * 4 * WIDTH);
            for (int k = 0; k < 8; k++) {
                IntVector q = v.lanewise(LSHR, (k ^ 1) << 2).and(15);
                Lanes.look(q, low, high).intoArray(out, at + (i * 8 + k) * WIDTH);
            }
        }
    }

    /// What [#bytes] multiplies in some stretches of a row, before it is scaled.
    static void readBytes(long in, int stretches, float[] out, int at) {
        for (int i = 0; i < stretches; i++) {
            IntVector v = Lanes.pairs(in + (long) i * 4 * WIDTH);
            for (int k = 0; k < 4; k++) {
                v.lanewise(LSHR, k << 3)
                        .lanewise(LSHL, 15)
                        .and(BYTE)
                        .lanewise(XOR, FLIPPED)
                        .reinterpretAsFloats()
                        .intoArray(out, at + (i * 4 + k) * WIDTH);
            }
        }
    }

    /// Stretches of two rows, as they were read.
    ///
    /// @param w      the second row is `gap` behind the first
    /// @param parts  vectors a stretch, 8 or 4
    /// @param offset what each number has too much
    /// @param scale  where the first row's scales begin
    /// @param next   where the second one's do
    record Two(float[] w, int gap, int parts, int stretches, float offset, int scale, int next) {}

    /// A vector a row and vector x.
    ///
    /// @param at   that of the first row and the first x
    /// @param skip how far behind it that of the second row is
    /// @param each how far apart those of two vectors x are
    record Sums(float[] values, int at, int skip, int each) {}

    /// Adds products with two vectors.
    ///
    /// @param x    spread, the first from `from` on, the second `apart` from it
    static void two(Two rows, Scales scales, float[] x, int from, int apart, Sums sums) {
        float[] w = rows.w;
        float[] to = sums.values;
        int odd = sums.at + sums.skip;
        VectorShuffle<Float> by = scales.stretch * 4 == WIDTH ? BY_FOUR : BY_EIGHT;
        FloatVector sum00 = FloatVector.fromArray(F, to, sums.at);
        FloatVector sum01 = FloatVector.fromArray(F, to, sums.at + sums.each);
        FloatVector sum10 = FloatVector.fromArray(F, to, odd);
        FloatVector sum11 = FloatVector.fromArray(F, to, odd + sums.each);
        int in = from;
        int i = 0;
        int even = rows.scale;
        int next = rows.next;
        for (int stretch = 0; stretch < rows.stretches; stretch++) {
            FloatVector all0 = FloatVector.fromArray(F, x, in);
            FloatVector all1 = FloatVector.fromArray(F, x, in + apart);
            FloatVector s00 = all0.mul(-rows.offset);
            FloatVector s01 = all1.mul(-rows.offset);
            FloatVector s10 = s00;
            FloatVector s11 = s01;
            for (int part = 0; part < rows.parts; part++) {
                in += WIDTH;
                FloatVector x0 = FloatVector.fromArray(F, x, in);
                FloatVector x1 = FloatVector.fromArray(F, x, in + apart);
                FloatVector w0 = FloatVector.fromArray(F, w, i);
                s00 = w0.fma(x0, s00);
                s01 = w0.fma(x1, s01);
                FloatVector w1 = FloatVector.fromArray(F, w, i + rows.gap);
                s10 = w1.fma(x0, s10);
                s11 = w1.fma(x1, s11);
                i += WIDTH;
            }
            in += WIDTH;
            FloatVector scale0 = FloatVector.fromArray(F, scales.values, even).rearrange(by);
            FloatVector low0 = FloatVector.fromArray(F, scales.minima, even).rearrange(by);
            sum00 = all0.fma(low0, s00.fma(scale0, sum00));
            sum01 = all1.fma(low0, s01.fma(scale0, sum01));
            FloatVector scale1 = FloatVector.fromArray(F, scales.values, next).rearrange(by);
            FloatVector low1 = FloatVector.fromArray(F, scales.minima, next).rearrange(by);
            sum10 = all0.fma(low1, s10.fma(scale1, sum10));
            sum11 = all1.fma(low1, s11.fma(scale1, sum11));
            even += scales.stretch;
            next += scales.stretch;
        }
        sum00.intoArray(to, sums.at);
        sum01.intoArray(to, sums.at + sums.each);
        sum10.intoArray(to, odd);
        sum11.intoArray(to, odd + sums.each);
    }

    /// Spreads a vector: of each stretch first the sums of its lanes, then number `k` of lane `l`
    /// at place `(k + 1) · WIDTH + l`.
    ///
    /// @param parts numbers a lane
    /// @param count numbers, whole stretches
    static void spread(float[] x, int from, int parts, int count, float[] to, int at) {
        int stretch = parts * WIDTH;
        int out = at;
        for (int i = from; i < from + count; i += stretch) {
            for (int lane = 0; lane < WIDTH; lane++) {
                float sum = 0;
                for (int k = 0; k < parts; k++) {
                    float value = x[i + lane * parts + k];
                    to[out + (k + 1) * WIDTH + lane] = value;
                    sum += value;
                }
                to[out + lane] = sum;
            }
            out += stretch + WIDTH;
        }
    }
}
