package understudy.tensor;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// Held as floats: in the compute type, where there is nothing to do, or in another type, from
/// which it is converted for each use.
record FloatMatrix(Tensor weight, UnpackBuffer buffer) implements FrozenMatrix {
    @Override
    public int rows() {
        return Math.toIntExact(weight.size(0));
    }

    @Override
    public int columns() {
        return Math.toIntExact(weight.size(1));
    }

    @Override
    public Tensor dense() {
        return weight.scalar_type().intern() == buffer.type().scalar()
                ? weight
                : Scopes.keep(() -> buffer.ready(buffer.of(rows(), columns()).copy_(weight)));
    }

    @Override
    public List<RowBlock> blocks() {
        return List.of(RowBlock.of(weight));
    }

    @Override
    public long bytes() {
        return weight.numel() * weight.element_size();
    }

    @Override
    public void close() {
        weight.close();
    }
}
