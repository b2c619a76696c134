package understudy.tensor;

import understudy.weights.Dequantizer;

/// 4-bit numbers, two a byte, the first in the high half, in blocks that share a table of 16
/// values: `value = code[q] * scale + minimum`.
///
/// Plain loops, right on every machine; [FourBitVectors] does the same with vectors.
class FourBit {
    /// Where the scales and minima of the blocks come from.
    interface Blocks {
        float scale(long block);

        /// 0 where a block has none.
        float minimum(long block);

        /// Scales of `count` blocks from `from` on.
        default void scales(long from, int count, float[] to) {
            for (int i = 0; i < count; i++) {
                to[i] = scale(from + i);
            }
        }

        /// Minima of `count` blocks from `from` on.
        default void minima(long from, int count, float[] to) {
            for (int i = 0; i < count; i++) {
                to[i] = minimum(from + i);
            }
        }
    }

    private final float[] code;
    private final int blockSize;
    private final boolean minima;

    /// @param code      16 values before scaling
    /// @param blockSize numbers a block, 32 or 64
    /// @param minima    whether blocks have a minimum
    FourBit(float[] code, int blockSize, boolean minima) {
        this.code = code.clone();
        this.blockSize = blockSize;
        this.minima = minima;
    }

    /// The fastest that this machine has.
    static FourBit of(float[] code, int blockSize, boolean minima) {
        return VectorApi.available() && FourBitVectors.pays()
                ? new FourBitVectors(code, blockSize, minima)
                : new FourBit(code, blockSize, minima);
    }

    int blockSize() {
        return blockSize;
    }

    float[] code() {
        return code;
    }

    boolean minima() {
        return minima;
    }

    /// What some blocks are scaled with.
    ///
    /// @param scales one a block
    /// @param minima one a block; not looked at where blocks have none
    record Scaled(float[] scales, float[] minima) {
        Scaled(int blocks) {
            this(new float[blocks], new float[blocks]);
        }
    }

    /// The 16 values of a block.
    private void table(Scaled scaled, int block, float[] table) {
        float scale = scaled.scales[block];
        float minimum = minima ? scaled.minima[block] : 0;
        for (int i = 0; i < table.length; i++) {
            table[i] = minima ? code[i] * scale + minimum : code[i] * scale;
        }
    }

    /// Some blocks that lie one behind the other.
    ///
    /// @param packed address of the first
    /// @param out    address of its first number, 4 bytes each
    /// @param apart  bytes from a block's first number to the next one's
    void floats(long packed, Scaled scaled, long out, int count, long apart) {
        float[] table = new float[16];
        for (int block = 0; block < count; block++) {
            table(scaled, block, table);
            long in = packed + (long) block * (blockSize / 2);
            long at = out + block * apart;
            for (int i = 0; i < blockSize / 2; i++) {
                int pair = Native.ALL.get(Native.BYTE, in + i);
                Native.ALL.set(Native.FLOAT, at + 8L * i, table[(pair >> 4) & 15]);
                Native.ALL.set(Native.FLOAT, at + 8L * i + 4, table[pair & 15]);
            }
        }
    }

    /// [#floats] in bfloat16.
    ///
    /// @param out address of the first number, 2 bytes each
    void bfloats(long packed, Scaled scaled, long out, int count, long apart) {
        float[] table = new float[16];
        int[] rounded = new int[16];
        for (int block = 0; block < count; block++) {
            table(scaled, block, table);
            for (int i = 0; i < 16; i++) {
                rounded[i] = Dequantizer.bfloat16(table[i]) & 0xffff;
            }
            long in = packed + (long) block * (blockSize / 2);
            long at = out + block * apart;
            for (int i = 0; i < blockSize / 2; i++) {
                int pair = Native.ALL.get(Native.BYTE, in + i);
                int both = rounded[(pair >> 4) & 15] | rounded[pair & 15] << 16;
                Native.ALL.set(Native.INT, at + 4L * i, both);
            }
        }
    }
}
