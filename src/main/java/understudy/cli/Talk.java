package understudy.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import understudy.base.Workspace;
import understudy.dataset.DatasetConfig;
import understudy.generate.Generator;
import understudy.model.Adapter;
import understudy.model.PeftFolder;
import understudy.reply.Completer;
import understudy.reply.LocalCompleter;
import understudy.reply.Replier;
import understudy.reply.Voice;
import understudy.run.RunFolder;
import understudy.text.TemplateEncoder;

/// A run, or its base alone, ready to answer.
record Talk(
        LoadedModel engine,
        @Nullable Adapter adapter,
        Completer completer,
        Replier replier,
        RunSetup setup)
        implements AutoCloseable {
    /// @param withAdapter false to hear what the base alone would say
    static Talk open(Workspace workspace, RunFolder run, String device, boolean withAdapter) {
        RunSetup setup = RunSetup.of(run);
        Path path = BaseModel.find(workspace, setup.base()).path();
        DatasetConfig config = DatasetConfig.from(setup.data());
        boolean seed = config.template() == DatasetConfig.Template.SEED;
        TemplateEncoder encoder = TemplateEncoder.load(path, seed);
        LoadedModel engine =
                LoadedModel.load(path, setup.train().text("compute_type", "auto"), device);
        try {
            Adapter adapter =
                    withAdapter ? PeftFolder.load(engine.model(), run.adapter(), false) : null;
            Generator generator = new Generator(engine.model(), encoder.tokenizer());
            int context = engine.model().config().maxPositions();
            Completer completer =
                    new LocalCompleter(
                            new Completer.ModelInfo(run.id(), Completer.Kind.RUN, 0, context),
                            generator,
                            encoder,
                            new Voice(setup.me(), config.systemLine()));
            int most = Math.min(Replier.PROMPT_TOKENS, context / 4 * 3);
            return new Talk(engine, adapter, completer, new Replier(completer, "", most), setup);
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    @Override
    public void close() {
        completer.close();
        if (adapter != null) {
            adapter.close();
        }
        engine.close();
    }
}
