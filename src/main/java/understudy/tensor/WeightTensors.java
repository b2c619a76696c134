package understudy.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.PointerConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import understudy.base.UserError;
import understudy.weights.TensorInfo;
import understudy.weights.WeightFile;

/// Validated weights of a file as tensors, and tensors as memory.
public final class WeightTensors {
    private WeightTensors() {}

    /// A tensor of a file in the caller's scope: a view of the mapped bytes where the type is a
    /// plain float, else dequantised to f32. Only to be copied from, while the file is open.
    ///
    /// @throws UserError where the file has no such tensor or it has another shape
    public static Tensor view(WeightFile file, String name, long... shape) {
        requireShape(file, name, shape);
        TensorInfo info = file.tensor(name);
        return switch (info.type()) {
            case F32 -> blob(file.bytes(name), shape, torch.ScalarType.Float);
            case F16 -> blob(file.bytes(name), shape, torch.ScalarType.Half);
            case BF16 -> blob(file.bytes(name), shape, torch.ScalarType.BFloat16);
            default -> {
                Tensor floats = Placement.cpu(ComputeType.F32).empty(shape);
                file.floats(name, memory(floats));
                yield floats;
            }
        };
    }

    /// @throws UserError where the file has no such tensor or it has another shape
    public static void requireShape(WeightFile file, String name, long... shape) {
        TensorInfo info = file.tensor(name);
        if (!Arrays.equals(info.shape(), shape)) {
            throw new UserError(
                    "a weight has the wrong shape: "
                            + Arrays.toString(info.shape())
                            + " where the config says "
                            + Arrays.toString(shape),
                    file.path() + ", tensor " + name,
                    "fetch the model again with `understudy model get NAME`");
        }
    }

    private static Tensor blob(MemorySegment bytes, long[] shape, torch.ScalarType type) {
        return torch.from_blob(
                pointer(bytes),
                shape,
                rowMajor(shape),
                (PointerConsumer) null,
                new TensorOptions(type),
                new DeviceOptional());
    }

    private static long[] rowMajor(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape[i];
        }
        return strides;
    }

    private static Pointer pointer(MemorySegment segment) {
        return new Pointer() {
            {
                address = segment.address();
            }
        };
    }

    /// The bytes of a contiguous CPU tensor; valid while the tensor lives.
    public static MemorySegment memory(Tensor tensor) {
        if (!tensor.is_contiguous() || tensor.is_cuda()) {
            throw new IllegalArgumentException("needs a contiguous tensor in the CPU's memory");
        }
        long bytes = tensor.numel() * tensor.element_size();
        return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(bytes);
    }

    /// The numbers of a tensor of any float type, on any device.
    public static float[] floats(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = tensor.cpu().to(torch.ScalarType.Float).contiguous();
            float[] numbers = new float[Math.toIntExact(plain.numel())];
            plain.data_ptr_float().get(numbers);
            return numbers;
        }
    }
}
