package understudy.tensor;

/// Rows of 8-bit numbers with one scale each.
final class ByteBlock extends UngroupedBlock {
    private final long quants;
    private final long scales;

    /// @param quants address of `(rows, columns)` bytes
    /// @param scales address of a float a row
    ByteBlock(long quants, long scales, int rows, int columns) {
        super(rows, columns);
        this.quants = quants;
        this.scales = scales;
    }

    private DotVectors.Rows at(int row, int count) {
        return new DotVectors.Rows(quants + (long) row * columns(), columns(), count);
    }

    @Override
    Activations.Form form() {
        return Activations.Form.PLAIN;
    }

    @Override
    void dots(int row, int count, float[] x, float[] sums) {
        DotVectors.bytes(at(row, count), x, columns(), sums);
    }

    @Override
    void unpack(int row, int count, int from, int to, float[] out, int gap) {
        DotVectors.readBytes(at(row, count), from, to, out, gap);
    }

    @Override
    void readPlain(int row, float[] to, int at) {
        long in = quants + (long) row * columns();
        for (int i = 0; i < columns(); i++) {
            to[at + i] = Native.ALL.get(Native.BYTE, in + i);
        }
    }

    @Override
    void scaleRows(int row, int count, float[] products, int at) {
        for (int i = 0; i < count; i++) {
            products[at + i] *= Native.ALL.get(Native.FLOAT, scales + 4L * (row + i));
        }
    }
}
