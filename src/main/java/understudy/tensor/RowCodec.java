package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Rows of numbers in memory to and from arrays of floats, whichever of the two compute types they
/// have.
///
/// The kernels work on arrays of one row, which stay in the first cache. Each vector loop is a
/// method of its own, here and in [RowMath], and the launcher forbids to inline them: the JIT
/// compiler gives up on vectors in a method that has grown beyond some thirty of their operations,
/// and makes an object of each.
abstract class RowCodec {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final int WIDTH = F.length();
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(16 * WIDTH));

    /// @param to receives `count` numbers, a multiple of [#WIDTH]
    abstract void read(long address, float[] to, int count);

    /// @param from rounded to the nearest, ties to even, where the type is smaller
    abstract void write(float[] from, long address, int count);

    /// Bytes a number.
    abstract int bytes();

    static RowCodec of(ComputeType type) {
        return type == ComputeType.BF16 ? Half.CODEC : Full.CODEC;
    }

    private static final class Half extends RowCodec {
        private static final RowCodec CODEC = new Half();

        @Override
        void read(long address, float[] to, int count) {
            for (int i = 0; i < count; i += WIDTH) {
                ShortVector stored =
                        ShortVector.fromMemorySegment(
                                S, Native.ALL, address + 2L * i, Native.ORDER);
                IntVector wide =
                        (IntVector) stored.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
                wide.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(to, i);
            }
        }

        /// A NaN of arithmetic stays one.
        @Override
        void write(float[] from, long address, int count) {
            for (int i = 0; i < count; i += WIDTH) {
                IntVector bits = FloatVector.fromArray(F, from, i).reinterpretAsInts();
                IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
                IntVector rounded = bits.add(0x7fff).add(odd).lanewise(VectorOperators.LSHR, 16);
                ((ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0))
                        .intoMemorySegment(Native.ALL, address + 2L * i, Native.ORDER);
            }
        }

        @Override
        int bytes() {
            return 2;
        }
    }

    private static final class Full extends RowCodec {
        private static final RowCodec CODEC = new Full();

        @Override
        void read(long address, float[] to, int count) {
            for (int i = 0; i < count; i += WIDTH) {
                FloatVector.fromMemorySegment(F, Native.ALL, address + 4L * i, Native.ORDER)
                        .intoArray(to, i);
            }
        }

        @Override
        void write(float[] from, long address, int count) {
            for (int i = 0; i < count; i += WIDTH) {
                FloatVector.fromArray(F, from, i)
                        .intoMemorySegment(Native.ALL, address + 4L * i, Native.ORDER);
            }
        }

        @Override
        int bytes() {
            return 4;
        }
    }
}
