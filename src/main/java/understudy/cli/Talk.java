package understudy.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import understudy.base.Workspace;
import understudy.dataset.DatasetConfig;
import understudy.generate.Generator;
import understudy.model.Adapter;
import understudy.model.PeftFolder;
import understudy.reply.LocalReplier;
import understudy.reply.PromptBuilder;
import understudy.reply.Replier;
import understudy.reply.Voice;
import understudy.run.RunFolder;
import understudy.text.TemplateEncoder;

/// A run, or its base alone, ready to answer.
record Talk(LoadedModel engine, @Nullable Adapter adapter, Replier replier, RunSetup setup)
        implements AutoCloseable {
    /// Tokens of history in a prompt; the article's figure.
    static final int PROMPT_TOKENS = 3000;

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
            int room = engine.model().config().maxPositions() / 4 * 3;
            PromptBuilder prompts =
                    new PromptBuilder(
                            encoder,
                            new Voice(setup.me(), config.systemLine()),
                            Math.min(PROMPT_TOKENS, room));
            Generator generator = new Generator(engine.model(), encoder.tokenizer());
            return new Talk(engine, adapter, new LocalReplier(generator, encoder, prompts), setup);
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    @Override
    public void close() {
        replier.close();
        if (adapter != null) {
            adapter.close();
        }
        engine.close();
    }
}
