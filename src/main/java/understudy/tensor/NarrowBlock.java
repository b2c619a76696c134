package understudy.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Rows of few numbers, such as those of an adapter's factor B of rank 8, in f32 or bfloat16.
///
/// A copy in which a lane is a row, as in [Strips], since such a row does not fill a vector. Two
/// strips of rows lie interwoven: a vector with the first 32 bits of each row of the one, a vector
/// of the other, then the next 32 bits. Rows that fill up the last pair are zeros.
final class NarrowBlock extends RowBlock {
    private static final int PAIR = 2 * Strips.WIDTH;

    private final MemorySegment memory;
    private final boolean half;
    private final int words; // 32 bits each, of a row

    /// @param weight f32 or bfloat16, `(rows, columns)`, contiguous; of bfloat16 an even number of
    ///     columns
    NarrowBlock(Tensor weight) {
        super(Math.toIntExact(weight.size(0)), Math.toIntExact(weight.size(1)), true);
        this.half = weight.scalar_type().intern() == torch.ScalarType.BFloat16;
        this.words = columns() / (half ? 2 : 1);
        long pairs = ((long) rows() + PAIR - 1) / PAIR;
        this.memory = Arena.ofAuto().allocate(pairs * PAIR * words * 4, 64);
        long in = Native.packed(weight);
        for (int row = 0; row < rows(); row++) {
            for (int word = 0; word < words; word++) {
                long at = in + 4L * ((long) row * words + word);
                memory.set(Native.INT, place(row, word), Native.ALL.get(Native.INT, at));
            }
        }
    }

    /// Whether such a copy can be made of rows of that many columns, and be read with vectors.
    static boolean fits(int columns, boolean half) {
        return vectors(Strips.GROUP) && (!half || columns % 2 == 0);
    }

    private long place(int row, int word) {
        return 4L * ((long) (row / PAIR * words + word) * PAIR + row % PAIR);
    }

    @Override
    void run(Activations x, int first, int count, int from, int to, Scratch scratch, Taker taker) {
        for (int row = from / PAIR * PAIR; row < to; row += PAIR) {
            long strips = memory.address() + place(row, 0);
            int begin = Math.max(from, row);
            int rows = Math.min(to, row + PAIR) - begin;
            for (int which = first; which < first + count; which++) {
                if (half) {
                    StripVectors.halves(
                            strips, words, x.values(), which * columns(), scratch.sums());
                } else {
                    StripVectors.floats(
                            strips, words, x.values(), which * columns(), scratch.sums());
                }
                taker.take(begin, rows, which, scratch.sums(), begin - row);
            }
        }
    }

    @Override
    void readPlain(int row, float[] to, int at) {
        for (int c = 0; c < columns(); c++) {
            int word = memory.get(Native.INT, place(row, half ? c / 2 : c));
            int bits = !half ? word : c % 2 == 0 ? word << 16 : word & 0xffff0000;
            to[at + c] = Float.intBitsToFloat(bits);
        }
    }

    @Override
    Activations.Form form() {
        return Activations.Form.PLAIN;
    }
}
