package understudy.reply;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.base.UserError;
import understudy.generate.GenerateOptions;
import understudy.text.Tokenizer;

/// Writes with the models of this machine.
///
/// Prompts are read and built in the callers' threads; one thread of its own does the writing, see
/// [DecodeLoop].
public final class LocalCompleter implements Completer {
    private final Shelf shelf;
    private final DecodeLoop loop;
    private final int mostContext;

    /// How much is done at once.
    ///
    /// @param parallel  texts written in turn, a token each; 1 or more
    /// @param waiting   texts that may wait for that
    /// @param context   tokens of prompt and answer together at most, whatever a model could take
    /// @param tokens    of all texts written at once, prompts included: bounds the memory of keys
    ///     and values
    /// @param keepAlive how long an unused model stays in memory; negative for ever
    public record Limits(int parallel, int waiting, int context, long tokens, Duration keepAlive) {
        /// For one person at a terminal.
        public static final Limits SINGLE = new Limits(1, 1, 8192, 8192, Duration.ofSeconds(-1));
    }

    /// @param shelf closed with this
    public LocalCompleter(Shelf shelf, Limits limits) {
        this.shelf = shelf;
        this.mostContext = limits.context();
        this.loop = new DecodeLoop(shelf, limits);
    }

    @Override
    public List<ModelInfo> models() {
        return shelf.models().stream().map(this::bounded).toList();
    }

    private ModelInfo bounded(ModelInfo info) {
        return new ModelInfo(
                info.id(), info.kind(), info.created(), Math.min(info.context(), mostContext));
    }

    /// Brings a model into memory; returns when it is there.
    ///
    /// @param model as [Task#model()]
    /// @throws UserError where it cannot be loaded
    public void warm(String model) {
        loop.warm(shelf.speaker(model).info().id());
    }

    @Override
    public Completion complete(
            Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier cancelled) {
        Speaker speaker = shelf.speaker(task.model());
        int room = bounded(speaker.info()).context() - 1;
        PromptBuilder.Built prompt = prompt(speaker, task.prompt(), room);
        GenerateOptions options = options(speaker, task.options(), room + 1 - prompt.ids().length);
        Job job =
                new Job(
                        speaker.info().id(),
                        task.client(),
                        prompt.ids(),
                        prompt.left(),
                        options,
                        task.fixed());
        loop.submit(job);
        return job.await(onPiece, cancelled, () -> loop.withdraw(job));
    }

    private static PromptBuilder.Built prompt(Speaker speaker, Prompt prompt, int room) {
        Tokenizer tokenizer = speaker.encoder().tokenizer();
        return switch (prompt) {
            case Prompt.Raw raw -> checked(tokenizer.encodeWithControls(raw.text()), speaker, room);
            case Prompt.Ids given ->
                    checked(
                            given.ids().stream().mapToInt(Integer::intValue).toArray(),
                            speaker,
                            room);
            case Prompt.Chat chat ->
                    new PromptBuilder(speaker.encoder(), speaker.voice(), room).build(chat);
        };
    }

    private static PromptBuilder.Built checked(int[] ids, Speaker speaker, int room) {
        if (ids.length > room) {
            throw PromptBuilder.tooLong("the prompt of " + ids.length + " tokens", room);
        }
        int size = speaker.encoder().tokenizer().vocabularySize();
        if (ids.length == 0 || Arrays.stream(ids).anyMatch(id -> id < 0 || id >= size)) {
            throw new Refusal(
                    Refusal.Reason.INVALID,
                    ids.length == 0 ? "the prompt is empty" : "a token id is not the model's",
                    null,
                    "give text, or ids from 0 to " + (size - 1));
        }
        return new PromptBuilder.Built(ids, 0, 0);
    }

    /// Adds the ends of the model's own turns. A stop text that is the name of a control token
    /// stands for the token, which has no text.
    private static GenerateOptions options(Speaker speaker, GenerateOptions given, int room) {
        Set<Integer> ids = new HashSet<>(speaker.encoder().stopIds());
        Tokenizer tokenizer = speaker.encoder().tokenizer();
        int size = tokenizer.vocabularySize();
        if (given.logitBias().keySet().stream().anyMatch(id -> id < 0 || id >= size)) {
            throw new Refusal(
                    Refusal.Reason.INVALID,
                    "a token id of the logit bias is not the model's",
                    null,
                    "give ids from 0 to " + (size - 1));
        }
        given.stopStrings().forEach(stop -> tokenizer.control(stop).ifPresent(ids::add));
        GenerateOptions all = given.alsoStoppingAt(ids, speaker.encoder().stopStrings());
        int most = Math.min(all.maxTokens(), room);
        return new GenerateOptions.Builder(all).maxTokens(most).build();
    }

    @Override
    public int count(String model, String text) {
        return shelf.speaker(model).encoder().tokenizer().encodeWithControls(text).length;
    }

    @Override
    public Load load() {
        return loop.load();
    }

    @Override
    public void close() {
        loop.close();
    }
}
