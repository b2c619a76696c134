package understudy.cli;

import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import understudy.evaluate.BeforeAndAfter;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.model.PeftFolder;
import understudy.run.RunFolder;

/// What a run made and the base it made it of, loaded when first asked for.
///
/// Where an adapter was learned, one model in memory is both. Where all weights were, the two take
/// turns, so that memory never has to hold both.
final class RunModels implements BeforeAndAfter, AutoCloseable {
    private final RunFolder run;
    private final RunSetup setup;
    private final Path base;
    private final String device;
    private @Nullable LoadedModel loaded;
    private boolean learned; // whether `loaded` has learned weights, not the base's

    /// @param base folder or .gguf file of the base model
    RunModels(RunFolder run, RunSetup setup, Path base, String device) {
        this.run = run;
        this.setup = setup;
        this.base = base;
        this.device = device;
    }

    static RunModels of(Evaluated evaluated, String device) {
        return new RunModels(evaluated.run(), evaluated.setup(), evaluated.base().path(), device);
    }

    @Override
    public <T> T after(Function<LanguageModel, T> work) {
        return setup.full() ? work.apply(model(true)) : with(run.adapter(), work);
    }

    /// What `work` makes of the base with an adapter attached.
    ///
    /// @param adapter PEFT folder
    /// @param work    keeps nothing of the model
    <T> T with(Path adapter, Function<LanguageModel, T> work) {
        LanguageModel model = model(false);
        try (Adapter attached = PeftFolder.load(model, adapter, false)) {
            try {
                return work.apply(model);
            } finally {
                model.detachAdapter();
            }
        }
    }

    @Override
    public <T> T before(Function<LanguageModel, T> work) {
        return work.apply(model(false));
    }

    private LanguageModel model(boolean ofLearned) {
        LoadedModel now = loaded;
        if (now == null || learned != ofLearned) {
            close();
            now =
                    ofLearned
                            ? LoadedModel.learned(run, setup, base, device)
                            : LoadedModel.as(setup.train(), base, device);
            loaded = now;
            learned = ofLearned;
        }
        return now.model();
    }

    @Override
    public void close() {
        if (loaded != null) {
            loaded.close();
            loaded = null;
        }
    }
}
