package understudy.tensor;

import java.util.Arrays;

/// Rows of 4-bit numbers: whole numbers in groups of 32, or NormalFloats in blocks of 64.
final class FourBitBlock extends GroupBlock {
    private final PackedPart part;
    private final FourBit.Blocks blocks;
    private final int size; // numbers a block
    private final boolean affine;

    FourBitBlock(PackedPart part, int columns) {
        super(
                Math.toIntExact(part.size() / columns),
                columns,
                4,
                part.kernel().blockSize(),
                part.kernel().minima() ? GroupVectors.OF_QUARTERS : 0);
        this.part = part;
        this.blocks = part.blocks();
        this.size = part.kernel().blockSize();
        this.affine = part.kernel().minima();
    }

    @Override
    long address(int row) {
        return part.packed().address() + (long) row * columns() / 2;
    }

    @Override
    void begin(int row, int count, Scratch scratch) {
        int all = count * inRow();
        scratch.groups(all);
        long first = (long) row * inRow();
        blocks.scales(first, all, scratch.scales);
        if (affine) {
            blocks.minima(first, all, scratch.minima);
        } else {
            Arrays.fill(scratch.minima, 0, all, 0f);
        }
    }

    @Override
    void dots(
            GroupVectors.Rows rows,
            GroupVectors.Scales scales,
            GroupVectors.Input x,
            float[] sums,
            int to) {
        if (affine) {
            GroupVectors.quarters(rows, scales, x, sums, to);
        } else {
            GroupVectors.codes(rows, scales, x, sums, to);
        }
    }

    @Override
    void read(long in, int stretches, float[] out, int at) {
        if (affine) {
            GroupVectors.readQuarters(in, stretches, out, at);
        } else {
            GroupVectors.readCodes(in, stretches, out, at);
        }
    }

    @Override
    void readPlain(int row, float[] to, int at) {
        float[] code = part.kernel().code();
        for (int i = 0; i < columns(); i++) {
            long index = (long) row * columns() + i;
            int pair = Native.ALL.get(Native.BYTE, part.packed().address() + index / 2);
            int q = index % 2 == 0 ? (pair >> 4) & 15 : pair & 15;
            long block = index / size;
            float value = code[q] * blocks.scale(block);
            to[at + i] = affine ? value + blocks.minimum(block) : value;
        }
    }
}
