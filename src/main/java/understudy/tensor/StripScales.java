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

    static StripScales of(Strips.Kind kind) {
        long vector = 4L * Lanes.WIDTH;
        return switch (kind) {
            case QUARTERS_HALVES -> new StripScales(0, vector, 16, 3, HALF, BIAS);
            case QUARTERS_FLOATS -> new StripScales(2 * vector, vector, 0, 0, -1, 1);
            case BYTES -> new StripScales(0, 0, 16, 3, HALF, BIAS);
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
