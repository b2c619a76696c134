package understudy.model;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;

/// The tiny models of the golden files, for the tests of other packages.
public final class TinyModel {
    private TinyModel() {}

    public static Path folder(String name) {
        return Golden.ROOT.resolve(name);
    }

    /// Of every golden model.
    public static List<String> names() {
        return Golden.names();
    }

    public static LanguageModel load(String name, ComputeType type) {
        return LanguageModel.load(folder(name), Placement.cpu(type));
    }

    /// A flat tensor's numbers.
    public static float[] floats(Tensor tensor) {
        return Golden.array(tensor);
    }

    /// Replaces the numbers of a flat f32 tensor.
    public static void fill(Tensor tensor, float[] values) {
        try (PointerScope scope = new PointerScope();
                FloatPointer pointer = tensor.data_ptr_float()) {
            pointer.put(values);
        }
    }

    /// Makes every loss of the model NaN, as broken memory or an overflow would.
    ///
    /// @return undoes it
    public static Runnable poison(LanguageModel model) {
        float[] before = Golden.array(model.head().view(-1));
        try (PointerScope scope = new PointerScope()) {
            model.head().narrow(0, 0, 1).fill_(new Scalar(Double.NaN));
        }
        return () -> fill(model.head(), before);
    }

    /// Elements of all weights that the model holds.
    public static long weights(LanguageModel model) {
        long sum = model.config().hidden(); // the final norm
        sum += (model.config().tied() ? 1 : 2) * model.head().numel();
        for (Projections group : model.projections()) {
            sum += group.weight().dense().numel();
        }
        return sum + 2L * model.config().layers() * model.config().hidden();
    }

    /// Bytes that the matrices of all blocks are held in.
    public static long matrixBytes(LanguageModel model) {
        return model.projections().stream().mapToLong(p -> p.weight().bytes()).sum();
    }
}
