package understudy.generate;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import understudy.base.UserError;
import understudy.model.KvCache;
import understudy.model.LanguageModel;
import understudy.text.Tokenizer;

/// Writes with a model, one text at a time.
///
/// Keeps what the model made of the last prompt, so that a conversation that grows is not read
/// again from its beginning. Not for use by several threads at once.
public final class Generator implements AutoCloseable {
    /// Tokens of a prompt read at once; bounds the memory of the attention scores.
    private static final int CHUNK = 512;

    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private KvCache cache;
    private int[] cached = new int[0];

    /// @param model stays the caller's to close
    public Generator(LanguageModel model, Tokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.cache = model.newCache();
    }

    /// Why a text ended.
    public enum Finish {
        /// The model ended it, or a stop string came.
        STOP,
        /// The most tokens were written.
        LENGTH,
        /// The caller asked for it.
        CANCELLED
    }

    /// @param tokens written, the end mark left out
    public record Text(String text, int promptTokens, int tokens, Finish finish) {}

    /// Writes what follows `prompt`.
    ///
    /// @param prompt    token ids, at least one
    /// @param onText    given pieces of the text as they come, never half a character
    /// @param cancelled asked before each token
    /// @throws UserError where the prompt leaves no room in the model's context
    public Text generate(
            int[] prompt,
            GenerateOptions options,
            Consumer<String> onText,
            BooleanSupplier cancelled) {
        int room = model.config().maxPositions() - prompt.length;
        if (prompt.length == 0 || room < 1) {
            throw new UserError(
                    "the prompt of " + prompt.length + " tokens does not fit the model",
                    "context of " + model.config().maxPositions() + " tokens",
                    "shorten the history");
        }
        Sampler sampler = new Sampler(options);
        for (int id : prompt) {
            sampler.saw(id);
        }
        float[] logits = read(prompt);
        StopText stops = new StopText(options.stopStrings());
        Tokenizer.Stream stream = tokenizer.stream();
        StringBuilder text = new StringBuilder();
        Consumer<String> pass =
                piece -> {
                    if (!piece.isEmpty()) {
                        text.append(piece);
                        onText.accept(piece);
                    }
                };
        int most = Math.min(options.maxTokens(), room);
        int written = 0;
        Finish finish = Finish.LENGTH;
        while (written < most) {
            if (cancelled.getAsBoolean()) {
                finish = Finish.CANCELLED;
                break;
            }
            int id = sampler.choose(logits);
            if (options.stopIds().contains(id)) {
                finish = Finish.STOP;
                break;
            }
            written++;
            sampler.saw(id);
            pass.accept(stops.add(stream.add(id)));
            if (stops.stopped()) {
                finish = Finish.STOP;
                break;
            }
            if (written < most) {
                logits = next(new int[] {id});
                remember(id);
            }
        }
        pass.accept(stops.add(stream.end()));
        pass.accept(stops.end());
        return new Text(text.toString(), prompt.length, written, finish);
    }

    /// Reads the part of the prompt that is not in the cache yet.
    private float[] read(int[] prompt) {
        int same = 0;
        while (same < cached.length && same < prompt.length - 1 && cached[same] == prompt[same]) {
            same++;
        }
        cache.truncate(Math.min(same, cache.length()));
        // a prompt that fails half-way leaves its first part in the cache
        cached = Arrays.copyOf(prompt, cache.length());
        float[] logits = new float[0];
        for (int from = cache.length(); from < prompt.length; from += CHUNK) {
            int to = Math.min(prompt.length, from + CHUNK);
            logits = next(Arrays.copyOfRange(prompt, from, to));
            cached = Arrays.copyOf(prompt, to);
        }
        return logits;
    }

    private void remember(int id) {
        cached = Arrays.copyOf(cached, cached.length + 1);
        cached[cached.length - 1] = id;
    }

    private float[] next(int[] ids) {
        try (PointerScope scope = new PointerScope()) {
            Tensor scores = model.next(ids, cache).cpu();
            float[] logits = new float[model.config().vocabulary()];
            scores.data_ptr_float().get(logits);
            return logits;
        }
    }

    /// Forgets the conversation; after the adapter was changed.
    public void forget() {
        cache.close();
        cache = model.newCache();
        cached = new int[0];
    }

    @Override
    public void close() {
        cache.close();
    }
}
