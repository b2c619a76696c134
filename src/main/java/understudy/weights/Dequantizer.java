package understudy.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Stored weights to 32-bit floats and back to bfloat16, in plain loops over arrays that the JIT
/// compiler turns into vector instructions; on all cores for big tensors.
///
/// Block formats of GGUF: those of 32 neighbours of a row are described at [SmallBlocks], those of
/// 256 at [SuperBlocks]. Every operation is one of 32-bit floats in the order of the formulas
/// there, without fused multiply-adds, so that the floats are those of other readers bit for bit.
public final class Dequantizer {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat STORED_FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort BFLOAT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private Dequantizer() {}

    /// Whether the elements of `type` can be read as floats.
    public static boolean supports(WeightType type) {
        return switch (type) {
            case F32, F16, BF16 -> true;
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL -> true;
            case Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_XS -> true;
            default -> false;
        };
    }

    /// @param stored whole blocks of `type`
    /// @param out    as many floats as `stored` has elements
    public static void toFloats(WeightType type, MemorySegment stored, float[] out) {
        toFloats(type, stored, MemorySegment.ofArray(out));
    }

    /// @param stored whole blocks of `type`
    /// @param out    4 bytes for each element, native order; may not overlap `stored`
    public static void toFloats(WeightType type, MemorySegment stored, MemorySegment out) {
        if (!supports(type)) {
            throw new IllegalArgumentException("no reader for " + type);
        }
        long blocks = stored.byteSize() / type.blockBytes();
        long elements = Math.multiplyExact(blocks, (long) type.blockElements());
        if (blocks * type.blockBytes() != stored.byteSize() || out.byteSize() != 4 * elements) {
            throw new IllegalArgumentException(
                    "%d bytes of %s do not become %d bytes of floats"
                            .formatted(stored.byteSize(), type, out.byteSize()));
        }
        Pieces.each(
                elements,
                stored,
                out,
                (from, count) -> {
                    MemorySegment piece = stored.asSlice(type.bytesOf(from), type.bytesOf(count));
                    float[] floats = decode(type, piece, count);
                    MemorySegment.copy(floats, 0, out, FLOAT, 4 * from, count);
                });
    }

    /// Rounds to the nearest bfloat16, ties to even; NaN stays NaN.
    ///
    /// @param floats native order
    /// @param out    2 bytes for each float, native order
    public static void toBfloat16(MemorySegment floats, MemorySegment out) {
        long elements = floats.byteSize() / 4;
        if (elements * 4 != floats.byteSize() || out.byteSize() != 2 * elements) {
            throw new IllegalArgumentException(
                    "%d bytes of floats do not become %d bytes of bfloat16"
                            .formatted(floats.byteSize(), out.byteSize()));
        }
        Pieces.each(
                elements,
                floats,
                out,
                (from, count) -> {
                    float[] in = new float[count];
                    MemorySegment.copy(floats, FLOAT, 4 * from, in, 0, count);
                    short[] rounded = new short[count];
                    for (int i = 0; i < count; i++) {
                        rounded[i] = bfloat16(in[i]);
                    }
                    MemorySegment.copy(rounded, 0, out, BFLOAT, 2 * from, count);
                });
    }

    /// The bfloat16 nearest to `value`, ties to even.
    public static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
        int quietNan = (bits >>> 16) | 0x40; // rounding up could turn a NaN into an infinity
        return (short) ((bits & 0x7fff_ffff) > 0x7f80_0000 ? quietNan : rounded);
    }

    private static float[] decode(WeightType type, MemorySegment piece, int count) {
        float[] out = new float[count];
        switch (type) {
            case F32 -> MemorySegment.copy(piece, STORED_FLOAT, 0, out, 0, count);
            case F16 -> half(shorts(piece, count), out);
            case BF16 -> bfloat(shorts(piece, count), out);
            case Q8_0 -> SmallBlocks.q80(Pieces.bytes(piece), out);
            case Q4_0 -> SmallBlocks.q40(Pieces.bytes(piece), out);
            case Q4_1 -> SmallBlocks.q41(Pieces.bytes(piece), out);
            case Q5_0 -> SmallBlocks.q50(Pieces.bytes(piece), out);
            case Q5_1 -> SmallBlocks.q51(Pieces.bytes(piece), out);
            case IQ4_NL -> SmallBlocks.iq4nl(Pieces.bytes(piece), out);
            case Q2_K -> SuperBlocks.q2k(Pieces.bytes(piece), out);
            case Q3_K -> SuperBlocks.q3k(Pieces.bytes(piece), out);
            case Q4_K -> SuperBlocks.q4k(Pieces.bytes(piece), out);
            case Q5_K -> SuperBlocks.q5k(Pieces.bytes(piece), out);
            case Q6_K -> SuperBlocks.q6k(Pieces.bytes(piece), out);
            case IQ4_XS -> SuperBlocks.iq4xs(Pieces.bytes(piece), out);
            default -> throw new IllegalArgumentException("no reader for " + type);
        }
        return out;
    }

    private static short[] shorts(MemorySegment piece, int count) {
        short[] raw = new short[count];
        MemorySegment.copy(piece, SHORT, 0, raw, 0, count);
        return raw;
    }

    private static void half(short[] in, float[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = Float.float16ToFloat(in[i]);
        }
    }

    private static void bfloat(short[] in, float[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = Float.intBitsToFloat(in[i] << 16);
        }
    }
}
