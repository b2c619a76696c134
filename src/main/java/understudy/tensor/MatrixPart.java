package understudy.tensor;

/// Some rows of a packed matrix, quantised for themselves. Owned by its maker, who closes it.
interface MatrixPart extends AutoCloseable {
    /// Numbers.
    long size();

    /// Writes all numbers, row after row.
    ///
    /// @param out      address of the first number
    /// @param bfloat16 whether to write bfloat16, else f32
    void unpack(long out, boolean bfloat16);

    /// Of no use once this is closed.
    ///
    /// @param columns a row
    RowBlock block(int columns);

    /// Bytes held.
    long bytes();

    @Override
    void close();
}
