package understudy.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import understudy.base.Settings;
import understudy.base.UserError;
import understudy.model.LanguageModel;
import understudy.model.ModelConfig;
import understudy.run.RunFolder;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.train.TrainConfig;

/// A model in memory and how it was decided to run it.
///
/// @param model  closed with this
/// @param choice of the compute type, with its reason
record LoadedModel(LanguageModel model, ComputeType.Choice choice) implements AutoCloseable {

    /// @param path         folder or .gguf file
    /// @param computeType  `auto`, `bf16` or `f32`
    /// @param quantization how the frozen matrices are held
    /// @param device       `auto`, `cpu` or `cuda`
    static LoadedModel load(
            Path path, String computeType, Quantization quantization, String device) {
        Placement.Chosen chosen = place(computeType, device);
        return new LoadedModel(
                LanguageModel.load(path, chosen.placement(), quantization), chosen.choice());
    }

    /// The base of a run as it was held when the run learned: what was learned makes up for that
    /// form's rounding, too.
    ///
    /// @param train the run's section `train`
    static LoadedModel as(Settings train, Path path, String device) {
        return as(train, path, null, device);
    }

    /// The base of a run.
    ///
    /// @param form how it is held; null for as it was when the run learned
    static LoadedModel as(Settings train, Path path, @Nullable Quantization form, String device) {
        TrainConfig config = TrainConfig.from(train);
        Quantization held = form == null ? config.quantization() : form;
        return load(path, config.computeType(), held, device);
    }

    /// The model that a run made of its base, where all weights learned; else the base, to which
    /// the run's adapter belongs.
    static LoadedModel learned(RunFolder run, RunSetup setup, Path base, String device) {
        return as(setup.train(), setup.full() ? run.model() : base, device);
    }

    /// A model of the given shape whose weights mean nothing; for measurements.
    static LoadedModel random(
            ModelConfig shape, String computeType, Quantization quantization, long seed) {
        Placement.Chosen chosen = place(computeType, "auto");
        return new LoadedModel(
                LanguageModel.random(shape, chosen.placement(), quantization, seed),
                chosen.choice());
    }

    private static Placement.Chosen place(String computeType, String device) {
        if (!device.matches("auto|cpu|cuda")) {
            throw new UserError("unknown device " + device, "--device", "use auto, cpu or cuda");
        }
        return Placement.choose(computeType, device);
    }

    @Override
    public void close() {
        model.close();
    }
}
