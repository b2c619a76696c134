package understudy.tensor;

import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Products of rows of 4-bit NormalFloats in blocks of 64 with a few vectors, for decoding.
///
/// A lane reads 32 bits: eight neighbours. A stretch is what a vector of such lanes holds. The
/// vector x lies accordingly ([#spread]): of each stretch first what the lanes' first numbers are
/// multiplied with, then the second ones, and so on.
///
/// The loops call the Vector API without helpers between, which the JIT compiler would stop to
/// inline in methods of this size. What a row sums up depends on the row alone, see [DotVectors].
final class CodeVectors {
    /// Numbers a lane.
    static final int PARTS = 8;

    private static final VectorSpecies<Float> F = Lanes.F;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int WIDTH = Lanes.WIDTH;

    /// A lane's block among those of the stretch.
    private static final VectorShuffle<Float> BY_EIGHT = VectorShuffle.fromOp(F, i -> i / 8);

    private static final int[] CODES = Nf4.bits();

    private CodeVectors() {}

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

    /// Where scales lie: `inRow` a row, of which a stretch takes `stretch`.
    ///
    /// @param early scales in front of those of odd rows at which their first stretch begins
    record Scales(float[] values, int inRow, int stretch, int early) {}

    /// `sums = code[q] · scale · x` of rows.
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
                for (int k = 0; k < PARTS; k++) {
                    FloatVector w = Lanes.look(v.lanewise(LSHR, (k ^ 1) << 2).and(15), low, high);
                    part = w.fma(FloatVector.fromArray(F, values, i), part);
                    i += WIDTH;
                }
                FloatVector scale = FloatVector.fromArray(F, scales.values, at).rearrange(BY_EIGHT);
                sum = part.fma(scale, sum);
                in += 4L * WIDTH;
                at += scales.stretch;
            }
            sum.intoArray(sums, to + row * WIDTH);
        }
    }

    /// What [#codes] multiplies in some stretches of a row, before it is scaled.
    static void read(long in, int stretches, float[] out, int at) {
        IntVector low = Lanes.ints(CODES, 0);
        IntVector high = Lanes.ints(CODES, 16 - WIDTH);
        for (int i = 0; i < stretches; i++) {
            IntVector v = Lanes.pairs(in + (long) i * 4 * WIDTH);
            for (int k = 0; k < PARTS; k++) {
                IntVector q = v.lanewise(LSHR, (k ^ 1) << 2).and(15);
                Lanes.look(q, low, high).intoArray(out, at + (i * PARTS + k) * WIDTH);
            }
        }
    }

    /// Stretches of two rows, as they were read.
    ///
    /// @param w      the second row is `gap` behind the first
    /// @param scale  where the first row's scales begin
    /// @param next   where the second one's do
    record Two(float[] w, int gap, int stretches, int scale, int next) {}

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
        FloatVector sum00 = FloatVector.fromArray(F, to, sums.at);
        FloatVector sum01 = FloatVector.fromArray(F, to, sums.at + sums.each);
        FloatVector sum10 = FloatVector.fromArray(F, to, odd);
        FloatVector sum11 = FloatVector.fromArray(F, to, odd + sums.each);
        int in = from;
        int i = 0;
        int even = rows.scale;
        int next = rows.next;
        for (int stretch = 0; stretch < rows.stretches; stretch++) {
            FloatVector s00 = FloatVector.zero(F);
            FloatVector s01 = FloatVector.zero(F);
            FloatVector s10 = FloatVector.zero(F);
            FloatVector s11 = FloatVector.zero(F);
            for (int part = 0; part < PARTS; part++) {
                FloatVector x0 = FloatVector.fromArray(F, x, in);
                FloatVector x1 = FloatVector.fromArray(F, x, in + apart);
                FloatVector w0 = FloatVector.fromArray(F, w, i);
                s00 = w0.fma(x0, s00);
                s01 = w0.fma(x1, s01);
                FloatVector w1 = FloatVector.fromArray(F, w, i + rows.gap);
                s10 = w1.fma(x0, s10);
                s11 = w1.fma(x1, s11);
                i += WIDTH;
                in += WIDTH;
            }
            FloatVector scale0 = FloatVector.fromArray(F, scales.values, even).rearrange(BY_EIGHT);
            sum00 = s00.fma(scale0, sum00);
            sum01 = s01.fma(scale0, sum01);
            FloatVector scale1 = FloatVector.fromArray(F, scales.values, next).rearrange(BY_EIGHT);
            sum10 = s10.fma(scale1, sum10);
            sum11 = s11.fma(scale1, sum11);
            even += scales.stretch;
            next += scales.stretch;
        }
        sum00.intoArray(to, sums.at);
        sum01.intoArray(to, sums.at + sums.each);
        sum10.intoArray(to, odd);
        sum11.intoArray(to, odd + sums.each);
    }

    /// Spreads a vector: of each stretch number `k` of lane `l` at place `k · WIDTH + l`.
    ///
    /// @param count numbers, whole stretches
    static void spread(float[] x, int from, int count, float[] to, int at) {
        int stretch = PARTS * WIDTH;
        int out = at;
        for (int i = from; i < from + count; i += stretch) {
            for (int lane = 0; lane < WIDTH; lane++) {
                for (int k = 0; k < PARTS; k++) {
                    to[out + k * WIDTH + lane] = x[i + lane * PARTS + k];
                }
            }
            out += stretch;
        }
    }
}
