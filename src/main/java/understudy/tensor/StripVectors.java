package understudy.tensor;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;
import static understudy.tensor.StripNumbers.BYTE;
import static understudy.tensor.StripNumbers.FLIPPED;
import static understudy.tensor.StripNumbers.NIBBLE;
import static understudy.tensor.StripNumbers.SIXTEEN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Products of strips of rows with a few vectors, for decoding: a lane is a row, see [Strips].
///
/// A number is taken out of all lanes by a shift, a mask and the bits of a float, which makes
/// `16 + q` (`384 + q`) of it without any conversion. A group's sum of those times x is scaled, and
/// the sum of x in the group times `low`, the minimum less 16 (384) scales, is added. Two strips go
/// side by side, or the sums would wait for themselves. A row's sum goes in the order of its
/// columns, whether one vector is multiplied or several.
///
/// The loops take numbers out without helpers, which the JIT compiler would stop to inline in
/// methods of this size; what is called before them, [StripScales#read], it inlines.
final class StripVectors {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> L = LongVector.SPECIES_PREFERRED;
    private static final int WIDTH = Lanes.WIDTH;

    /// Bytes from a word of both strips' rows to the next one.
    private static final long NEXT = 8L * WIDTH;

    private static final VectorShuffle<Integer> LOW = VectorShuffle.makeZip(I, 0);
    private static final VectorShuffle<Integer> HIGH = VectorShuffle.makeZip(I, 1);
    private static final VectorShuffle<Long> LOW_PAIRS = VectorShuffle.makeZip(L, 0);
    private static final VectorShuffle<Long> HIGH_PAIRS = VectorShuffle.makeZip(L, 1);

    /// What numbers of 4 bits have too much.
    private static final float OF_QUARTERS = 16;

    /// What bytes have too much.
    private static final float OF_BYTES = 256 + 128;

    private static final int HIGH_HALF = 0xffff0000;

    private StripVectors() {}

    /// Some groups of two strips.
    ///
    /// @param at     address of the first
    /// @param groups how many
    /// @param apart  bytes from one to the next
    /// @param skip   bytes in front of its numbers
    record Two(long at, int groups, int apart, int skip) {}

    /// What groups are scaled with, and their lows: of each group a vector of the first strip and
    /// one of the second.
    record Scales(float[] values, float[] lows) {}

    /// Scales and lows of numbers of 4 bits.
    static void scales(Two strips, StripScales form, Scales to) {
        for (int i = 0; i < 2 * strips.groups; i++) {
            long in = strips.at + (long) (i / 2) * strips.apart + i % 2 * form.second();
            FloatVector scale = form.read(in, form.up());
            FloatVector minimum = form.read(in + form.minima(), 0);
            scale.intoArray(to.values, i * WIDTH);
            scale.fma(FloatVector.broadcast(F, -OF_QUARTERS), minimum)
                    .intoArray(to.lows, i * WIDTH);
        }
    }

    /// Scales and lows of bytes.
    static void scalesOfBytes(Two strips, StripScales form, Scales to) {
        for (int i = 0; i < 2 * strips.groups; i++) {
            long in = strips.at + (long) (i / 2) * strips.apart;
            FloatVector scale = form.read(in, i % 2 == 0 ? form.up() : 0);
            scale.intoArray(to.values, i * WIDTH);
            scale.mul(-OF_BYTES).intoArray(to.lows, i * WIDTH);
        }
    }

    /// A vector, which begins at `from`, and the sums of its groups.
    record One(float[] values, int from, float[] sums, int sum) {}

