package understudy.tensor;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Numbers from memory to the lanes of a vector and back, as the loops of [DotVectors] and
/// [RowMath] need them. Apart from those loops, since these few instructions must be inlined, and
/// loops must not.
final class Lanes {
    static final VectorSpecies<Float> F = RowCodec.F;
    static final int WIDTH = RowCodec.WIDTH;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * WIDTH)));
    private static final int HIGH_HALF = 0xffff0000;

    private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(F, 8 % WIDTH, 1, true);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(F, 4 % WIDTH, 1, true);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(F, 2 % WIDTH, 1, true);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(F, 1, 1, true);

    private Lanes() {}

    /// Sum of the lanes, halves onto halves. Small enough to be inlined: as a call it would make
    /// an object of its vector.
    static float ordered(FloatVector lanes) {
        FloatVector v = lanes;
        if (WIDTH > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (WIDTH > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        if (WIDTH > 2) {
            v = v.add(v.rearrange(BY_2));
        }
        return v.add(v.rearrange(BY_1)).lane(0);
    }

    static FloatVector of(float[] from, int at) {
        return FloatVector.fromArray(F, from, at);
    }

    /// Writes four vectors one behind the other.
    static void put(
            FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] to, int at) {
        a.intoArray(to, at);
        b.intoArray(to, at + WIDTH);
        c.intoArray(to, at + 2 * WIDTH);
        d.intoArray(to, at + 3 * WIDTH);
    }

    static FloatVector all(float value) {
        return FloatVector.broadcast(F, value);
    }

    /// A signed byte a lane.
    static FloatVector signed(long address) {
        return (FloatVector)
                ByteVector.fromMemorySegment(B, Native.ALL, address, Native.ORDER)
                        .convertShape(VectorOperators.B2F, F, 0);
    }

    /// A float a lane.
    static FloatVector floats(long address) {
        return FloatVector.fromMemorySegment(F, Native.ALL, address, Native.ORDER);
    }

    /// Four bytes a lane: two neighbours in bfloat16.
    static IntVector pairs(long address) {
        return IntVector.fromMemorySegment(I, Native.ALL, address, Native.ORDER);
    }

    /// Of pairs in bfloat16 the first ones.
    static FloatVector first(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /// Of pairs in bfloat16 the second ones.
    static FloatVector second(IntVector pairs) {
        return pairs.and(HIGH_HALF).reinterpretAsFloats();
    }

    static IntVector ints(int[] from, int at) {
        return IntVector.fromArray(I, from, at);
    }

    /// Of each lane the number at its index in a table of 16, which fills one or two vectors.
    ///
    /// @param index 0 to 15
    static FloatVector look(IntVector index, IntVector low, IntVector high) {
        IntVector found = index.selectFrom(low);
        IntVector all =
                WIDTH == 16
                        ? found
                        : found.blend(
                                index.selectFrom(high), index.compare(VectorOperators.GE, WIDTH));
        return all.reinterpretAsFloats();
    }

    /// Adds halves of stretches of lanes onto halves, of two vectors at once: what was a's is then
    /// in lower halves, what was b's in upper ones.
    static FloatVector fold(
            FloatVector a,
            FloatVector b,
            VectorShuffle<Float> back,
            VectorShuffle<Float> forth,
            VectorMask<Float> upper) {
        return a.blend(b.rearrange(back), upper).add(a.rearrange(forth).blend(b, upper));
    }
}
