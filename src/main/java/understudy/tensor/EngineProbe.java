package understudy.tensor;

import org.bytedeco.pytorch.Device;

/// What the engine would use on this machine, in words: for those that may not see libtorch.
///
/// @param device      `cpu` or `cuda`
/// @param computeType `bf16` or `f32`
/// @param reason      why that compute type
/// @param threads     of the big multiplies
public record EngineProbe(String device, String computeType, String reason, int threads) {

    /// Loads the native libraries and measures; takes about a second.
    ///
    /// @throws understudy.base.UserError where they do not load
    public static EngineProbe look() {
        try (Device device = Libtorch.device("auto")) {
            ComputeType.Choice choice = ComputeType.choose("auto", device);
            return new EngineProbe(
                    device.is_cuda() ? "cuda" : "cpu",
                    choice.type().word(),
                    choice.reason(),
                    Libtorch.threads());
        }
    }
}
