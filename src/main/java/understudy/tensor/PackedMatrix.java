package understudy.tensor;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// A matrix in 4 bits a number, made of parts that were quantised each for itself.
final class PackedMatrix implements FrozenMatrix {
    private final List<MatrixPart> parts;
    private final int rows;
    private final int columns;
    private final UnpackBuffer buffer;

    PackedMatrix(List<? extends MatrixPart> parts, int columns, UnpackBuffer buffer) {
        long size = parts.stream().mapToLong(MatrixPart::size).sum();
        this.parts = List.copyOf(parts);
        this.rows = Math.toIntExact(size / columns);
        this.columns = columns;
        this.buffer = buffer;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    /// Part after part: a kernel may write some numbers behind its last, into the next part.
    @Override
    public Tensor dense() {
        Tensor dense = buffer.of(rows, columns);
        long out = Native.packed(dense);
        int width = buffer.bfloat16() ? 2 : 4;
        for (MatrixPart part : parts) {
            part.unpack(out, buffer.bfloat16());
            out += part.size() * width;
        }
        return buffer.ready(dense);
    }

    @Override
    public List<RowBlock> blocks() {
        return parts.stream().map(part -> part.block(columns)).toList();
    }

    @Override
    public long bytes() {
        return parts.stream().mapToLong(MatrixPart::bytes).sum();
    }

    @Override
    public void close() {
        parts.forEach(MatrixPart::close);
    }
}
