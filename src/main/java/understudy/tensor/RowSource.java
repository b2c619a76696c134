package understudy.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/// Rows of a matrix, some at a time: a matrix of gigabytes need not exist in floats to be held in
/// less.
///
/// @param <T> what holds them, such as a tensor `(count, columns)` in the caller's scope
@FunctionalInterface
public interface RowSource<T> {
    /// Numbers that are read at once: few, since what stays behind lies between what is freed.
    int AT_ONCE = 1 << 20;

    /// @param from  the first
    /// @param count how many
    T of(int from, int count);

    /// Does something for all rows, as many at once as [#AT_ONCE] allows, and whole blocks of
    /// numbers each time.
    static void each(int rows, int columns, Taker taker) {
        int step = Math.max(64, AT_ONCE / columns / 64 * 64);
        for (int from = 0; from < rows; from += step) {
            try (PointerScope scope = new PointerScope()) {
                taker.take(from, Math.min(step, rows - from));
            }
        }
    }

    /// For what is done with some rows, in a scope of its own.
    @FunctionalInterface
    interface Taker {
        void take(int from, int count);
    }

    /// Copies all rows, converted to its type.
    ///
    /// @param to `(rows, columns)`, or `(rows)` of a source of single numbers
    static void copy(RowSource<Tensor> rows, Tensor to) {
        int columns = to.dim() == 1 ? 1 : Math.toIntExact(to.size(1));
        each(
                Math.toIntExact(to.size(0)),
                columns,
                (from, count) -> to.narrow(0, from, count).copy_(rows.of(from, count)));
    }
}
