package understudy.tensor;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// [Int8Kernel] with vectors; bfloat16 through an array of floats.
final class Int8Vectors extends Int8Kernel {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * F.length())));

    private static FloatVector scaled(long in, float scale) {
        FloatVector numbers =
                (FloatVector)
                        ByteVector.fromMemorySegment(B, Native.ALL, in, Native.ORDER)
                                .convertShape(VectorOperators.B2F, F, 0);
        return numbers.mul(scale);
    }

    /// What vectors can do without reading behind the last number.
    private static int whole(int count) {
        return Math.max(0, count - B.length() + 1);
    }

    @Override
    void floats(long in, float scale, long out, int count) {
        int i = 0;
        for (; i < whole(count); i += F.length()) {
            scaled(in + i, scale).intoMemorySegment(Native.ALL, out + 4L * i, Native.ORDER);
        }
        super.floats(in + i, scale, out + 4L * i, count - i);
    }

    @Override
    void bfloats(long in, float scale, long out, int count) {
        float[] row = new float[count];
        int i = 0;
        for (; i < whole(count); i += F.length()) {
            scaled(in + i, scale).intoArray(row, i);
        }
        RowCodec.of(ComputeType.BF16).write(row, out, i);
        super.bfloats(in + i, scale, out + 2L * i, count - i);
    }
}