    /// Sums of two strips of 4-bit numbers with a vector.
    static void quarters(Two strips, StripScales form, One input, float[] sums) {
        FloatVector sum0 = FloatVector.zero(F);
        FloatVector sum1 = FloatVector.zero(F);
        float[] values = input.values;
        long in = strips.at;
        int c = input.from;
        for (int group = 0; group < strips.groups; group++) {
            FloatVector scale0 = form.read(in, form.up());
            FloatVector low0 = form.read(in + form.minima(), 0);
            FloatVector scale1 = form.read(in + form.second(), form.up());
            FloatVector low1 = form.read(in + form.second() + form.minima(), 0);
            low0 = scale0.fma(FloatVector.broadcast(F, -OF_QUARTERS), low0);
            low1 = scale1.fma(FloatVector.broadcast(F, -OF_QUARTERS), low1);
            in += strips.skip;
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = FloatVector.zero(F);
            for (int word = 0; word < 4; word++) {
                IntVector v = IntVector.fromMemorySegment(I, Native.ALL, in, Native.ORDER);
                IntVector u =
                        IntVector.fromMemorySegment(I, Native.ALL, in + 4L * WIDTH, Native.ORDER);
                FloatVector x = FloatVector.broadcast(F, values[c + 1]);
                s0 = v.lanewise(LSHL, 19).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 19).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c]);
                s0 = v.lanewise(LSHL, 15).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 15).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 3]);
                s0 = v.lanewise(LSHL, 11).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 11).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 2]);
                s0 = v.lanewise(LSHL, 7).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 7).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 5]);
                s0 = v.lanewise(LSHL, 3).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 3).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 4]);
                s0 = v.lanewise(LSHR, 1).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHR, 1).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 7]);
                s0 = v.lanewise(LSHR, 5).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHR, 5).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 6]);
                s0 = v.lanewise(LSHR, 9).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHR, 9).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                in += 8L * WIDTH;
                c += 8;
            }
            FloatVector all = FloatVector.broadcast(F, input.sums[input.sum + group]);
            sum0 = s0.fma(scale0, all.fma(low0, sum0));
            sum1 = s1.fma(scale1, all.fma(low1, sum1));
        }
        sum0.intoArray(sums, 0);
        sum1.intoArray(sums, WIDTH);
    }

    /// Sums of two strips of bytes with a vector.
    static void bytes(Two strips, StripScales form, One x, float[] sums) {
        FloatVector sum0 = FloatVector.zero(F);
        FloatVector sum1 = FloatVector.zero(F);
        float[] values = x.values;
        long in = strips.at;
        int c = x.from;
        for (int group = 0; group < strips.groups; group++) {
            FloatVector scale0 = form.read(in, form.up());
            FloatVector scale1 = form.read(in, 0);
            in += strips.skip;
            FloatVector part0 = FloatVector.zero(F);
            FloatVector part1 = FloatVector.zero(F);
            for (int word = 0; word < 8; word++) {
                IntVector v = IntVector.fromMemorySegment(I, Native.ALL, in, Native.ORDER);
                IntVector u =
                        IntVector.fromMemorySegment(I, Native.ALL, in + 4L * WIDTH, Native.ORDER);
                FloatVector all = FloatVector.broadcast(F, values[c]);
                FloatVector w =
                        v.lanewise(LSHL, 15).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part0 = w.fma(all, part0);
                w = u.lanewise(LSHL, 15).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part1 = w.fma(all, part1);
                all = FloatVector.broadcast(F, values[c + 1]);
                w = v.lanewise(LSHL, 7).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part0 = w.fma(all, part0);
                w = u.lanewise(LSHL, 7).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part1 = w.fma(all, part1);
                all = FloatVector.broadcast(F, values[c + 2]);
                w = v.lanewise(LSHR, 1).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part0 = w.fma(all, part0);
                w = u.lanewise(LSHR, 1).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part1 = w.fma(all, part1);
                all = FloatVector.broadcast(F, values[c + 3]);
                w = v.lanewise(LSHR, 9).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part0 = w.fma(all, part0);
                w = u.lanewise(LSHR, 9).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
                part1 = w.fma(all, part1);
                in += 8L * WIDTH;
                c += 4;
            }
            FloatVector all = FloatVector.broadcast(F, x.sums[x.sum + group]);
            sum0 = part0.fma(scale0, all.fma(scale0.mul(-OF_BYTES), sum0));
            sum1 = part1.fma(scale1, all.fma(scale1.mul(-OF_BYTES), sum1));
        }
        sum0.intoArray(sums, 0);
        sum1.intoArray(sums, WIDTH);
    }

    /// Products of a group of two strips with four vectors, before they are scaled.
    ///
    /// @param at     address of its numbers
    /// @param values of [Activations.Form#EIGHTS]
    /// @param from   where the group's first column of the first vector is
    /// @param parts  receives of each vector x two vectors, from `to` on
    static void four(long at, StripNumbers form, float[] values, int from, float[] parts, int to) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        FloatVector b1 = FloatVector.zero(F);
        FloatVector c0 = FloatVector.zero(F);
        FloatVector c1 = FloatVector.zero(F);
        FloatVector d0 = FloatVector.zero(F);
        FloatVector d1 = FloatVector.zero(F);
        long in = at;
        int column = from;
        for (int word = 0; word < form.words(); word++) {
            IntVector v = form.read(in);
            IntVector u = form.read(in + 4L * WIDTH);
            for (int i = 0; i < form.each(); i++) {
                FloatVector w0 = form.number(v);
                FloatVector w1 = form.number(u);
                v = form.next(v);
                u = form.next(u);
                int x = column + 8 * (i ^ form.swapped());
                FloatVector all = FloatVector.broadcast(F, values[x]);
                a0 = w0.fma(all, a0);
                a1 = w1.fma(all, a1);
                all = FloatVector.broadcast(F, values[x + 1]);
                b0 = w0.fma(all, b0);
                b1 = w1.fma(all, b1);
                all = FloatVector.broadcast(F, values[x + 2]);
                c0 = w0.fma(all, c0);
                c1 = w1.fma(all, c1);
                all = FloatVector.broadcast(F, values[x + 3]);
                d0 = w0.fma(all, d0);
                d1 = w1.fma(all, d1);
            }
            in += 8L * WIDTH;
            column += 8 * form.each();
        }
        Lanes.put(a0, a1, b0, b1, parts, to);
        Lanes.put(c0, c1, d0, d1, parts, to + 4 * WIDTH);
    }

    /// [#four] with eight vectors, of one of the two strips.
    ///
    /// @param parts receives of each vector x a vector, and leaves one for the other strip
    static void eight(long at, StripNumbers form, float[] values, int from, float[] parts, int to) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        FloatVector e = FloatVector.zero(F);
        FloatVector f = FloatVector.zero(F);
        FloatVector g = FloatVector.zero(F);
        FloatVector h = FloatVector.zero(F);
        long in = at;
        int column = from;
        for (int word = 0; word < form.words(); word++) {
            IntVector v = form.read(in);
            for (int i = 0; i < form.each(); i++) {
                FloatVector w = form.number(v);
                v = form.next(v);
                int x = column + 8 * (i ^ form.swapped());
                FloatVector all = FloatVector.broadcast(F, values[x]);
                a = w.fma(all, a);
                all = FloatVector.broadcast(F, values[x + 1]);
                b = w.fma(all, b);
                all = FloatVector.broadcast(F, values[x + 2]);
                c = w.fma(all, c);
                all = FloatVector.broadcast(F, values[x + 3]);
                d = w.fma(all, d);
                all = FloatVector.broadcast(F, values[x + 4]);
                e = w.fma(all, e);
                all = FloatVector.broadcast(F, values[x + 5]);
                f = w.fma(all, f);
                all = FloatVector.broadcast(F, values[x + 6]);
                g = w.fma(all, g);
                all = FloatVector.broadcast(F, values[x + 7]);
                h = w.fma(all, h);
            }
            in += 8L * WIDTH;
            column += 8 * form.each();
        }
        a.intoArray(parts, to);
        b.intoArray(parts, to + 2 * WIDTH);
        c.intoArray(parts, to + 4 * WIDTH);
        d.intoArray(parts, to + 6 * WIDTH);
        e.intoArray(parts, to + 8 * WIDTH);
        f.intoArray(parts, to + 10 * WIDTH);
        g.intoArray(parts, to + 12 * WIDTH);
        h.intoArray(parts, to + 14 * WIDTH);
    }

    /// Sums of groups of some vectors, by where they begin.
    record Several(float[] sums, int[] starts) {}

    /// Scales what [#four] or [#eight] gave, and adds it.
    ///
    /// @param sums of each vector x two vectors, from `to` on
    static void scale(float[] parts, int groups, Scales scales, Several x, float[] sums, int to) {
        int count = x.starts.length;
        for (int place = 0; place < 2 * count; place++) {
            int from = x.starts[place / 2];
            int at = place % 2 * WIDTH;
            FloatVector sum = FloatVector.fromArray(F, sums, to + place * WIDTH);
            for (int group = 0; group < groups; group++) {
                FloatVector all = FloatVector.broadcast(F, x.sums[from + group]);
                FloatVector part =
                        FloatVector.fromArray(F, parts, (2 * count * group + place) * WIDTH);
                sum = all.fma(FloatVector.fromArray(F, scales.lows, at), sum);
                sum = part.fma(FloatVector.fromArray(F, scales.values, at), sum);
                at += 2 * WIDTH;
            }
            sum.intoArray(sums, to + place * WIDTH);
        }
    }

    /// Sums of two strips of pairs in bfloat16 with a vector.
    ///
    /// @param at    address of the first pairs of each row
    /// @param pairs a row
    /// @param from  where the vector begins
    static void halves(long at, int pairs, float[] values, int from, float[] sums) {
        FloatVector sum0 = FloatVector.zero(F);
        FloatVector sum1 = FloatVector.zero(F);
        long in = at;
        for (int c = from; c < from + 2 * pairs; c += 2) {
            IntVector v = IntVector.fromMemorySegment(I, Native.ALL, in, Native.ORDER);
            IntVector u = IntVector.fromMemorySegment(I, Native.ALL, in + 4L * WIDTH, Native.ORDER);
            FloatVector x = FloatVector.broadcast(F, values[c]);
            sum0 = v.lanewise(LSHL, 16).reinterpretAsFloats().fma(x, sum0);
            sum1 = u.lanewise(LSHL, 16).reinterpretAsFloats().fma(x, sum1);
            x = FloatVector.broadcast(F, values[c + 1]);
            sum0 = v.and(HIGH_HALF).reinterpretAsFloats().fma(x, sum0);
            sum1 = u.and(HIGH_HALF).reinterpretAsFloats().fma(x, sum1);
            in += 8L * WIDTH;
        }
        sum0.intoArray(sums, 0);
        sum1.intoArray(sums, WIDTH);
    }

    /// [#halves] of floats.
    static void floats(long at, int columns, float[] values, int from, float[] sums) {
        FloatVector sum0 = FloatVector.zero(F);
        FloatVector sum1 = FloatVector.zero(F);
        long in = at;
        for (int c = from; c < from + columns; c++) {
            FloatVector x = FloatVector.broadcast(F, values[c]);
            sum0 = FloatVector.fromMemorySegment(F, Native.ALL, in, Native.ORDER).fma(x, sum0);
            in += 4L * WIDTH;
            sum1 = FloatVector.fromMemorySegment(F, Native.ALL, in, Native.ORDER).fma(x, sum1);
            in += 4L * WIDTH;
        }
        sum0.intoArray(sums, 0);
        sum1.intoArray(sums, WIDTH);
    }

    /// What a group of 4-bit numbers of two strips is scaled with, a number a row.
    ///
    /// @param at address of the group
    static void scaled(long at, StripScales form, FourBit.Scaled to) {
        for (int strip = 0; strip < 2; strip++) {
            long in = at + strip * form.second();
            form.read(in, form.up()).intoArray(to.scales(), strip * WIDTH);
            form.read(in + form.minima(), 0).intoArray(to.minima(), strip * WIDTH);
        }
    }

    /// Puts the four words that each row of two strips has in a group side by side.
    ///
    /// @param at address of the group's numbers
    /// @param to address of 16 bytes a row
    static void gather(long at, long to) {
        for (int strip = 0; strip < 2; strip++) {
            long in = at + 4L * strip * WIDTH;
            long out = to + 16L * strip * WIDTH;
            IntVector a = IntVector.fromMemorySegment(I, Native.ALL, in, Native.ORDER);
            IntVector b = IntVector.fromMemorySegment(I, Native.ALL, in + NEXT, Native.ORDER);
            IntVector c = IntVector.fromMemorySegment(I, Native.ALL, in + 2 * NEXT, Native.ORDER);
            IntVector d = IntVector.fromMemorySegment(I, Native.ALL, in + 3 * NEXT, Native.ORDER);
            LongVector ab = a.rearrange(LOW, b).reinterpretAsLongs();
            LongVector cd = c.rearrange(LOW, d).reinterpretAsLongs();
            ab.rearrange(LOW_PAIRS, cd).intoMemorySegment(Native.ALL, out, Native.ORDER);
            ab.rearrange(HIGH_PAIRS, cd)
                    .intoMemorySegment(Native.ALL, out + 4L * WIDTH, Native.ORDER);
            ab = a.rearrange(HIGH, b).reinterpretAsLongs();
            cd = c.rearrange(HIGH, d).reinterpretAsLongs();
            ab.rearrange(LOW_PAIRS, cd)
                    .intoMemorySegment(Native.ALL, out + 8L * WIDTH, Native.ORDER);
            ab.rearrange(HIGH_PAIRS, cd)
                    .intoMemorySegment(Native.ALL, out + 12L * WIDTH, Native.ORDER);
        }
    }
}
