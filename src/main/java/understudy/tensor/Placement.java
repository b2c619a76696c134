package understudy.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/// Where tensors live and in which number type the big multiplies run.
public record Placement(Device device, ComputeType type) {
    /// Made at the first use, when libtorch has been started.
    private static final class Cpu {
        private static final Device DEVICE = Scopes.own(new Device("cpu"));
    }

    public static Placement cpu(ComputeType type) {
        Libtorch.start();
        return new Placement(Cpu.DEVICE, type);
    }

    /// A placement and why its compute type was chosen.
    public record Chosen(Placement placement, ComputeType.Choice choice) {}

    /// @param computeType `auto`, `bf16` or `f32`
    /// @param device      `auto`, `cpu` or `cuda`
    public static Chosen choose(String computeType, String device) {
        Device place = Libtorch.device(device);
        ComputeType.Choice choice = ComputeType.choose(computeType, place);
        return new Chosen(new Placement(place, choice.type()), choice);
    }

    /// Uninitialised, in the compute type.
    public Tensor empty(long... shape) {
        return empty(type.scalar(), shape);
    }

    /// Uninitialised, in another type.
    public Tensor empty(torch.ScalarType scalar, long... shape) {
        return torch.empty(shape, options(scalar), new MemoryFormatOptional());
    }

    /// Zeros in f32, whatever the compute type: for what is summed or learned.
    public Tensor zerosF32(long... shape) {
        return torch.zeros(shape, options(torch.ScalarType.Float));
    }

    /// Zeros in the compute type.
    public Tensor zeros(long... shape) {
        return torch.zeros(shape, options(type.scalar()));
    }

    /// The nearest number that the compute type has.
    public double rounded(double value) {
        try (PointerScope inner = new PointerScope()) {
            return empty(1).fill_(new Scalar(value)).to(torch.ScalarType.Double).item_double();
        }
    }

    /// Indices as a 1-D tensor of 64-bit integers.
    public Tensor indices(int[] values) {
        long[] wide = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return move(torch.tensor(wide));
    }

    /// Numbers as a 1-D f32 tensor.
    public Tensor floats(float[] values) {
        return move(torch.tensor(values));
    }

    private Tensor move(Tensor onCpu) {
        return device.is_cpu()
                ? onCpu
                : onCpu.to(device, onCpu.scalar_type(), false, false, new MemoryFormatOptional());
    }

    private TensorOptions options(torch.ScalarType scalar) {
        return new TensorOptions(scalar).device(new DeviceOptional(device));
    }
}
