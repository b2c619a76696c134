package understudy.tensor;

import java.util.Arrays;

/// Rows of 4-bit NormalFloats in blocks of 64 with a scale each, see [CodeVectors].
///
/// Where rows are half a stretch too long for whole ones, even rows end with half a stretch of
/// zeros in x, and odd rows begin with one: what a vector reads beyond its row is multiplied with
/// nothing.
final class CodeBlock extends TiledBlock {
    /// Stretches that are unpacked at once for several vectors: they stay in the first cache.
    private static final int AT_ONCE = 4;

    /// Vectors from which on unpacking for all pays.
    private static final int PAYS = 3;

    private static final int PARTS = CodeVectors.PARTS;

    private final PackedPart part;
    private final int size; // numbers a block
    private final int inRow; // blocks
    private final int stretches;
    private final boolean half;

    CodeBlock(PackedPart part, int columns) {
        super(
                Math.toIntExact(part.size() / columns),
                columns,
                columns % part.kernel().blockSize() == 0 && vectors(columns));
        this.part = part;
        this.size = part.kernel().blockSize();
        this.inRow = columns / size;
        int stretch = PARTS * (vectors(columns) ? Lanes.WIDTH : 1); // where there may be no lanes
        this.stretches = (columns + stretch - 1) / stretch;
        this.half = columns % stretch != 0;
    }

    private long address(int row) {
        return part.packed().address() + (long) row * bytes();
    }

    /// Bytes a row.
    private int bytes() {
        return columns() / PARTS * 4;
    }

    @Override
    void begin(int row, int count, Scratch scratch) {
        int all = count * inRow;
        scratch.groups(all);
        part.blocks().scales((long) row * inRow, all, scratch.scales);
    }

    @Override
    Activations.Form form() {
        return Activations.Form.EIGHTHS;
    }

    private CodeVectors.Scales scales(Scratch scratch) {
        int stretch = PARTS * Lanes.WIDTH / size;
        return new CodeVectors.Scales(scratch.scales, inRow, stretch, half ? stretch / 2 : 0);
    }

    private int early() {
        return half ? 2 * Lanes.WIDTH : 0;
    }

    @Override
    void one(Activations x, int which, int row, int tile, Scratch scratch) {
        one(x, which, row, tile, scratch, 0);
    }

    private void one(Activations x, int which, int row, int tile, Scratch scratch, int to) {
        int from = which * x.apart(form());
        int odd = half ? from + x.apart(form()) / 2 : from;
        CodeVectors.codes(
                new CodeVectors.Rows(address(row), tile, bytes(), stretches, early()),
                scales(scratch),
                new CodeVectors.Input(x.in(form()), from, odd),
                scratch.sums(),
                to);
    }

    @Override
    void several(Activations x, int first, int count, int row, int tile, Scratch scratch) {
        int each = TILE * Lanes.WIDTH;
        if (count < PAYS) {
            for (int i = 0; i < count; i++) {
                one(x, first + i, row, tile, scratch, i * each);
            }
            return;
        }
        Arrays.fill(scratch.sums(), 0, (count + 1) / 2 * 2 * each, 0f);
        for (int from = 0; from < stretches; from += AT_ONCE) {
            int now = Math.min(AT_ONCE, stretches - from);
            for (int r = 0; r < tile; r++) {
                if ((r & 2) == 0) { // with the next but one, whose x is the same
                    two(x, first, count, row, tile, r, from, now, scratch);
                }
            }
        }
    }

    private void two(
            Activations x,
            int first,
            int count,
            int row,
            int tile,
            int r,
            int from,
            int now,
            Scratch scratch) {
        int lane = Lanes.WIDTH;
        int odd = r & 1;
        boolean paired = r + 2 < tile;
        int gap = AT_ONCE * PARTS * lane;
        long in = address(row + r) - (long) odd * early() + 4L * from * lane;
        CodeVectors.read(in, now, scratch.unpacked(), 0);
        if (paired) {
            CodeVectors.read(in + 2L * bytes(), now, scratch.unpacked(), gap);
        }
        CodeVectors.Scales scales = scales(scratch);
        int scale = r * inRow - odd * scales.early() + from * scales.stretch();
        int next = paired ? scale + 2 * inRow : scale;
        CodeVectors.Two rows = new CodeVectors.Two(scratch.unpacked(), gap, now, scale, next);
        int each = TILE * lane;
        int spare = (count + 1) / 2 * 2 * each; // for the second row, where there is none
        int apart = x.apart(form());
        int begin = from * PARTS * lane + (half ? odd * apart / 2 : 0);
        for (int i = 0; i < count; i += 2) {
            int at = (i * TILE + r) * lane;
            int skip = paired ? 2 * lane : spare - at;
            CodeVectors.Sums sums = new CodeVectors.Sums(scratch.sums(), at, skip, each);
            CodeVectors.two(rows, scales, x.in(form()), (first + i) * apart + begin, apart, sums);
        }
    }

    @Override
    void readPlain(int row, float[] to, int at) {
        float[] code = part.kernel().code();
        for (int i = 0; i < columns(); i++) {
            long index = (long) row * columns() + i;
            int pair = Native.ALL.get(Native.BYTE, part.packed().address() + index / 2);
            int q = index % 2 == 0 ? (pair >> 4) & 15 : pair & 15;
            to[at + i] = code[q] * part.blocks().scale(index / size);
        }
    }
}
