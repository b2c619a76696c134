package understudy.tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import understudy.base.UserError;
import understudy.weights.Safetensors;
import understudy.weights.SafetensorsWriter;
import understudy.weights.WeightType;

/// Named tensors in a safetensors file.
public final class TensorFile {
    private static final int CHUNK_BYTES = 1 << 20;

    private TensorFile() {}

    /// Writes the bytes of a file of f32.
    ///
    /// @param tensors of any float type and shape, on any device
    public static void write(Map<String, Tensor> tensors, OutputStream out) throws IOException {
        write(tensors, ComputeType.F32, out);
    }

    /// Writes the bytes of a file; what has to be converted for it exists one tensor at a time.
    ///
    /// @param tensors of any float type and shape, on any device
    public static void write(Map<String, Tensor> tensors, ComputeType type, OutputStream out)
            throws IOException {
        WeightType stored = type == ComputeType.BF16 ? WeightType.BF16 : WeightType.F32;
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.forEach((name, tensor) ->
                writer.add(name, stored, shape(tensor), to -> copy(tensor, type, to)));
        writer.writeTo(out);
    }

    private static long[] shape(Tensor tensor) {
        long[] shape = new long[Math.toIntExact(tensor.dim())];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.size(i);
        }
        return shape;
    }

    private static void copy(Tensor tensor, ComputeType type, OutputStream out) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor cpu = tensor.to(type.scalar()).cpu().contiguous();
            MemorySegment bytes = WeightTensors.memory(cpu);
            byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, bytes.byteSize())];
            for (long at = 0; at < bytes.byteSize(); at += chunk.length) {
                int count = (int) Math.min(chunk.length, bytes.byteSize() - at);
                MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, chunk, 0, count);
                out.write(chunk, 0, count);
            }
        }
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
                tensor.copy_(WeightTensors.view(tensors, name, shape(tensor)));
            });
            return true;
        }
    }
}
