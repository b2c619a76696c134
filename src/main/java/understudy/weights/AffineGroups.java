package understudy.weights;

import java.lang.foreign.MemorySegment;

/// The 4-bit weights of GGUF files as affine groups, without a rounding: 32 neighbours of a row
/// share a scale and a minimum, and each has a number q from 0 to 15.
///
/// `weight = q * scale + minimum`, in 32-bit floats. The product is exact for every type (q has 4
/// significant bits, the scale at most 17), so a fused multiply-add gives the same floats.
///
/// | type | scale | minimum | against [Dequantizer] |
/// |---|---|---|---|
/// | Q4_0 | d | -8 d | equal; a zero may have the other sign |
/// | Q4_1 | d | m | bit for bit |
/// | Q4_K | d scale | -(dmin minimum) | bit for bit |
public final class AffineGroups {
    /// Elements of a group.
    public static final int GROUP = 32;

    private AffineGroups() {}

    /// Whether weights of `type` are such groups.
    public static boolean supports(WeightType type) {
        return switch (type) {
            case Q4_0, Q4_1, Q4_K -> true;
            default -> false;
        };
    }

    /// Takes whole blocks apart; on all cores for many.
    ///
    /// @param type   one that [#supports] knows
    /// @param stored whole blocks of `type`
    /// @param quants an element each of `stored`, in its order: 0 to 15
    /// @param scales one for every [#GROUP] elements
    /// @param minima as many as `scales`
    /// @throws IllegalArgumentException when the type is another or a size does not fit
    public static void unpack(
            WeightType type, MemorySegment stored, byte[] quants, float[] scales, float[] minima) {
        if (!supports(type)) {
            throw new IllegalArgumentException(type + " has no affine groups of 4 bits");
        }
        long blocks = stored.byteSize() / type.blockBytes();
        long elements = Math.multiplyExact(blocks, (long) type.blockElements());
        if (blocks * type.blockBytes() != stored.byteSize()
                || quants.length != elements
                || scales.length != elements / GROUP
                || minima.length != scales.length) {
            throw new IllegalArgumentException(
                    "%d bytes of %s are not %d weights in %d and %d groups"
                            .formatted(
                                    stored.byteSize(),
                                    type,
                                    quants.length,
                                    scales.length,
                                    minima.length));
        }
        Pieces.each(
                elements,
                stored,
                stored,
                (from, count) -> {
                    MemorySegment piece = stored.asSlice(type.bytesOf(from), type.bytesOf(count));
                    byte[] in = Pieces.bytes(piece);
                    Groups out = new Groups(quants, scales, minima, (int) from, count);
                    switch (type) {
                        case Q4_0 -> q40(in, out);
                        case Q4_1 -> q41(in, out);
                        default -> q4k(in, out);
                    }
                });
    }

    /// Where elements `from` to `from + count` go.
    @SuppressWarnings("ArrayRecordComponent") // views that one call hands to another
    private record Groups(byte[] quants, float[] scales, float[] minima, int from, int count) {
        int groups() {
            return count / GROUP;
        }

        void group(int g, float scale, float minimum) {
            scales[from / GROUP + g] = scale;
            minima[from / GROUP + g] = minimum;
        }
    }

    private static void q40(byte[] in, Groups out) {
        for (int g = 0, at = 0; g < out.groups(); g++, at += 18) {
            float d = Pieces.half(in, at);
            out.group(g, d, -8 * d);
            pairs(in, at + 2, out.quants, out.from + g * GROUP);
        }
    }

    private static void q41(byte[] in, Groups out) {
        for (int g = 0, at = 0; g < out.groups(); g++, at += 20) {
            out.group(g, Pieces.half(in, at), Pieces.half(in, at + 2));
            pairs(in, at + 4, out.quants, out.from + g * GROUP);
        }
    }

    /// Sixteen bytes: element j in the low half of byte j, element j + 16 in the high half.
    private static void pairs(byte[] in, int at, byte[] quants, int o) {
        for (int j = 0; j < GROUP / 2; j++) {
            quants[o + j] = (byte) (in[at + j] & 15);
            quants[o + j + GROUP / 2] = (byte) ((in[at + j] >> 4) & 15);
        }
    }

    private static void q4k(byte[] in, Groups out) {
        for (int block = 0, at = 0; block < out.count / SuperBlocks.BLOCK; block++, at += 144) {
            float d = Pieces.half(in, at);
            float dmin = Pieces.half(in, at + 2);
            for (int g = 0; g < 8; g++) {
                int group = block * 8 + g;
                out.group(
                        group,
                        d * SuperBlocks.scale(in, at + 4, g),
                        -(dmin * SuperBlocks.minimum(in, at + 4, g)));
                int shift = g % 2 * 4;
                int from = at + 16 + g / 2 * 32;
                int o = out.from + group * GROUP;
                for (int j = 0; j < GROUP; j++) {
                    out.quants[o + j] = (byte) ((in[from + j] >> shift) & 15);
                }
            }
        }
    }
}
