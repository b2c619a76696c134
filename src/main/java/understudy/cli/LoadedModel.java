package understudy.cli;

import java.nio.file.Path;
import understudy.base.UserError;
import understudy.model.LanguageModel;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;

/// A model in memory and how it was decided to run it.
///
/// @param model  closed with this
/// @param choice of the compute type, with its reason
record LoadedModel(LanguageModel model, ComputeType.Choice choice) implements AutoCloseable {

    /// @param path        folder or .gguf file
    /// @param computeType `auto`, `bf16` or `f32`
    /// @param device      `auto`, `cpu` or `cuda`
    static LoadedModel load(Path path, String computeType, String device) {
        if (!device.matches("auto|cpu|cuda")) {
            throw new UserError("unknown device " + device, "--device", "use auto, cpu or cuda");
        }
        Placement.Chosen chosen = Placement.choose(computeType, device);
        return new LoadedModel(LanguageModel.load(path, chosen.placement()), chosen.choice());
    }

    @Override
    public void close() {
        model.close();
    }
}
