package understudy.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// Products of cached keys in bfloat16 with the queries of four heads that share them: keys are
/// read once, and two of them for each time that the queries are.
final class KeyVectors {
    private static final int WIDTH = Lanes.WIDTH;

    private KeyVectors() {}

    /// @param keys    address of the first, one behind the other
    /// @param count   keys, up to 16
    /// @param columns numbers a key
    /// @param q       four queries in pairs, `columns` apart, see [DotVectors]
    /// @param at      where the first begins
    /// @param sums    receives a vector for each head and key, 16 keys a head
    static void four(long keys, int count, int columns, float[] q, int at, float[] sums) {
        for (int key = 0; key < count; key += 2) {
            int next = Math.min(key + 1, count - 1);
            long in0 = keys + 2L * columns * key;
            long in1 = keys + 2L * columns * next;
            FloatVector a0 = FloatVector.zero(Lanes.F);
            FloatVector a1 = FloatVector.zero(Lanes.F);
            FloatVector b0 = FloatVector.zero(Lanes.F);
            FloatVector b1 = FloatVector.zero(Lanes.F);
            FloatVector c0 = FloatVector.zero(Lanes.F);
            FloatVector c1 = FloatVector.zero(Lanes.F);
            FloatVector d0 = FloatVector.zero(Lanes.F);
            FloatVector d1 = FloatVector.zero(Lanes.F);
            for (int i = 0; i < columns; i += 2 * WIDTH) {
                IntVector pairs0 = Lanes.pairs(in0 + 2L * i);
                IntVector pairs1 = Lanes.pairs(in1 + 2L * i);
                FloatVector even0 = Lanes.first(pairs0);
                FloatVector odd0 = Lanes.second(pairs0);
                FloatVector even1 = Lanes.first(pairs1);
                FloatVector odd1 = Lanes.second(pairs1);
                FloatVector x = Lanes.of(q, at + i);
                a0 = even0.fma(x, a0);
                a1 = even1.fma(x, a1);
                x = Lanes.of(q, at + i + WIDTH);
                a0 = odd0.fma(x, a0);
                a1 = odd1.fma(x, a1);
                x = Lanes.of(q, at + i + columns);
                b0 = even0.fma(x, b0);
                b1 = even1.fma(x, b1);
                x = Lanes.of(q, at + i + WIDTH + columns);
                b0 = odd0.fma(x, b0);
                b1 = odd1.fma(x, b1);
                x = Lanes.of(q, at + i + 2 * columns);
                c0 = even0.fma(x, c0);
                c1 = even1.fma(x, c1);
                x = Lanes.of(q, at + i + WIDTH + 2 * columns);
                c0 = odd0.fma(x, c0);
                c1 = odd1.fma(x, c1);
                x = Lanes.of(q, at + i + 3 * columns);
                d0 = even0.fma(x, d0);
                d1 = even1.fma(x, d1);
                x = Lanes.of(q, at + i + WIDTH + 3 * columns);
                d0 = odd0.fma(x, d0);
                d1 = odd1.fma(x, d1);
            }
            int near = key * WIDTH;
            int far = next * WIDTH;
            a0.intoArray(sums, near);
            a1.intoArray(sums, far);
            b0.intoArray(sums, near + 16 * WIDTH);
            b1.intoArray(sums, far + 16 * WIDTH);
            c0.intoArray(sums, near + 32 * WIDTH);
            c1.intoArray(sums, far + 32 * WIDTH);
            d0.intoArray(sums, near + 48 * WIDTH);
            d1.intoArray(sums, far + 48 * WIDTH);
        }
    }
}
