package understudy.train;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.tensor.Scopes;
import understudy.tensor.WeightTensors;

/// Both moments in f32, 8 bytes a number.
final class FullMoments implements Moments {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Tensor mean;
    private final Tensor square;

    /// @param like the adapter's numbers
    FullMoments(Tensor like) {
        this.mean = Scopes.owned(() -> torch.zeros_like(like));
        this.square = Scopes.owned(() -> torch.zeros_like(like));
    }

    Tensor mean() {
        return mean;
    }

    Tensor square() {
        return square;
    }

    @Override
    public void read(long from, float[] m, float[] v, int count) {
        MemorySegment.copy(WeightTensors.memory(mean), FLOAT, 4 * from, m, 0, count);
        MemorySegment.copy(WeightTensors.memory(square), FLOAT, 4 * from, v, 0, count);
    }

    @Override
    public void write(long from, float[] m, float[] v, int count) {
        MemorySegment.copy(m, 0, WeightTensors.memory(mean), FLOAT, 4 * from, count);
        MemorySegment.copy(v, 0, WeightTensors.memory(square), FLOAT, 4 * from, count);
    }

    @Override
    public Map<String, Tensor> tensors() {
        return Map.of("mean", mean, "square", square);
    }

    @Override
    public void restored() {}

    @Override
    public void release() {}

    @Override
    public void close() {
        mean.close();
        square.close();
    }
}
