package understudy.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/// The two moments of AdamW, as long as the adapter, in whatever form they are held.
interface Moments extends AutoCloseable {
    /// Numbers of a piece that is read and written at once.
    int PIECE = 4096;

    /// @param from  first number, a multiple of [#PIECE]
    /// @param mean  receives m
    /// @param square receives v
    /// @param count numbers
    void read(long from, float[] mean, float[] square, int count);

    /// Puts back what [#read] gave, changed.
    void write(long from, float[] mean, float[] square, int count);

    /// What a checkpoint keeps, f32 by name; filled by reading a checkpoint, too.
    Map<String, Tensor> tensors();

    /// After [#tensors] were filled from a checkpoint.
    void restored();

    /// Frees what [#tensors] made for a checkpoint.
    void release();

    @Override
    void close();
}
