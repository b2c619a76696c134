package understudy.model;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;

/// Weights of the right shapes that mean nothing, for measurements of models that are not here.
///
/// Normal with deviation 0.02, as most models were started; norms are 1. The same seed gives the
/// same weights, whatever the order in which they are asked for.
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
    public Tensor weight(String name, long... shape) {
        Tensor values = Placement.cpu(ComputeType.F32).empty(shape);
        if (name.contains("norm")) {
            return values.fill_(new org.bytedeco.pytorch.Scalar(1.0));
        }
        Generator generator = torch.make_generator_cpu(seed * 31 + name.hashCode());
        return values.normal_(0, DEVIATION, new GeneratorOptional(generator));
    }

    @Override
    public void release() {}

    @Override
    public void close() {}
}
