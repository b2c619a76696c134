package understudy.tensor;

import java.util.Arrays;

/// The 256 numbers of the dynamic 8-bit type of Dettmers (2015, arXiv 1511.04561), up to 1.
///
/// The longer the run of zeros before the indicator bit, the smaller the power of ten, and the
/// fewer bits are left for a linear fraction within it. Computed in floats in the order in which
/// bitsandbytes computes them, so that the same numbers come out to the last bit.
public final class DynamicMap {
    private static final int EXPONENTS = 7;

    private DynamicMap() {}

    /// With both signs.
    public static float[] signed() {
        return sorted(true);
    }

    /// From 0.
    public static float[] unsigned() {
        return sorted(false);
    }

    /// For each of 65,536 even steps from -1 to 1 the index of the nearest number of a sorted map:
    /// bitsandbytes searches in this way on the CPU, so that a number close to the middle of two
    /// may go to the farther one.
    static byte[] nearest(float[] map) {
        byte[] nearest = new byte[1 << 16];
        int high = 1;
        for (int k = 0; k < nearest.length; k++) {
            float value = k * (2f / 65535f) - 1f;
            while (high < map.length - 1 && map[high] < value) {
                high++;
            }
            nearest[k] = (byte) (map[high] - value < value - map[high - 1] ? high : high - 1);
        }
        return nearest;
    }

    /// Where `value`, -1 to 1, is found in [#nearest].
    static int step(float value) {
        return Math.clamp((int) ((value + 1f) * 32767.5f + 0.5f), 0, 65535);
    }

    private static float[] sorted(boolean signed) {
        float[] map = new float[256];
        int n = 0;
        for (int i = 0; i < EXPONENTS; i++) {
            float power = (float) Math.pow(10, i - (EXPONENTS - 1));
            float[] ends = evenly((1 << (signed ? i : i + 1)) + 1);
            for (int j = 0; j + 1 < ends.length; j++) {
                float value = power * ((ends[j] + ends[j + 1]) / 2);
                map[n++] = value;
                if (signed) {
                    map[n++] = -value;
                }
            }
        }
        map[n++] = 0;
        map[n++] = 1;
        float[] all = Arrays.copyOf(map, n);
        Arrays.sort(all);
        if (all.length != 256) {
            throw new IllegalStateException("a map of " + all.length);
        }
        return all;
    }

    /// `count` numbers from 0.1 to 1, counted from the nearer end.
    private static float[] evenly(int count) {
        float[] values = new float[count];
        float step = (1f - 0.1f) / (count - 1);
        for (int i = 0; i < count; i++) {
            values[i] =
                    i < count / 2
                            ? Math.fma(step, (float) i, 0.1f)
                            : Math.fma(-step, (float) (count - 1 - i), 1f);
        }
        return values;
    }
}
