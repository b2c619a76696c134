package understudy.tensor;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// A matrix of 4-bit numbers in strips, made of parts that were quantised each for itself.
final class StripMatrix implements FrozenMatrix {
    private final List<StripPart> parts;
    private final int rows;
    private final int columns;
    private final UnpackBuffer buffer;

    StripMatrix(List<StripPart> parts, int columns, UnpackBuffer buffer) {
        this.parts = List.copyOf(parts);
        this.rows = parts.stream().mapToInt(part -> part.form().rows()).sum();
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

    @Override
    public Tensor dense() {
        Tensor dense = buffer.of(rows, columns);
        long out = Native.packed(dense);
        int width = buffer.bfloat16() ? 2 : 4;
        for (StripPart part : parts) {
            part.unpack(out, buffer.bfloat16());
            out += (long) part.form().rows() * columns * width;
        }
        return buffer.ready(dense);
    }

    @Override
    public List<RowBlock> blocks() {
        return parts.stream().map(StripPart::block).toList();
    }

    @Override
    public long bytes() {
        return parts.stream().mapToLong(StripPart::bytes).sum();
    }

    @Override
    public void close() {
        parts.forEach(StripPart::close);
    }
}
