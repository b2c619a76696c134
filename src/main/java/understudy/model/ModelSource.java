package understudy.model;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import understudy.tensor.ByteGroups;
import understudy.tensor.FrozenMatrices;
import understudy.tensor.RowSource;

/// A model's weights under their Hugging Face names, wherever they come from.
interface ModelSource extends AutoCloseable {
    ModelConfig config();

    /// The rows of a weight in the caller's scope, on the CPU, in the type of the file or f32; to
    /// be copied from while this is open.
    ///
    /// @param name such as `model.layers.3.mlp.up_proj.weight`
    RowSource<Tensor> rows(String name, long... shape);

    /// All of a weight; see [#rows].
    default Tensor weight(String name, long... shape) {
        return rows(name, shape).of(0, Math.toIntExact(shape[0]));
    }

    /// The rows of a weight in groups of 4 bits, where it is stored so.
    ///
    /// @return null where it is not
    default @Nullable RowSource<FrozenMatrices.Groups> groups(String name, int rows, int columns) {
        return null;
    }

    /// A weight in groups of bytes, where it is stored so and the CPU may read it so.
    ///
    /// @return null where it is not; else the caller closes it
    default @Nullable ByteGroups bytes(String name, int rows, int columns) {
        return null;
    }

    /// What was read so far need not stay in memory.
    void release();

    @Override
    void close();
}
