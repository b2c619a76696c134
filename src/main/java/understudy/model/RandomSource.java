package understudy.model;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.RowSource;

/// Weights of the right shapes that mean nothing, for measurements of models that are not here.
///
/// Normal with deviation 0.02, as most models were started; norms are 1. The same seed gives the
/// same weights, whatever the order of those asked for: those of [RowSource#each].
final class RandomSource implements ModelSource {
    private static final double DEVIATION = 0.02;

    private final ModelConfig config;
    private final long seed;

    RandomSource(ModelConfig config, long seed) {
        this.config = config;
        this.seed = seed;
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public RowSource<Tensor> rows(String name, long... shape) {
        return (from, count) -> {
            long[] some = shape.clone();
            some[0] = count;
            Tensor values = Placement.cpu(ComputeType.F32).empty(some);
            if (name.contains("norm")) {
                return values.fill_(new Scalar(1.0));
            }
            long rowSeed = (seed * 31 + name.hashCode()) * 31 + from;
            Generator generator = torch.make_generator_cpu(rowSeed);
            return values.normal_(0, DEVIATION, new GeneratorOptional(generator));
        };
    }

    @Override
    public void release() {}

    @Override
    public void close() {}
}
