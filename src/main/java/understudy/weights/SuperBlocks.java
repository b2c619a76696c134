package understudy.weights;

/// GGUF's block formats of 256 neighbours of a row: groups of 16 or 32 with a scale, and in some a
/// minimum, of few bits, which one F16 of the block, `d` or `dmin`, multiplies.
///
/// | type | group | bytes | weight |
/// |---|---|---|---|
/// | Q2_K | 16 | 16 (scale 4 bit, minimum 4 bit), 64 q, d, dmin | q (d scale) - dmin minimum |
/// | Q3_K | 16 | 32 high, 64 q, 12 scales, d | (q - 4 where the high bit is 0) (d (scale - 32)) |
/// | Q4_K | 32 | d, dmin, 12 scales and minima, 128 q | q (d scale) - dmin minimum |
/// | Q5_K | 32 | d, dmin, 12 scales and minima, 32 high, 128 q | q (d scale) - dmin minimum |
/// | Q6_K | 16 | 128 low, 64 high, 16 signed scales, d | (q - 32) (d scale) |
/// | IQ4_XS | 32 | d, 2 scale highs, 4 scale lows, 128 pairs | level(q) (d (scale - 32)) |
///
/// Where the bits are, with n the element in the block:
///
/// - Q2_K, Q3_K: each 32 bytes of `q` hold 128 elements; byte j, bits 2k and 2k + 1, is element
///   32k + j of them. Bit n / 32 of Q3_K's `high` byte n % 32 is the third bit.
/// - Q4_K, Q5_K: each 32 bytes of `q` hold 64 elements; the low half of byte j is element j of
///   them, the high half element 32 + j. Bit n / 32 of `high` byte n % 32 is the fifth bit.
/// - Q6_K: each 64 bytes of `low` and 32 of `high` hold 128 elements; element 32k + j of them has
///   its low four bits in `low` byte 32 (k % 2) + j, in the low half for k < 2, and its high two in
///   bits 2k and 2k + 1 of `high` byte j.
/// - IQ4_XS: pairs and levels are those of [SmallBlocks], 16 bytes a group; the low four bits of
///   group g's scale are half g % 2 of byte g / 2 of the lows, its high two bits 2g and 2g + 1 of
///   the 16 bits of the highs.
/// - Q3_K's scales: scale g has its low four bits in byte g % 8, in the low half for g < 8, and its
///   high two in bits 2 (g / 4) and 2 (g / 4) + 1 of byte 8 + g % 4.
/// - Q4_K's scales and minima: see [#scale] and [#minimum].
///
/// Source of the layouts: the GGUF project's reference reader (`gguf.quants`), which the golden
/// files are made with.
final class SuperBlocks {
    /// Elements of a block.
    static final int BLOCK = 256;

    private static final int GROUP = 16;

    private SuperBlocks() {}

