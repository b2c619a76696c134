package understudy.tensor;

import org.bytedeco.pytorch.Tensor;

/// Held in another float type than the compute type.
record ConvertedMatrix(Tensor weight, UnpackBuffer buffer) implements FrozenMatrix {
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
        return Scopes.keep(() -> buffer.ready(buffer.of(rows(), columns()).copy_(weight)));
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
