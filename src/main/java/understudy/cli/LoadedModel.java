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

    /// The base of a finished run as it was held when the run learned: what was learned makes up
    /// for that form's rounding, too. Where nothing was rounded, as its file holds it, which is the
    /// same numbers in less memory and faster to write with.
    ///
    /// @param train the run's section `train`
    static LoadedModel as(Settings train, Path path, String device) {
        return as(train, path, null, device);
    }

    /// The base of a finished run.
    ///
    /// @param form how it is held; null for [#as(Settings, Path, String)]
    static LoadedModel as(Settings train, Path path, @Nullable Quantization form, String device) {
        TrainConfig config = TrainConfig.from(train);
        return load(path, config.computeType(), held(config.quantization(), form), device);
    }

    /// How the base of a finished run is held.
    ///
    /// @param learned how it was when the run learned
    /// @param form    how it is to be; null for no wish
    static Quantization held(Quantization learned, @Nullable Quantization form) {
        if (form != null) {
            return form;
        }
        return learned == Quantization.NONE ? Quantization.FILE : learned;
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
