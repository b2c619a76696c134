package understudy.tensor;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// 8-bit whole numbers from -127 to 127 with one scale a row: `weight = q * scale`.
final class Int8Matrix implements FrozenMatrix {
    private static final int LARGEST = 127;
    private static final Int8Kernel KERNEL =
            VectorApi.available() ? new Int8Vectors() : new Int8Kernel();

    private final Tensor quants; // (rows, columns), 8-bit
    private final Tensor scales; // (rows, 1), f32
    private final UnpackBuffer buffer;

    /// A matrix that is to be filled by [#take].
    Int8Matrix(int rows, int columns, UnpackBuffer buffer) {
        this.buffer = buffer;
        Placement cpu = Placement.cpu(ComputeType.F32);
        this.quants = Scopes.owned(() -> cpu.empty(torch.ScalarType.Char, rows, columns));
        this.scales = Scopes.owned(() -> cpu.empty(rows, 1));
    }

    /// Rounds some rows to the nearest of 255 even steps as far as the largest magnitude of each.
    ///
    /// @param from   the first
    /// @param floats f32 `(count, columns)` on the CPU
    void take(int from, Tensor floats) {
        Scopes.run(() -> {
            Tensor steps =
                    floats.abs()
                            .amax(new long[] {-1}, true)
                            .mul_(new Scalar(1.0 / LARGEST))
                            .clamp_min_(new Scalar(1e-30));
            scales.narrow(0, from, floats.size(0)).copy_(steps);
            quants.narrow(0, from, floats.size(0)).copy_(floats.div(steps).round_());
        });
    }

    @Override
    public int rows() {
        return Math.toIntExact(quants.size(0));
    }

    @Override
    public int columns() {
        return Math.toIntExact(quants.size(1));
    }

    @Override
    public Tensor dense() {
        Tensor dense = buffer.of(rows(), columns());
        long in = Native.packed(quants);
        long scale = Native.packed(scales);
        long out = Native.packed(dense);
        int columns = columns();
        Workers.rows(
                rows(),
                (from, to) -> {
                    for (long row = from; row < to; row++) {
                        float factor = Native.ALL.get(Native.FLOAT, scale + 4 * row);
                        long source = in + row * columns;
                        if (buffer.bfloat16()) {
                            KERNEL.bfloats(source, factor, out + 2 * row * columns, columns);
                        } else {
                            KERNEL.floats(source, factor, out + 4 * row * columns, columns);
                        }
                    }
                });
        return buffer.ready(dense);
    }

    @Override
    public List<RowBlock> blocks() {
        return List.of(
                new ByteBlock(Native.packed(quants), Native.packed(scales), rows(), columns()));
    }

    @Override
    public long bytes() {
        return quants.numel() + 4 * scales.numel();
    }

    @Override
    public void close() {
        quants.close();
        scales.close();
    }
}
