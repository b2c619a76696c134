package understudy.tensor;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

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

    /// Its rows as they are held, one stretch below the other, to be multiplied with few vectors on
    /// the CPU; of no use once this is closed.
    List<RowBlock> blocks();

    /// Bytes held between uses.
    long bytes();

    @Override
    void close();
}
