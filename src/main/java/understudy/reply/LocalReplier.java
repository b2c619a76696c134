package understudy.reply;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.generate.GenerateOptions;
import understudy.generate.Generator;
import understudy.text.TemplateEncoder;

/// Answers with a model in this process.
public final class LocalReplier implements Replier {
    private final Generator generator;
    private final TemplateEncoder encoder;
    private final PromptBuilder prompts;

    /// @param generator closed with this
    public LocalReplier(Generator generator, TemplateEncoder encoder, PromptBuilder prompts) {
        this.generator = generator;
        this.encoder = encoder;
        this.prompts = prompts;
    }

    @Override
    public Reply reply(Request request, Consumer<String> onText, BooleanSupplier cancelled) {
        PromptBuilder.Prompt prompt =
                prompts.build(request.history(), request.partner(), request.date());
        GenerateOptions options =
                request.options().stoppingAt(encoder.stopIds(), encoder.stopStrings());
        Generator.Text text = generator.generate(prompt.ids(), options, onText, cancelled);
        return new Reply(
                text.text().strip(),
                text.promptTokens(),
                text.tokens(),
                prompt.left(),
                text.finish() == Generator.Finish.STOP);
    }

    @Override
    public void close() {
        generator.close();
    }
}
