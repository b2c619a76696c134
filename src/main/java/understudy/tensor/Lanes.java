package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Numbers in memory as vectors of floats, whichever of the two compute types they have.
///
/// The kernels call these methods in their inner loops. One process computes in one type, so the
/// JIT compiler sees one implementation and inlines it.
abstract class Lanes {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final int WIDTH = F.length();

    private static final float LOG2E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -0.00021219444f;

    /// Adding it leaves a number's nearest whole in the lowest bits.
    private static final float ROUNDER = 12582912f;

    private static final float LOWEST = -87f;
    private static final float HIGHEST = 88f;

    /// Numbers `i` to `i + WIDTH` of those at `address`.
    abstract FloatVector load(long address, long i);

    abstract void store(FloatVector values, long address, long i);

    abstract float get(long address, long i);

    abstract void set(float value, long address, long i);

    /// Bytes a number.
    abstract int bytes();

    static Lanes of(ComputeType type) {
        return type == ComputeType.BF16 ? Half.LANES : Full.LANES;
    }

    private static final class Half extends Lanes {
        private static final Lanes LANES = new Half();

        @Override
        FloatVector load(long address, long i) {
            return Bfloats.load(address + 2 * i);
        }

        @Override
        void store(FloatVector values, long address, long i) {
            Bfloats.store(values, address + 2 * i);
        }

        @Override
        float get(long address, long i) {
            return Float.intBitsToFloat(Native.ALL.get(Native.SHORT, address + 2 * i) << 16);
        }

        @Override
        void set(float value, long address, long i) {
            Native.ALL.set(Native.SHORT, address + 2 * i, Native.bfloat16(value));
        }

        @Override
        int bytes() {
            return 2;
        }
    }

    private static final class Full extends Lanes {
        private static final Lanes LANES = new Full();

        @Override
        FloatVector load(long address, long i) {
            return FloatVector.fromMemorySegment(F, Native.ALL, address + 4 * i, Native.ORDER);
        }

        @Override
        void store(FloatVector values, long address, long i) {
            values.intoMemorySegment(Native.ALL, address + 4 * i, Native.ORDER);
        }

        @Override
        float get(long address, long i) {
            return Native.ALL.get(Native.FLOAT, address + 4 * i);
        }

        @Override
        void set(float value, long address, long i) {
            Native.ALL.set(Native.FLOAT, address + 4 * i, value);
        }

        @Override
        int bytes() {
            return 4;
        }
    }

    /// e to the power of each lane, within 2 units of the last place from -87 to 88, and the value
    /// at the nearer end beyond: `2^k · p(r)` with `x = k·ln2 + r` (Cephes' expf).
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(LOWEST).min(HIGHEST);
        FloatVector shifted = bounded.fma(broadcast(LOG2E), broadcast(ROUNDER));
        FloatVector whole = shifted.sub(ROUNDER);
        FloatVector r = whole.fma(broadcast(-LN2_HIGH), bounded);
        r = whole.fma(broadcast(-LN2_LOW), r);
        FloatVector p = broadcast(0.00019875691f);
        p = p.fma(r, broadcast(0.0013981999f));
        p = p.fma(r, broadcast(0.008333452f));
        p = p.fma(r, broadcast(0.041665796f));
        p = p.fma(r, broadcast(0.16666666f));
        p = p.fma(r, broadcast(0.5f));
        p = p.fma(r.mul(r), r).add(1f);
        IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector result = p.reinterpretAsInts().add(power).reinterpretAsFloats();
        return result.add(bounded.sub(bounded)); // NaN stays NaN: a step must not hide one
    }

    static FloatVector broadcast(float value) {
        return FloatVector.broadcast(F, value);
    }

    static FloatVector zero() {
        return FloatVector.zero(F);
    }

    static float sum(FloatVector values) {
        return values.reduceLanes(VectorOperators.ADD);
    }
}
