package understudy.tensor;

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

    /// Bytes held between uses.
    long bytes();

    @Override
    void close();
}
