package understudy.weights;

/// GGUF's block formats of 32 neighbours of a row.
///
/// `d` and `m` are F16. In the types of 4 and 5 bits, the low half of byte j of `pairs` holds the
/// low four bits of element j, the high half those of element j + 16; bit j of `high`, 32 bits with
/// the low byte first, is the fifth bit of element j.
///
/// | type | bytes | weight |
/// |---|---|---|
/// | Q8_0 | d, 32 signed q | q d |
/// | Q4_0 | d, 16 pairs | (q - 8) d |
/// | Q4_1 | d, m, 16 pairs | q d + m |
/// | Q5_0 | d, 4 high, 16 pairs | (q - 16) d |
/// | Q5_1 | d, m, 4 high, 16 pairs | q d + m |
/// | IQ4_NL | d, 16 pairs | level(q) d |
///
/// Source of the layouts: the GGUF project's reference reader (`gguf.quants`), which the golden
/// files are made with.
final class SmallBlocks {
    /// Elements of a block.
    static final int BLOCK = 32;

    /// Elements with their bits in the low half of a byte; those of the high half follow.
    private static final int HALF = 16;

    /// The sixteen levels of IQ4_NL and IQ4_XS: closer to each other near zero, where most weights
    /// are.
    private static final byte[] LEVELS = {
        -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
    };

    private SmallBlocks() {}

    static void q80(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 34, o += BLOCK) {
            float d = Pieces.half(in, at);
            for (int j = 0; j < BLOCK; j++) {
                out[o + j] = in[at + 2 + j] * d;
            }
        }
    }

    static void q40(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 18, o += BLOCK) {
            float d = Pieces.half(in, at);
            for (int j = 0; j < HALF; j++) {
                int pair = in[at + 2 + j];
                out[o + j] = ((pair & 15) - 8) * d;
                out[o + j + HALF] = (((pair >> 4) & 15) - 8) * d;
            }
        }
    }

    static void q41(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 20, o += BLOCK) {
            float d = Pieces.half(in, at);
            float m = Pieces.half(in, at + 2);
            for (int j = 0; j < HALF; j++) {
                int pair = in[at + 4 + j];
                out[o + j] = (pair & 15) * d + m;
                out[o + j + HALF] = ((pair >> 4) & 15) * d + m;
            }
        }
    }

    static void q50(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 22, o += BLOCK) {
            float d = Pieces.half(in, at);
            int high = high(in, at + 2);
            for (int j = 0; j < HALF; j++) {
                int pair = in[at + 6 + j];
                out[o + j] = (((pair & 15) | fifth(high, j)) - 16) * d;
                out[o + j + HALF] = ((((pair >> 4) & 15) | fifth(high, j + HALF)) - 16) * d;
            }
        }
    }

    static void q51(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 24, o += BLOCK) {
            float d = Pieces.half(in, at);
            float m = Pieces.half(in, at + 2);
            int high = high(in, at + 4);
            for (int j = 0; j < HALF; j++) {
                int pair = in[at + 8 + j];
                out[o + j] = ((pair & 15) | fifth(high, j)) * d + m;
                out[o + j + HALF] = (((pair >> 4) & 15) | fifth(high, j + HALF)) * d + m;
            }
        }
    }

    static void iq4nl(byte[] in, float[] out) {
        for (int at = 0, o = 0; o < out.length; at += 18, o += BLOCK) {
            levels(in, at + 2, Pieces.half(in, at), out, o);
        }
    }

    /// The 32 elements whose pairs begin at `at`, each its level times `d`.
    static void levels(byte[] in, int at, float d, float[] out, int o) {
        for (int j = 0; j < HALF; j++) {
            int pair = in[at + j];
            out[o + j] = LEVELS[pair & 15] * d;
            out[o + j + HALF] = LEVELS[(pair >> 4) & 15] * d;
        }
    }

    private static int high(byte[] in, int at) {
        return (in[at] & 0xff)
                | (in[at + 1] & 0xff) << 8
                | (in[at + 2] & 0xff) << 16
                | in[at + 3] << 24;
    }

    /// Bit j of `high`, at the place of the fifth bit.
    private static int fifth(int high, int j) {
        return ((high >>> j) & 1) << 4;
    }
}
