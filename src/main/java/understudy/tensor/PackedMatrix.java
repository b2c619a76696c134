package understudy.tensor;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A matrix in 4 bits a number, made of parts that were quantised each for itself.
final class PackedMatrix implements FrozenMatrix {
    /// Numbers that are unpacked at once for a product.
    private static final int AT_ONCE = 8 << 20;

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

    @Override
    public Tensor dense() {
        return dense(parts, rows);
    }

    /// Part after part: a kernel may write some numbers behind its last, into the next part.
    private Tensor dense(List<MatrixPart> some, int count) {
        Tensor dense = buffer.of(count, columns);
        long out = Native.packed(dense);
        int width = buffer.bfloat16() ? 2 : 4;
        for (MatrixPart part : some) {
            part.unpack(out, buffer.bfloat16());
            out += part.size() * width;
        }
        return buffer.ready(dense);
    }

    /// As many parts at once as the buffer should hold.
    @Override
    public Tensor product(Tensor x) {
        if ((long) rows * columns <= AT_ONCE) {
            return FrozenMatrix.super.product(x);
        }
        return Scopes.keep(() -> {
            Tensor y = buffer.place().empty(x.size(0), rows);
            int row = 0;
            for (int from = 0, to; from < parts.size(); from = to) {
                long size = parts.get(from).size();
                for (to = from + 1; to < parts.size(); to++) {
                    if (size + parts.get(to).size() > AT_ONCE) {
                        break;
                    }
                    size += parts.get(to).size();
                }
                int count = Math.toIntExact(size / columns);
                Tensor some = y.narrow(1, row, count);
                torch.mm_out(some, x, dense(parts.subList(from, to), count).t());
                row += count;
            }
            return y;
        });
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
