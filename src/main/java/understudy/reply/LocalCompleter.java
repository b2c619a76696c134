package understudy.reply;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.generate.GenerateOptions;
import understudy.generate.Generator;
import understudy.text.TemplateEncoder;

/// Writes with a model in this process.
public final class LocalCompleter implements Completer {
    private final ModelInfo info;
    private final Generator generator;
    private final TemplateEncoder encoder;
    private final Voice voice;

    /// @param generator closed with this
    public LocalCompleter(
            ModelInfo info, Generator generator, TemplateEncoder encoder, Voice voice) {
        this.info = info;
        this.generator = generator;
        this.encoder = encoder;
        this.voice = voice;
    }

    @Override
    public List<ModelInfo> models() {
        return List.of(info);
    }

    @Override
    public synchronized Completion complete(
            Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier cancelled) {
        int[] ids;
        int left = 0;
        switch (task.prompt()) {
            case Prompt.Raw raw -> ids = encoder.tokenizer().encodeWithControls(raw.text());
            case Prompt.Ids given ->
                    ids = given.ids().stream().mapToInt(Integer::intValue).toArray();
            case Prompt.Chat chat -> {
                int most = chat.mostTokens() == 0 ? info.context() : chat.mostTokens();
                PromptBuilder.Prompt prompt =
                        new PromptBuilder(encoder, voice, most)
                                .build(chat.lines(), chat.partner(), chat.date());
                ids = prompt.ids();
                left = prompt.left();
            }
        }
        GenerateOptions options =
                task.options().alsoStoppingAt(encoder.stopIds(), encoder.stopStrings());
        Generator.Text text =
                generator.generate(
                        ids,
                        options,
                        piece -> onPiece.accept(new Completion.Piece(piece, List.of())),
                        cancelled);
        return new Completion(
                text.text(),
                text.promptTokens(),
                text.tokens(),
                left,
                Completion.Finish.valueOf(text.finish().name()),
                List.of());
    }

    @Override
    public int count(String model, String text) {
        return encoder.tokenizer().encodeWithControls(text).length;
    }

    @Override
    public Load load() {
        return new Load(0, 0, 1, 0);
    }

    @Override
    public void close() {
        generator.close();
    }
}
