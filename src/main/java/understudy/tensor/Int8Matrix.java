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

    Int8Matrix(List<Part> parts, int columns, UnpackBuffer buffer) {
        this.buffer = buffer;
        int rows = parts.stream().mapToInt(p -> Math.toIntExact(p.scales.size(0))).sum();
        Placement cpu = Placement.cpu(ComputeType.F32);
        this.quants = Scopes.owned(() -> cpu.empty(torch.ScalarType.Char, rows, columns));
        this.scales = Scopes.owned(() -> cpu.empty(rows, 1));
        int from = 0;
        for (Part part : parts) {
            int at = from;
            int count = Math.toIntExact(part.scales.size(0));
            Scopes.run(() -> {
                quants.narrow(0, at, count).copy_(part.quants);
                scales.narrow(0, at, count).copy_(part.scales);
            });
            part.quants.close();
            part.scales.close();
            from += count;
        }
    }

    /// Some rows, not yet in their matrix.
    record Part(Tensor quants, Tensor scales) {}

    /// Rounds to the nearest of 255 even steps as far as the largest magnitude of each row.
    ///
    /// @param floats f32 `(rows, columns)` on the CPU
    static Part pack(Tensor floats) {
        Tensor scales =
                Scopes.owned(() ->
                        floats.abs()
                                .amax(new long[] {-1}, true)
                                .mul_(new Scalar(1.0 / LARGEST))
                                .clamp_min_(new Scalar(1e-30)));
        Tensor quants = Scopes.owned(() -> floats.div(scales).round_().to(torch.ScalarType.Char));
        return new Part(quants, scales);
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
