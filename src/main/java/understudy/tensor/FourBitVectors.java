package understudy.tensor;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// [FourBit] with the table of a block in one or two vector registers, looked up lane by lane.
final class FourBitVectors extends FourBit {
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = I.length();
    private static final VectorSpecies<Byte> B =
            LANES == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;
    private static final VectorShuffle<Integer> ZIP_LOW = VectorShuffle.makeZip(I, 0);
    private static final VectorShuffle<Integer> ZIP_HIGH = VectorShuffle.makeZip(I, 1);

    FourBitVectors(float[] code, int blockSize, boolean minima) {
        super(code, blockSize, minima);
    }

    /// Whether a table of 16 fits into one or two registers.
    static boolean pays() {
        return LANES == 16 || LANES == 8;
    }

    private FloatVector values(int part, float scale, float minimum) {
        FloatVector scaled = FloatVector.fromArray(F, code(), part * LANES).mul(scale);
        return minima() ? scaled.add(minimum) : scaled;
    }

    private static IntVector rounded(FloatVector values) {
        IntVector bits = values.reinterpretAsInts();
        IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
        return bits.add(0x7fff).add(odd).lanewise(VectorOperators.LSHR, 16);
    }

    private static IntVector look(IntVector index, IntVector low, IntVector high) {
        IntVector found = index.selectFrom(low);
        return LANES == 16
                ? found
                : found.blend(index.selectFrom(high), index.compare(VectorOperators.GE, LANES));
    }

    @Override
    void bfloats(long packed, Scaled scaled, long out, int count, long apart) {
        int bytes = blockSize() / 2;
        for (int block = 0; block < count; block++) {
            float scale = scaled.scales()[block];
            float minimum = minima() ? scaled.minima()[block] : 0;
            IntVector low = rounded(values(0, scale, minimum));
            IntVector high = LANES == 16 ? low : rounded(values(1, scale, minimum));
            long in = packed + (long) block * bytes;
            long at = out + block * apart;
            for (int i = 0; i < bytes; i += LANES) {
                IntVector pairs = pairs(in + i);
                IntVector first = look(pairs.lanewise(VectorOperators.LSHR, 4), low, high);
                IntVector second = look(pairs.and(15), low, high);
                first.or(second.lanewise(VectorOperators.LSHL, 16))
                        .intoMemorySegment(Native.ALL, at + 4L * i, Native.ORDER);
            }
        }
    }

    @Override
    void floats(long packed, Scaled scaled, long out, int count, long apart) {
        int bytes = blockSize() / 2;
        for (int block = 0; block < count; block++) {
            float scale = scaled.scales()[block];
            float minimum = minima() ? scaled.minima()[block] : 0;
            IntVector low = values(0, scale, minimum).reinterpretAsInts();
            IntVector high = LANES == 16 ? low : values(1, scale, minimum).reinterpretAsInts();
            long in = packed + (long) block * bytes;
            long at = out + block * apart;
            for (int i = 0; i < bytes; i += LANES) {
                IntVector pairs = pairs(in + i);
                IntVector first = look(pairs.lanewise(VectorOperators.LSHR, 4), low, high);
                IntVector second = look(pairs.and(15), low, high);
                first.rearrange(ZIP_LOW, second)
                        .intoMemorySegment(Native.ALL, at + 8L * i, Native.ORDER);
                first.rearrange(ZIP_HIGH, second)
                        .intoMemorySegment(Native.ALL, at + 8L * i + 4L * LANES, Native.ORDER);
            }
        }
    }

    private static IntVector pairs(long address) {
        return (IntVector)
                ByteVector.fromMemorySegment(B, Native.ALL, address, Native.ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0);
    }
}
