package understudy.tensor;

import org.bytedeco.pytorch.Tensor;

/// Held in the compute type: nothing to unpack.
record PlainMatrix(Tensor weight) implements FrozenMatrix {
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
        return weight;
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
