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
import understudy.weights.WeightType;

/// Validated weights of a file as tensors, and tensors as memory.
public final class WeightTensors {
    private WeightTensors() {}

    /// Rows of a tensor of a file in the caller's scope: a view of the mapped bytes where the type
    /// is a plain float, else dequantised to f32. Only to be copied from, while the file is open.
    ///
    /// @param shape of the whole tensor
    /// @throws UserError where the file has no such tensor or it has another shape
    public static Tensor rows(WeightFile file, String name, long[] shape, long from, long count) {
        MemorySegment bytes = stored(file, name, shape, from, count);
        long[] some = shape.clone();
        some[0] = count;
        return switch (file.tensor(name).type()) {
            case F32 -> blob(bytes, some, torch.ScalarType.Float);
            case F16 -> blob(bytes, some, torch.ScalarType.Half);
            case BF16 -> blob(bytes, some, torch.ScalarType.BFloat16);
            default -> {
                Tensor floats = Placement.cpu(ComputeType.F32).empty(some);
                file.floats(name, bytes, memory(floats));
                yield floats;
            }
        };
    }

    /// All of a tensor; see [#rows].
    ///
    /// @throws UserError where the file has no such tensor or it has another shape
    public static Tensor view(WeightFile file, String name, long... shape) {
        return rows(file, name, shape, 0, shape[0]);
    }

    /// The bytes of rows of a tensor: whole blocks.
    ///
    /// @param shape of the whole tensor
    /// @throws UserError where the file has no such tensor, it has another shape, or a row does not
    ///     end where a block does
    public static MemorySegment stored(
            WeightFile file, String name, long[] shape, long from, long count) {
        requireShape(file, name, shape);
        WeightType type = file.tensor(name).type();
        long columns = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
        boolean all = from == 0 && count == shape[0];
        if (!all && columns % type.blockElements() != 0) {
            throw new UserError(
                    "rows of " + columns + " numbers are not whole blocks of " + type,
                    file.path() + ", tensor " + name,
                    "fetch the model again with `understudy model get NAME`");
        }
        return all
                ? file.bytes(name)
                : file.bytes(name)
                        .asSlice(type.bytesOf(from * columns), type.bytesOf(count * columns));
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
