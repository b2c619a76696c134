package understudy.tensor;

import java.util.Arrays;

/// Rows of small numbers in groups with a scale each, see [GroupVectors].
///
/// Where rows are half a stretch too long for whole ones, even rows end with half a stretch of
/// zeros in x, and odd rows begin with one: what a vector reads beyond its row is multiplied with
/// nothing.
abstract class GroupBlock extends RowBlock {
    /// Stretches that are unpacked at once for several vectors: they stay in the first cache.
    private static final int AT_ONCE = 4;

    /// Vectors from which on unpacking for all pays.
    private static final int PAYS = 3;

    private final Activations.Form form;
    private final int parts;
    private final int inRow; // groups
    private final int size; // numbers a group
    private final float offset;
    private final int stretches;
    private final boolean half;

    /// @param bits   a number, 4 or 8
    /// @param size   numbers a group
    /// @param offset what each number has too much when it is read
    GroupBlock(int rows, int columns, int bits, int size, float offset) {
        super(rows, columns, columns % size == 0 && columns % 64 == 0);
        this.parts = 32 / bits;
        this.form = bits == 4 ? Activations.Form.EIGHTHS : Activations.Form.FOURTHS;
        this.size = size;
        this.offset = offset;
        this.inRow = columns / size;
        int stretch = parts * (vectors(columns) ? Lanes.WIDTH : 1); // where there may be no lanes
        this.stretches = (columns + stretch - 1) / stretch;
        this.half = columns % stretch != 0;
    }

    /// Groups a row.
    final int inRow() {
        return inRow;
    }

    /// Address of a row.
    abstract long address(int row);

    /// Bytes a row.
    private int bytes() {
        return columns() / parts * 4;
    }

    /// Sums of lanes of some rows with one vector, a vector a row.
    abstract void dots(
            GroupVectors.Rows rows,
            GroupVectors.Scales scales,
            GroupVectors.Input x,
            float[] sums,
            int to);

    /// What [#dots] multiplies in some stretches of a row.
    abstract void read(long in, int stretches, float[] out, int at);

    @Override
    final Activations.Form form() {
        return form;
    }

    private GroupVectors.Scales scales(Scratch scratch) {
        int stretch = parts * Lanes.WIDTH / size;
        int early = half ? stretch / 2 : 0;
        return new GroupVectors.Scales(scratch.scales, scratch.minima, inRow, stretch, early);
    }

    private int early() {
        return half ? 2 * Lanes.WIDTH : 0;
    }

    @Override
    final void one(Activations x, int which, int row, int tile, Scratch scratch) {
        one(x, which, row, tile, scratch, 0);
    }

    private void one(Activations x, int which, int row, int tile, Scratch scratch, int to) {
        int from = which * x.apart(form);
        int odd = half ? from + x.apart(form) / 2 : from;
        dots(
                new GroupVectors.Rows(address(row), tile, bytes(), stretches, early()),
                scales(scratch),
                new GroupVectors.Input(x.in(form), from, odd),
                scratch.sums(),
                to);
    }

    @Override
    final void several(Activations x, int first, int count, int row, int tile, Scratch scratch) {
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
        int gap = AT_ONCE * parts * lane;
        long in = address(row + r) - (long) odd * early() + 4L * from * lane;
        read(in, now, scratch.unpacked(), 0);
        if (paired) {
            read(in + 2L * bytes(), now, scratch.unpacked(), gap);
        }
        GroupVectors.Scales scales = scales(scratch);
        int scale = r * inRow - odd * scales.early() + from * scales.stretch();
        int next = paired ? scale + 2 * inRow : scale;
        GroupVectors.Two rows =
                new GroupVectors.Two(scratch.unpacked(), gap, parts, now, offset, scale, next);
        int each = TILE * lane;
        int spare = (count + 1) / 2 * 2 * each; // for the second row, where there is none
        int apart = x.apart(form);
        int begin = from * (parts + 1) * lane + (half ? odd * apart / 2 : 0);
        for (int i = 0; i < count; i += 2) {
            int at = (i * TILE + r) * lane;
            int skip = paired ? 2 * lane : spare - at;
            GroupVectors.Sums sums = new GroupVectors.Sums(scratch.sums(), at, skip, each);
            GroupVectors.two(rows, scales, x.in(form), (first + i) * apart + begin, apart, sums);
        }
    }
}
