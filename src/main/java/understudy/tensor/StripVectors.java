package understudy.tensor;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
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
    private static final int WIDTH = Lanes.WIDTH;

    /// What numbers of 4 bits have too much.
    private static final float OF_QUARTERS = 16;

    /// What bytes have too much.
    private static final float OF_BYTES = 256 + 128;

    private static final int SIXTEEN = Float.floatToRawIntBits(16f);
    private static final int NIBBLE = 0x780000; // the first four bits of its fraction are its ones
    private static final int FLIPPED = Float.floatToRawIntBits(256f + 128f); // also the sign of q
    private static final int BYTE = 0x7f8000; // of 256 the first eight are

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
                FloatVector x = FloatVector.broadcast(F, values[c]);
                s0 = v.lanewise(LSHL, 15).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 15).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 1]);
                s0 = v.lanewise(LSHL, 19).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 19).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 2]);
                s0 = v.lanewise(LSHL, 7).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 7).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 3]);
                s0 = v.lanewise(LSHL, 11).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 11).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 4]);
                s0 = v.lanewise(LSHR, 1).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHR, 1).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 5]);
                s0 = v.lanewise(LSHL, 3).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHL, 3).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 6]);
                s0 = v.lanewise(LSHR, 9).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHR, 9).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
                x = FloatVector.broadcast(F, values[c + 7]);
                s0 = v.lanewise(LSHR, 5).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s0);
                s1 = u.lanewise(LSHR, 5).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats().fma(x, s1);
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

    /// What 4-bit numbers of two strips are multiplied as: a vector of each strip a column.
    static void readQuarters(Two strips, long to) {
        long in = strips.at;
        long out = to;
        for (int word = 0; word < 4 * strips.groups; word++) {
            in += word % 4 == 0 ? strips.skip : 0;
            IntVector v = IntVector.fromMemorySegment(I, Native.ALL, in, Native.ORDER);
            IntVector u = IntVector.fromMemorySegment(I, Native.ALL, in + 4L * WIDTH, Native.ORDER);
            FloatVector w = v.lanewise(LSHL, 15).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out, Native.ORDER);
            w = u.lanewise(LSHL, 15).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 4L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHL, 19).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 8L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHL, 19).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 12L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHL, 7).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 16L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHL, 7).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 20L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHL, 11).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 24L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHL, 11).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 28L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHR, 1).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 32L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHR, 1).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 36L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHL, 3).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 40L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHL, 3).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 44L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHR, 9).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 48L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHR, 9).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 52L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHR, 5).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 56L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHR, 5).and(NIBBLE).or(SIXTEEN).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 60L * WIDTH, Native.ORDER);
            in += 8L * WIDTH;
            out += 64L * WIDTH;
        }
    }

    /// What bytes of two strips are multiplied as: a vector of each strip a column.
    static void readBytes(Two strips, long to) {
        long in = strips.at;
        long out = to;
        for (int word = 0; word < 8 * strips.groups; word++) {
            in += word % 8 == 0 ? strips.skip : 0;
            IntVector v = IntVector.fromMemorySegment(I, Native.ALL, in, Native.ORDER);
            IntVector u = IntVector.fromMemorySegment(I, Native.ALL, in + 4L * WIDTH, Native.ORDER);
            FloatVector w =
                    v.lanewise(LSHL, 15).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out, Native.ORDER);
            w = u.lanewise(LSHL, 15).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 4L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHL, 7).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 8L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHL, 7).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 12L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHR, 1).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 16L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHR, 1).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 20L * WIDTH, Native.ORDER);
            w = v.lanewise(LSHR, 9).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 24L * WIDTH, Native.ORDER);
            w = u.lanewise(LSHR, 9).and(BYTE).lanewise(XOR, FLIPPED).reinterpretAsFloats();
            w.intoMemorySegment(Native.ALL, out + 28L * WIDTH, Native.ORDER);
            in += 8L * WIDTH;
            out += 32L * WIDTH;
        }
    }

    /// Four vectors, by where they begin, and the sums of their groups.
    record Four(float[] values, int a, int b, int c, int d, float[] sums) {}

    /// Products of some groups of two strips with four vectors, before they are scaled.
    ///
    /// @param w     address, two vectors a column, see [#readQuarters]
    /// @param parts receives of each group and vector x two vectors
    static void four(long w, int groups, Four x, float[] parts) {
        float[] values = x.values;
        long in = w;
        for (int group = 0; group < groups; group++) {
            FloatVector a0 = FloatVector.zero(F);
            FloatVector a1 = FloatVector.zero(F);
            FloatVector b0 = FloatVector.zero(F);
            FloatVector b1 = FloatVector.zero(F);
            FloatVector c0 = FloatVector.zero(F);
            FloatVector c1 = FloatVector.zero(F);
            FloatVector d0 = FloatVector.zero(F);
            FloatVector d1 = FloatVector.zero(F);
            int a = x.a + group * Strips.GROUP;
            int b = x.b + group * Strips.GROUP;
            int c = x.c + group * Strips.GROUP;
            int d = x.d + group * Strips.GROUP;
            for (int i = 0; i < Strips.GROUP; i += 2) {
                FloatVector w0 = FloatVector.fromMemorySegment(F, Native.ALL, in, Native.ORDER);
                FloatVector w1 =
                        FloatVector.fromMemorySegment(F, Native.ALL, in + 4L * WIDTH, Native.ORDER);
                FloatVector all = FloatVector.broadcast(F, values[a + i]);
                a0 = w0.fma(all, a0);
                a1 = w1.fma(all, a1);
                all = FloatVector.broadcast(F, values[b + i]);
                b0 = w0.fma(all, b0);
                b1 = w1.fma(all, b1);
                all = FloatVector.broadcast(F, values[c + i]);
                c0 = w0.fma(all, c0);
                c1 = w1.fma(all, c1);
                all = FloatVector.broadcast(F, values[d + i]);
                d0 = w0.fma(all, d0);
                d1 = w1.fma(all, d1);
                w0 = FloatVector.fromMemorySegment(F, Native.ALL, in + 8L * WIDTH, Native.ORDER);
                w1 = FloatVector.fromMemorySegment(F, Native.ALL, in + 12L * WIDTH, Native.ORDER);
                all = FloatVector.broadcast(F, values[a + i + 1]);
                a0 = w0.fma(all, a0);
                a1 = w1.fma(all, a1);
                all = FloatVector.broadcast(F, values[b + i + 1]);
                b0 = w0.fma(all, b0);
                b1 = w1.fma(all, b1);
                all = FloatVector.broadcast(F, values[c + i + 1]);
                c0 = w0.fma(all, c0);
                c1 = w1.fma(all, c1);
                all = FloatVector.broadcast(F, values[d + i + 1]);
                d0 = w0.fma(all, d0);
                d1 = w1.fma(all, d1);
                in += 16L * WIDTH;
            }
            int to = group * 8 * WIDTH;
            a0.intoArray(parts, to);
            a1.intoArray(parts, to + WIDTH);
            b0.intoArray(parts, to + 2 * WIDTH);
            b1.intoArray(parts, to + 3 * WIDTH);
            c0.intoArray(parts, to + 4 * WIDTH);
            c1.intoArray(parts, to + 5 * WIDTH);
            d0.intoArray(parts, to + 6 * WIDTH);
            d1.intoArray(parts, to + 7 * WIDTH);
        }
    }

    /// Scales what [#four] gave, and adds it.
    ///
    /// @param sums of each vector x two vectors, from `to` on
    static void scale(float[] parts, int groups, Scales scales, Four x, float[] sums, int to) {
        for (int place = 0; place < 8; place++) {
            int from =
                    switch (place / 2) {
                        case 0 -> x.a;
                        case 1 -> x.b;
                        case 2 -> x.c;
                        default -> x.d;
                    };
            int at = place % 2 * WIDTH;
            FloatVector sum = FloatVector.fromArray(F, sums, to + place * WIDTH);
            for (int group = 0; group < groups; group++) {
                FloatVector all = FloatVector.broadcast(F, x.sums[from / Strips.GROUP + group]);
                FloatVector part = FloatVector.fromArray(F, parts, (8 * group + place) * WIDTH);
                sum = all.fma(FloatVector.fromArray(F, scales.lows, at), sum);
                sum = part.fma(FloatVector.fromArray(F, scales.values, at), sum);
                at += 2 * WIDTH;
            }
            sum.intoArray(sums, to + place * WIDTH);
        }
    }
}
