package understudy.tensor;

/// Rows in f32 or bfloat16.
final class FloatBlock extends UngroupedBlock {
    private final long address;
    private final boolean half;
    private final long stride;

    FloatBlock(long address, int rows, int columns, boolean half) {
        super(rows, columns);
        this.address = address;
        this.half = half;
        this.stride = (long) columns * (half ? 2 : 4);
    }

    private DotVectors.Rows at(int row, int count) {
        return new DotVectors.Rows(address + row * stride, stride, count);
    }

    @Override
    Activations.Form form() {
        return half ? Activations.Form.PAIRED : Activations.Form.PLAIN;
    }

    @Override
    void dots(int row, int count, float[] x, float[] sums) {
        if (half) {
            DotVectors.halves(at(row, count), x, columns(), sums);
        } else {
            DotVectors.floats(at(row, count), x, columns(), sums);
        }
    }

    @Override
    void unpack(int row, int count, int from, int to, float[] out, int gap) {
        if (half) {
            DotVectors.readHalves(at(row, count), from, to, out, gap);
        } else {
            DotVectors.readFloats(at(row, count), from, to, out, gap);
        }
    }

    @Override
    void readPlain(int row, float[] to, int at) {
        long in = address + row * stride;
        for (int i = 0; i < columns(); i++) {
            to[at + i] =
                    half
                            ? Float.intBitsToFloat(Native.ALL.get(Native.SHORT, in + 2L * i) << 16)
                            : Native.ALL.get(Native.FLOAT, in + 4L * i);
        }
    }
}
