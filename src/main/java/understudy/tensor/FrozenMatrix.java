package understudy.tensor;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A matrix that is read and never learned, `(rows, columns)`, in whatever form it is held.
///
/// Made by [FrozenMatrices]. Not for use by several threads at once.
public interface FrozenMatrix extends AutoCloseable {
    int rows();

    int columns();

    /// The numbers in the compute type, `(rows, columns)`.
    ///
    /// Owned by this object and, where it had to be unpacked, by a buffer that the next call of
    /// any matrix overwrites: use it for one multiply and let go.
    Tensor dense();

    /// `x·Wᵀ`, for which a large matrix is unpacked in pieces.
    ///
    /// @param x `(T, columns)` in the compute type
    /// @return `(T, rows)` in the caller's scope
    default Tensor product(Tensor x) {
        return Scopes.keep(() -> torch.mm(x, dense().t()));
    }

    /// Its rows as they are held, one stretch below the other, to be multiplied with few vectors on
    /// the CPU; of no use once this is closed.
    List<RowBlock> blocks();

    /// Bytes held between uses.
    long bytes();

    @Override
    void close();
}
