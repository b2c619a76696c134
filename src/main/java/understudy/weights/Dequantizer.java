package understudy.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.LongStream;

/// Stored weights to 32-bit floats and back to bfloat16, in plain loops over arrays that the JIT
/// compiler turns into vector instructions; on all cores for big tensors.
///
/// Block formats of GGUF, 32 neighbours of a row each, `d` and `m` as F16, `q` unsigned 4 bit
/// (element j in the low half of byte j, element j + 16 in the high half) or signed 8 bit:
///
/// | type | bytes | weight |
/// |---|---|---|
/// | Q8_0 | d, 32 q | q d |
/// | Q4_0 | d, 16 q pairs | (q - 8) d |
/// | Q4_1 | d, m, 16 q pairs | q d + m |
public final class Dequantizer {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat STORED_FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort BFLOAT = ValueLayout.JAVA_SHORT_UNALIGNED;

    /// Elements of one piece of work: 64 KB of floats stay in the first two caches. A multiple of
    /// every block size.
    private static final int PIECE = 1 << 14;

    /// Below this many elements one core is faster than starting the others.
    private static final long PARALLEL_FROM = 1 << 18;

    private static final int BLOCK = 32;

    /// Any thread but the caller's; never started.
    private static final Thread ELSEWHERE = Thread.ofPlatform().unstarted(() -> {});

    private Dequantizer() {}

    /// Whether the elements of `type` can be read as floats.
    public static boolean supports(WeightType type) {
        return switch (type) {
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1 -> true;
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
        inPieces(
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
        inPieces(
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

    /// Elements `from` to `from + count`.
    @FunctionalInterface
    private interface Piece {
        void work(long from, int count);
    }

    private static void inPieces(long elements, MemorySegment in, MemorySegment out, Piece piece) {
        LongStream starts = LongStream.range(0, (elements + PIECE - 1) / PIECE);
        // segments of one thread's arena are closed to others
        boolean shared = in.isAccessibleBy(ELSEWHERE) && out.isAccessibleBy(ELSEWHERE);
        (elements >= PARALLEL_FROM && shared ? starts.parallel() : starts)
                .forEach(n -> piece.work(n * PIECE, (int) Math.min(PIECE, elements - n * PIECE)));
    }

    private static float[] decode(WeightType type, MemorySegment piece, int count) {
        float[] out = new float[count];
        switch (type) {
            case F32 -> MemorySegment.copy(piece, STORED_FLOAT, 0, out, 0, count);
            case F16 -> half(shorts(piece, count), out);
            case BF16 -> bfloat(shorts(piece, count), out);
            case Q8_0 -> q8(bytes(piece), out);
            case Q4_0 -> q40(bytes(piece), out);
            case Q4_1 -> q41(bytes(piece), out);
            default -> throw new IllegalArgumentException("no reader for " + type);
        }
        return out;
    }

    private static short[] shorts(MemorySegment piece, int count) {
        short[] raw = new short[count];
        MemorySegment.copy(piece, SHORT, 0, raw, 0, count);
        return raw;
    }

    private static byte[] bytes(MemorySegment piece) {
        byte[] raw = new byte[(int) piece.byteSize()];
        MemorySegment.copy(piece, BYTE, 0, raw, 0, raw.length);
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

    private static void q8(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 34, o += BLOCK) {
            float d = halfAt(in, at);
            for (int j = 0; j < BLOCK; j++) {
                out[o + j] = in[at + 2 + j] * d;
            }
        }
    }

    private static void q40(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 18, o += BLOCK) {
            float d = halfAt(in, at);
            for (int j = 0; j < BLOCK / 2; j++) {
                int pair = in[at + 2 + j];
                out[o + j] = ((pair & 15) - 8) * d;
                out[o + j + BLOCK / 2] = (((pair >> 4) & 15) - 8) * d;
            }
        }
    }

    private static void q41(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 20, o += BLOCK) {
            float d = halfAt(in, at);
            float m = halfAt(in, at + 2);
            for (int j = 0; j < BLOCK / 2; j++) {
                int pair = in[at + 4 + j];
                out[o + j] = (pair & 15) * d + m;
                out[o + j + BLOCK / 2] = ((pair >> 4) & 15) * d + m;
            }
        }
    }

    private static float halfAt(byte[] in, int at) {
        return Float.float16ToFloat((short) ((in[at] & 0xff) | (in[at + 1] << 8)));
    }
}
