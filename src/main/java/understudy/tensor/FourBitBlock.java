package understudy.tensor;

/// Rows of 4-bit numbers: whole numbers in groups of 32, or NormalFloats in blocks of 64.
final class FourBitBlock extends RowBlock {
    private final PackedPart part;
    private final FourBit.Blocks blocks;
    private final int size; // numbers a block
    private final boolean affine;
    private final int inRow; // blocks of a row, where they fill it

    FourBitBlock(PackedPart part, int columns) {
        super(
                Math.toIntExact(part.size() / columns),
                columns,
                columns % part.kernel().blockSize() == 0);
        this.part = part;
        this.blocks = part.blocks();
        this.size = part.kernel().blockSize();
        this.affine = part.kernel().minima();
        this.inRow = columns / size;
    }

    private DotVectors.Rows at(int row, int count) {
        long width = columns() / 2;
        return new DotVectors.Rows(part.packed().address() + row * width, width, count);
    }

    @Override
    boolean paired() {
        return true;
    }

    @Override
    void begin(int row, int count, Scratch scratch) {
        scratch.groups((TILE + 1) * Math.max(inRow, 16));
        long first = (long) row * inRow;
        blocks.scales(first, count * inRow, scratch.scales);
        if (affine) {
            blocks.minima(first, count * inRow, scratch.minima);
        }
    }

    @Override
    int minimaStride() {
        return affine ? inRow : 0;
    }

    @Override
    void dots(int row, int count, float[] x, Scratch scratch, float[] sums) {
        if (affine) {
            DotVectors.quarters(at(row, count), scratch.scales, inRow, x, columns(), sums);
        } else {
            DotVectors.codes(at(row, count), scratch.scales, inRow, x, columns(), sums);
        }
    }

    @Override
    void unpack(
            int row, int skip, int count, int from, int to, Scratch scratch, float[] out, int gap) {
        DotVectors.Rows rows = at(row + skip, count);
        int scale = skip * inRow;
        if (affine) {
            DotVectors.readQuarters(rows, scratch.scales, scale, inRow, from, to, out, gap);
        } else {
            DotVectors.readCodes(rows, scratch.scales, scale, inRow, from, to, out, gap);
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