    static void q2k(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 84, o += BLOCK) {
            float d = Pieces.half(in, at + 80);
            float dmin = Pieces.half(in, at + 82);
            for (int g = 0; g < BLOCK / GROUP; g++) {
                int packed = in[at + g];
                float scale = d * (packed & 15);
                float minimum = dmin * ((packed >> 4) & 15);
                int shift = g / 2 % 4 * 2;
                int from = at + 16 + g / 8 * 32 + g % 2 * GROUP;
                for (int j = 0; j < GROUP; j++) {
                    out[o + g * GROUP + j] = ((in[from + j] >> shift) & 3) * scale - minimum;
                }
            }
        }
    }

    static void q3k(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 110, o += BLOCK) {
            float d = Pieces.half(in, at + 108);
            for (int g = 0; g < BLOCK / GROUP; g++) {
                int low = (in[at + 96 + g % 8] >> (g / 8 * 4)) & 15;
                int high = (in[at + 104 + g % 4] >> (g / 4 * 2)) & 3;
                float scale = d * ((low | high << 4) - 32);
                int shift = g / 2 % 4 * 2;
                int bit = g / 2;
                int highs = at + g % 2 * GROUP;
                int from = at + 32 + g / 8 * 32 + g % 2 * GROUP;
                for (int j = 0; j < GROUP; j++) {
                    int third = (in[highs + j] >> bit) & 1;
                    int q = ((in[from + j] >> shift) & 3) - 4 * (1 - third);
                    out[o + g * GROUP + j] = q * scale;
                }
            }
        }
    }

    static void q4k(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 144, o += BLOCK) {
            float d = Pieces.half(in, at);
            float dmin = Pieces.half(in, at + 2);
            for (int g = 0; g < 8; g++) {
                float scale = d * scale(in, at + 4, g);
                float minimum = dmin * minimum(in, at + 4, g);
                int shift = g % 2 * 4;
                int from = at + 16 + g / 2 * 32;
                for (int j = 0; j < 32; j++) {
                    out[o + g * 32 + j] = ((in[from + j] >> shift) & 15) * scale - minimum;
                }
            }
        }
    }

    static void q5k(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 176, o += BLOCK) {
            float d = Pieces.half(in, at);
            float dmin = Pieces.half(in, at + 2);
            for (int g = 0; g < 8; g++) {
                float scale = d * scale(in, at + 4, g);
                float minimum = dmin * minimum(in, at + 4, g);
                int shift = g % 2 * 4;
                int from = at + 48 + g / 2 * 32;
                for (int j = 0; j < 32; j++) {
                    int fifth = ((in[at + 16 + j] >> g) & 1) << 4;
                    int q = ((in[from + j] >> shift) & 15) | fifth;
                    out[o + g * 32 + j] = q * scale - minimum;
                }
            }
        }
    }

    static void q6k(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 210, o += BLOCK) {
            float d = Pieces.half(in, at + 208);
            for (int g = 0; g < BLOCK / GROUP; g++) {
                float scale = d * in[at + 192 + g];
                int k = g / 2 % 4;
                int lows = at + g / 8 * 64 + k % 2 * 32 + g % 2 * GROUP;
                int highs = at + 128 + g / 8 * 32 + g % 2 * GROUP;
                int lowShift = k / 2 * 4;
                int highShift = k * 2;
                for (int j = 0; j < GROUP; j++) {
                    int low = (in[lows + j] >> lowShift) & 15;
                    int high = (in[highs + j] >> highShift) & 3;
                    out[o + g * GROUP + j] = ((low | high << 4) - 32) * scale;
                }
            }
        }
    }

    static void iq4xs(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 136, o += BLOCK) {
            float d = Pieces.half(in, at);
            int scaleHighs = (in[at + 2] & 0xff) | (in[at + 3] & 0xff) << 8;
            for (int g = 0; g < 8; g++) {
                int low = (in[at + 4 + g / 2] >> (g % 2 * 4)) & 15;
                int high = (scaleHighs >> (2 * g)) & 3;
                float scale = d * ((low | high << 4) - 32);
                SmallBlocks.levels(in, at + 8 + g * 16, scale, out, o + g * 32);
            }
        }
    }

    /// Scale `g` of eight, 6 bit each, in the 12 bytes from `at` on: the low six bits of byte g for
    /// g < 4; else the low half of byte 4 + g, and above it the high two bits of byte g - 4.
    static int scale(byte[] in, int at, int g) {
        return g < 4 ? in[at + g] & 63 : (in[at + 4 + g] & 15) | ((in[at + g - 4] >> 6) & 3) << 4;
    }

    /// Minimum `g` of eight, 6 bit each, in the same 12 bytes: the low six bits of byte 4 + g for
    /// g < 4; else the high half of byte 4 + g, and above it the high two bits of byte g.
    static int minimum(byte[] in, int at, int g) {
        return g < 4
                ? in[at + 4 + g] & 63
                : ((in[at + 4 + g] >> 4) & 15) | ((in[at + g] >> 6) & 3) << 4;
    }
}
