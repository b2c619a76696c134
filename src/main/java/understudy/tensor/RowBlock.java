package understudy.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Some rows of a frozen matrix, multiplied with one vector or a few without being unpacked to
/// memory: for writing text, where a matrix is read for a token or a few.
///
/// Activations and sums are f32. A sum's order depends on the row alone, not on how many vectors
/// there are or which thread does it. Where rows are too short or too odd for vectors, or the JVM
/// has none, plain loops do the work.
public abstract class RowBlock {
    /// Rows at once.
    static final int TILE = 16;

    /// Columns that [TiledBlock]s unpack at once for several vectors: four rows of them stay in the
    /// first cache.
    static final int COLUMNS_AT_ONCE = 512;

    private static final boolean AVAILABLE = VectorApi.available() && DotVectors.usable();

    private final int rows;
    private final int columns;
    private final boolean vectors;

    /// @param vectors whether its rows can be read with vectors
    RowBlock(int rows, int columns, boolean vectors) {
        this.rows = rows;
        this.columns = columns;
        this.vectors = vectors;
    }

    /// The rows of a float tensor in the CPU's memory, which must outlive the result.
    ///
    /// @param weight f32 or bfloat16, `(rows, columns)`, contiguous
    public static RowBlock of(Tensor weight) {
        boolean half = weight.scalar_type().intern() == torch.ScalarType.BFloat16;
        if (!half && weight.scalar_type().intern() != torch.ScalarType.Float) {
            throw new IllegalArgumentException("rows of " + weight.scalar_type());
        }
        return new FloatBlock(
                Native.packed(weight),
                Math.toIntExact(weight.size(0)),
                Math.toIntExact(weight.size(1)),
                half);
    }

    /// [#of] of rows that may be short; where they are too short or too odd for vectors, and lanes
    /// can be rows, of a copy of them.
    public static RowBlock ofNarrow(Tensor weight) {
        int columns = Math.toIntExact(weight.size(1));
        boolean half = weight.scalar_type().intern() == torch.ScalarType.BFloat16;
        return !vectors(columns) && NarrowBlock.fits(columns, half)
                ? new NarrowBlock(weight)
                : of(weight);
    }

    /// Whether rows of that many columns can be read with vectors.
    static boolean vectors(int columns) {
        return AVAILABLE && columns % 32 == 0;
    }

    public final int rows() {
        return rows;
    }

    public final int columns() {
        return columns;
    }

    /// Memory that a thread works in.
    public static final class Scratch {
        private float[] sums;
        private final float[] unpacked = new float[4 * COLUMNS_AT_ONCE];
        float[] scales = new float[0];
        float[] minima = new float[0]; // of strips
        private float[] row = new float[0];

        /// @param most vectors at most
        public Scratch(int most) {
            this.sums = new float[((most + 3) / 4 * 4 + 4) * TILE * 16];
        }

        /// Makes room for what a tile's blocks are scaled with, and for some that are read in vain.
        void groups(int count) {
            if (scales.length < count + 32) {
                scales = new float[count + 32];
            }
            Arrays.fill(scales, count, count + 32, 0f);
        }

        /// Makes room for rows in strips.
        void strips(int scaled, int products) {
            if (scales.length < scaled || minima.length < scaled) {
                scales = new float[scaled];
                minima = new float[scaled];
            }
            sums = sums.length < products ? new float[products] : sums;
        }

        float[] sums() {
            return sums;
        }

        float[] unpacked() {
            return unpacked;
        }

        /// Room for a row of `columns` numbers.
        float[] row(int columns) {
            row = row.length < columns ? new float[columns] : row;
            return row;
        }
    }

    /// Takes the products of some rows with each vector.
    @FunctionalInterface
    public interface Taker {
        /// @param row    the first row
        /// @param count  rows
        /// @param vector which vector
        /// @param sums   where the products are
        /// @param at     index of the first
        void take(int row, int count, int vector, float[] sums, int at);
    }

    /// Multiplies rows `from` to `to` with vectors `first` to `first + count - 1`, which were
    /// prepared.
    public final void multiply(
            Activations x, int first, int count, int from, int to, Scratch scratch, Taker taker) {
        if (vectors) {
            run(x, first, count, from, to, scratch, taker);
            return;
        }
        for (int row = from; row < to; row += TILE) {
            int tile = Math.min(TILE, to - row);
            plain(x, first, count, row, tile, scratch);
            give(first, count, row, tile, scratch, taker);
        }
    }

    /// Scales the products of a tile and hands them over.
    final void give(int first, int count, int row, int tile, Scratch scratch, Taker taker) {
        for (int i = 0; i < count; i++) {
            scaleRows(row, tile, scratch.sums, i * TILE);
            taker.take(row, tile, first + i, scratch.sums, i * TILE);
        }
    }

    /// [#multiply] with vectors.
    abstract void run(
            Activations x, int first, int count, int from, int to, Scratch scratch, Taker taker);

    /// Number by number; rows are unpacked one at a time.
    private void plain(Activations x, int first, int count, int row, int tile, Scratch scratch) {
        float[] w = scratch.row(columns);
        float[] values = x.values();
        for (int r = 0; r < tile; r++) {
            readPlain(row + r, w, 0);
            for (int i = 0; i < count; i++) {
                int at = (first + i) * columns;
                float sum = 0;
                for (int c = 0; c < columns; c++) {
                    sum += w[c] * values[at + c];
                }
                scratch.sums[i * TILE + r] = sum;
            }
        }
    }

    /// The numbers of a row in their order, as they are before [#scaleRows].
    abstract void readPlain(int row, float[] to, int at);

    /// The numbers of a row in their order.
    public final void read(int row, float[] to, int at) {
        readPlain(row, to, at);
        float[] scale = {1};
        scaleRows(row, 1, scale, 0);
        for (int i = 0; scale[0] != 1 && i < columns; i++) {
            to[at + i] *= scale[0];
        }
    }

    /// How the vectors lie that are multiplied.
    abstract Activations.Form form();

    /// Brings the vectors into the form that they are multiplied in, unless they are in it.
    public final void prepare(Activations x) {
        if (vectors) {
            prepareVectors(x);
        }
    }

    void prepareVectors(Activations x) {
        x.prepare(form());
    }

    /// Multiplies products by what all numbers of a row are scaled with.
    void scaleRows(int row, int count, float[] products, int at) {}
}
