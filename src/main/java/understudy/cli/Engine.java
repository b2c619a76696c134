package understudy.cli;

import java.nio.file.Path;
import understudy.base.UserError;
import understudy.model.LanguageModel;
import understudy.tensor.ComputeType;
import understudy.tensor.Libtorch;
import understudy.tensor.Placement;

/// A loaded model and how it was decided to run it.
///
/// @param model  closed with this
/// @param choice of the compute type, with its reason
record Engine(LanguageModel model, ComputeType.Choice choice) implements AutoCloseable {

    /// @param path        folder or .gguf file
    /// @param computeType `auto`, `bf16` or `f32`
    /// @param device      `auto`, `cpu` or `cuda`
    static Engine load(Path path, String computeType, String device) {
        if (!device.matches("auto|cpu|cuda")) {
            throw new UserError("unknown device " + device, "--device", "use auto, cpu or cuda");
        }
        org.bytedeco.pytorch.Device place = Libtorch.device(device);
        ComputeType.Choice choice = ComputeType.choose(computeType, place);
        return new Engine(
                LanguageModel.load(path, new Placement(place, choice.type())), choice);
    }

    @Override
    public void close() {
        model.close();
    }
}
