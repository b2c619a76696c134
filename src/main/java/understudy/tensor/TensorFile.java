package understudy.tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import understudy.base.UserError;
import understudy.weights.Safetensors;
import understudy.weights.SafetensorsWriter;
import understudy.weights.WeightType;

/// Named f32 tensors in a safetensors file.
public final class TensorFile {
    private TensorFile() {}

    /// Writes the bytes of a file.
    ///
    /// @param tensors in f32, of any shape, on any device
    public static void write(Map<String, Tensor> tensors, OutputStream out) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            SafetensorsWriter writer = new SafetensorsWriter();
            tensors.forEach((name, tensor) -> add(writer, name, tensor));
            writer.writeTo(out);
        }
    }

    private static void add(SafetensorsWriter writer, String name, Tensor tensor) {
        Tensor cpu = tensor.to(torch.ScalarType.Float).cpu().contiguous();
        long[] shape = new long[Math.toIntExact(cpu.dim())];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = cpu.size(i);
        }
        writer.add(name, WeightType.F32, shape, WeightTensors.memory(cpu));
    }

    /// Fills tensors with what a file has under their names.
    ///
    /// @return false where the file has other names; then nothing was changed
    /// @throws UserError where the file is damaged or a shape differs
    public static boolean read(Path file, Map<String, Tensor> into) {
        try (Safetensors tensors = Safetensors.open(file);
                PointerScope scope = new PointerScope()) {
            if (!tensors.tensors().keySet().equals(into.keySet())) {
                return false;
            }
            into.forEach((name, tensor) -> {
                long[] shape = new long[Math.toIntExact(tensor.dim())];
                for (int i = 0; i < shape.length; i++) {
                    shape[i] = tensor.size(i);
                }
                tensor.copy_(WeightTensors.view(tensors, name, shape));
            });
            return true;
        }
    }
}
