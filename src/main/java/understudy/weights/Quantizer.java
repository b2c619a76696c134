package understudy.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// 32-bit floats to the types that are written to files: the way back from [Dequantizer].
///
/// The block types are described at [SmallBlocks]. Of 32 neighbours x with the largest magnitude m:
///
/// | type | d | q |
/// |---|---|---|
/// | Q8_0 | m / 127 | x / d to the nearest whole number, halves away from 0 |
/// | Q4_0 | (the x of magnitude m) / -8 | x / d + 8.5 without its fraction, 0 to 15 |
///
/// d is divided by as a 32-bit float, by way of 1 / d, and stored as F16. All operations are ones
/// of 32-bit floats. So does the GGUF project's reference (`gguf.quants`), which the golden files
/// are made with: the bytes are the same.
public final class Quantizer {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Quantizer() {}

    /// Whether floats can be written as `type`.
    public static boolean supports(WeightType type) {
        return switch (type) {
            case F32, F16, BF16, Q8_0, Q4_0 -> true;
            default -> false;
        };
    }

    /// @param floats native order, whole blocks of `type`
    /// @param out    as many bytes as `floats` take in `type`
    public static void fromFloats(WeightType type, MemorySegment floats, MemorySegment out) {
        long elements = floats.byteSize() / 4;
        if (!supports(type) || out.byteSize() != type.bytesOf(elements)) {
            throw new IllegalArgumentException(
                    "%d floats do not become %d bytes of %s"
                            .formatted(elements, out.byteSize(), type));
        }
        Pieces.each(
                elements,
                floats,
                out,
                (from, count) -> {
                    float[] in = new float[count];
                    MemorySegment.copy(floats, FLOAT, 4 * from, in, 0, count);
                    byte[] bytes = encode(type, in);
                    long at = type.bytesOf(from);
                    MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, at, bytes.length);
                });
    }

    private static byte[] encode(WeightType type, float[] in) {
        byte[] out = new byte[(int) type.bytesOf(in.length)];
        ByteBuffer buffer = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case F32 -> buffer.asFloatBuffer().put(in);
            case F16 -> {
                for (float value : in) {
                    buffer.putShort(Float.floatToFloat16(value));
                }
            }
            case BF16 -> {
                for (float value : in) {
                    buffer.putShort(Dequantizer.bfloat16(value));
                }
            }
            case Q8_0 -> {
                for (int at = 0; at < in.length; at += SmallBlocks.BLOCK) {
                    q80(in, at, buffer);
                }
            }
            case Q4_0 -> {
                for (int at = 0; at < in.length; at += SmallBlocks.BLOCK) {
                    q40(in, at, buffer);
                }
            }
            default -> throw new IllegalArgumentException("no writer for " + type);
        }
        return out;
    }

    private static void q80(float[] in, int at, ByteBuffer out) {
        float most = 0;
        for (int j = 0; j < SmallBlocks.BLOCK; j++) {
            most = Math.max(most, Math.abs(in[at + j]));
        }
        float d = most / 127;
        float inverse = inverse(d);
        out.putShort(Float.floatToFloat16(d));
        for (int j = 0; j < SmallBlocks.BLOCK; j++) {
            float scaled = in[at + j] * inverse;
            float magnitude = Math.abs(scaled);
            float floor = (float) Math.floor(magnitude);
            float rounded = floor + (float) Math.floor(2 * (magnitude - floor));
            out.put((byte) (scaled < 0 ? -rounded : rounded));
        }
    }

    private static void q40(float[] in, int at, ByteBuffer out) {
        float largest = 0;
        float most = -1;
        for (int j = 0; j < SmallBlocks.BLOCK; j++) {
            float magnitude = Math.abs(in[at + j]);
            if (magnitude > most) { // the first of equals
                most = magnitude;
                largest = in[at + j];
            }
        }
        float d = largest / -8;
        float inverse = inverse(d);
        out.putShort(Float.floatToFloat16(d));
        int half = SmallBlocks.BLOCK / 2;
        for (int j = 0; j < half; j++) {
            out.put((byte) (level(in[at + j], inverse) | level(in[at + j + half], inverse) << 4));
        }
    }

    /// 0 where there is none that is a number: such a d is 0 as F16.
    private static float inverse(float d) {
        float inverse = 1 / d;
        return Float.isInfinite(inverse) ? 0 : inverse;
    }

    private static int level(float x, float inverse) {
        return Math.clamp((long) (x * inverse + 8.5f), 0, 15);
    }
}
