package understudy.tensor;

import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.ROR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// How a kind of [Strips] holds its numbers, which are taken out of 32 bits one behind the other:
/// the first is turned to where the first bits of a float's fraction are, then the next one. Apart
/// from the loops of [StripVectors], as [StripScales].
///
/// @param words   vectors of a group and strip
/// @param each    numbers a lane
/// @param first   by how many bits the first is turned to the left
/// @param step    by how many bits the next one is turned back
/// @param swapped 1 where the two of a byte are swapped, else 0
/// @param mask    the bits of a number
/// @param bits    what makes them a float of 16 (384) and themselves
record StripNumbers(int words, int each, int first, int step, int swapped, int mask, int bits) {
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

    static final int SIXTEEN = Float.floatToRawIntBits(16f);
    static final int NIBBLE = 0x780000; // the first four bits of its fraction are its ones
    static final int FLIPPED = Float.floatToRawIntBits(256f + 128f); // also the sign of q
    static final int BYTE = 0x7f8000; // of 256 the first eight are

    private static final StripNumbers QUARTERS =
            new StripNumbers(Strips.Kind.QUARTERS_HALVES.words(), 8, 19, 4, 1, NIBBLE, SIXTEEN);
    private static final StripNumbers BYTES =
            new StripNumbers(Strips.Kind.BYTES.words(), 4, 15, 8, 0, BYTE, FLIPPED);

    static StripNumbers of(Strips.Kind kind) {
        return kind.quarters() ? QUARTERS : BYTES;
    }

    /// 32 bits of each row.
    IntVector read(long at) {
        return IntVector.fromMemorySegment(I, Native.ALL, at, Native.ORDER).lanewise(ROL, first);
    }

    /// One of its numbers, and what it has too much.
    FloatVector number(IntVector bits) {
        return bits.and(mask).lanewise(XOR, this.bits).reinterpretAsFloats();
    }

    /// Turns it to the next one.
    IntVector next(IntVector bits) {
        return bits.lanewise(ROR, step);
    }
}
