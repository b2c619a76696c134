package understudy.tensor;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// How a kind of [Strips] holds what its groups are scaled with, and how that becomes floats: the
/// bits of halves are moved to where floats have them, those of floats stay.
///
/// Apart from the loops of [StripVectors], since these few instructions must be inlined, and loops
/// must not.
///
/// @param minima how far minima lie behind scales, bytes
/// @param second how far what belongs to the second strip lies behind the first's, bytes
/// @param up     by how many bits scales are moved up, of bytes those of the first strip
/// @param down   by how many bits all are moved down then
/// @param mask   bits that are taken
/// @param times  what floats of these bits are multiplied with
record StripScales(long minima, long second, int up, int down, int mask, float times) {
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

    /// A half's exponent and fraction, 13 bits up, and its sign, where a float has them.
    private static final int HALF = 0x8fffe000;

    /// The difference of the exponents' biases.
    private static final float BIAS = 0x1p112f;

    private static final int VECTOR = 4 * Lanes.WIDTH;

    private static final StripScales QUARTERS_HALVES =
            new StripScales(0, VECTOR, 16, 3, HALF, BIAS);
    private static final StripScales QUARTERS_FLOATS =
            new StripScales(2L * VECTOR, VECTOR, 0, 0, -1, 1);
    private static final StripScales OF_BYTES = new StripScales(0, 0, 16, 3, HALF, BIAS);

    static StripScales of(Strips.Kind kind) {
        return switch (kind) {
            case QUARTERS_HALVES -> QUARTERS_HALVES;
            case QUARTERS_FLOATS -> QUARTERS_FLOATS;
            case BYTES -> OF_BYTES;
        };
    }

    /// A vector of them.
    ///
    /// @param up by how many bits they are moved up
    FloatVector read(long at, int up) {
        return IntVector.fromMemorySegment(I, Native.ALL, at, Native.ORDER)
                .lanewise(LSHL, up)
                .lanewise(ASHR, down)
                .and(mask)
                .reinterpretAsFloats()
                .mul(times);
    }
}
