package understudy.tensor;

/// Rows that lie one behind the other, multiplied a tile at a time: a vector of sums for each row
/// and vector x, of which the lanes are put together in the end.
abstract class TiledBlock extends RowBlock {
    TiledBlock(int rows, int columns, boolean vectors) {
        super(rows, columns, vectors);
    }

    @Override
    final void run(
            Activations x, int first, int count, int from, int to, Scratch scratch, Taker taker) {
        for (int row = from; row < to; row += TILE) {
            int tile = Math.min(TILE, to - row);
            begin(row, tile, scratch);
            if (count == 1) {
                one(x, first, row, tile, scratch);
            } else {
                several(x, first, count, row, tile, scratch);
            }
            DotVectors.collapse(scratch.sums(), count * TILE);
            give(first, count, row, tile, scratch, taker);
        }
    }

    /// Brings the scales of a tile's blocks into the scratch memory.
    void begin(int row, int count, Scratch scratch) {}

    /// Sums of lanes of some rows with one vector, a vector a row, into [Scratch#sums].
    abstract void one(Activations x, int which, int row, int tile, Scratch scratch);

    /// Sums of lanes of some rows with several vectors: those of a vector one behind the other, to
    /// the bit as [#one] gives them.
    abstract void several(Activations x, int first, int count, int row, int tile, Scratch scratch);
}
