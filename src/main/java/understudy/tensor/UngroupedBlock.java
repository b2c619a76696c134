package understudy.tensor;

import java.util.Arrays;

/// Rows of numbers that have no scales of their own within a row.
abstract class UngroupedBlock extends TiledBlock {
    UngroupedBlock(int rows, int columns) {
        super(rows, columns, vectors(columns));
    }

    @Override
    final void one(Activations x, int which, int row, int tile, Scratch scratch) {
        int from = which * columns();
        float[] values = x.in(form());
        if (from > 0) { // the loops begin at 0
            float[] copy = scratch.row(columns());
            System.arraycopy(values, from, copy, 0, columns());
            values = copy;
        }
        dots(row, tile, values, scratch.sums());
    }

    @Override
    final void several(Activations x, int first, int count, int row, int tile, Scratch scratch) {
        int width = Lanes.WIDTH;
        float[] sums = scratch.sums();
        Arrays.fill(sums, 0, count * TILE * width, 0f);
        float[] values = x.in(form());
        float[] w = scratch.unpacked();
        int gap = COLUMNS_AT_ONCE;
        int each = TILE * width;
        for (int from = 0; from < columns(); from += COLUMNS_AT_ONCE) {
            int stretch = Math.min(COLUMNS_AT_ONCE, columns() - from);
            for (int r = 0; r < tile; r += 4) {
                int four = Math.min(4, tile - r);
                unpack(row + r, four, from, from + stretch, w, gap);
                int done = 0;
                while (done < count) {
                    int at = (done * TILE + r) * width;
                    int in = (first + done) * columns() + from;
                    int now = Math.min(4, count - done);
                    switch (now) {
                        case 1 ->
                                RowVectors.rows1(
                                        w, gap, values, in, columns(), stretch, sums, at, each);
                        case 2 ->
                                RowVectors.rows2(
                                        w, gap, values, in, columns(), stretch, sums, at, each);
                        case 3 ->
                                RowVectors.rows3(
                                        w, gap, values, in, columns(), stretch, sums, at, each);
                        default ->
                                RowVectors.rows4(
                                        w, gap, values, in, columns(), stretch, sums, at, each);
                    }
                    done += now;
                }
            }
        }
    }

    /// Sums of lanes of some rows with one vector, a vector a row.
    abstract void dots(int row, int count, float[] x, float[] sums);

    /// Columns `from` to `to` of rows as [#dots] multiplies them.
    ///
    /// @param row the first
    /// @param out receives them, rows `gap` apart
    abstract void unpack(int row, int count, int from, int to, float[] out, int gap);
}
