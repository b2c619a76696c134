package understudy.tensor;

import org.bytedeco.pytorch.Tensor;

/// 4-bit whole numbers in groups of 32 neighbours of a row: `weight = q * scale + minimum`, q from
/// 0 to 15.
///
/// Scale and minimum are halves where they come from floats, floats where a GGUF file brings some
/// that a half cannot hold.
final class Int4 {
    static final int GROUP = 32;

    static final FourBit KERNEL = FourBit.of(code(), GROUP, true);

    private Int4() {}

    private static float[] code() {
        float[] code = new float[16];
        for (int i = 0; i < code.length; i++) {
            code[i] = i;
        }
        return code;
    }

    /// Whether rows of `columns` fill whole groups.
    static boolean fits(int columns) {
        return columns % GROUP == 0;
    }

    /// Rounds to the nearest of 16 even steps between the least and the greatest of each group.
    ///
    /// @param floats f32, contiguous, on the CPU; rows of whole groups
    static PackedPart pack(Tensor floats) {
        long size = floats.numel();
        long groups = size / GROUP;
        PackedPart.Bytes packed = PackedPart.Bytes.of(size / 2);
        short[] scales = new short[Math.toIntExact(groups)];
        short[] minima = new short[scales.length];
        long in = Native.packed(floats);
        Workers.rows(
                groups,
                (from, to) -> {
                    float[] values = new float[GROUP];
                    for (long group = from; group < to; group++) {
                        float least = Float.POSITIVE_INFINITY;
                        float greatest = Float.NEGATIVE_INFINITY;
                        for (int i = 0; i < GROUP; i++) {
                            values[i] = Native.ALL.get(Native.FLOAT, in + 4 * (group * GROUP + i));
                            least = Math.min(least, values[i]);
                            greatest = Math.max(greatest, values[i]);
                        }
                        short minimum = Float.floatToFloat16(least);
                        float base = Float.float16ToFloat(minimum);
                        short scale = Float.floatToFloat16((greatest - base) / 15);
                        scales[(int) group] = scale;
                        minima[(int) group] = minimum;
                        write(
                                values,
                                base,
                                Float.float16ToFloat(scale),
                                packed.address() + group * 16);
                    }
                });
        return new PackedPart(size, KERNEL, packed, new Halves(scales, minima), 4L * groups);
    }

    private static void write(float[] values, float minimum, float scale, long out) {
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < GROUP; i += 2) {
            int first = Math.clamp(Math.round((values[i] - minimum) * inverse), 0, 15);
            int second = Math.clamp(Math.round((values[i + 1] - minimum) * inverse), 0, 15);
            Native.ALL.set(Native.BYTE, out + i / 2, (byte) (first << 4 | second));
        }
    }

    /// Takes over groups as they are.
    ///
    /// @param quants one a number, 0 to 15
    /// @param scales one a group of 32
    /// @param minima one a group of 32
    static PackedPart take(byte[] quants, float[] scales, float[] minima) {
        PackedPart.Bytes packed = PackedPart.Bytes.of(quants.length / 2);
        for (int i = 0; i < quants.length; i += 2) {
            Native.ALL.set(
                    Native.BYTE, packed.address() + i / 2, (byte) (quants[i] << 4 | quants[i + 1]));
        }
        short[] shortScales = halves(scales);
        short[] shortMinima = halves(minima);
        boolean exact = exact(scales, shortScales) && exact(minima, shortMinima);
        FourBit.Blocks blocks =
                exact
                        ? new Halves(shortScales, shortMinima)
                        : new Floats(scales.clone(), minima.clone());
        long bytes = (exact ? 4L : 8L) * scales.length;
        return new PackedPart(quants.length, KERNEL, packed, blocks, bytes);
    }

    private static short[] halves(float[] values) {
        short[] halves = new short[values.length];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = Float.floatToFloat16(values[i]);
        }
        return halves;
    }

    private static boolean exact(float[] values, short[] halves) {
        for (int i = 0; i < values.length; i++) {
            if (Float.float16ToFloat(halves[i]) != values[i]) {
                return false;
            }
        }
        return true;
    }

    /// Halves as floats; the JIT compiler has instructions for many at once.
    static void widen(short[] halves, int from, int count, float[] to) {
        for (int i = 0; i < count; i++) {
            to[i] = Float.float16ToFloat(halves[from + i]);
        }
    }

    /// Whether scales and minima are halves.
    static boolean halves(PackedPart part) {
        return part.blocks() instanceof Halves;
    }

    private record Halves(short[] scales, short[] minima) implements FourBit.Blocks {
        @Override
        public float scale(long block) {
            return Float.float16ToFloat(scales[(int) block]);
        }

        @Override
        public float minimum(long block) {
            return Float.float16ToFloat(minima[(int) block]);
        }

        @Override
        public void scales(long from, int count, float[] to) {
            widen(scales, (int) from, count, to);
        }

        @Override
        public void minima(long from, int count, float[] to) {
            widen(minima, (int) from, count, to);
        }
    }

    private record Floats(float[] scales, float[] minima) implements FourBit.Blocks {
        @Override
        public float scale(long block) {
            return scales[(int) block];
        }

        @Override
        public float minimum(long block) {
            return minima[(int) block];
        }
    }
}
