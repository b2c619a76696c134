package understudy.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.model.Adapter;
import understudy.model.KvCache;
import understudy.model.LanguageModel;
import understudy.text.Tokenizer;

/// Writes with a model: one text, or several in turn, each through an adapter of its own.
///
/// Keeps what the model made of the last prompts, so that a conversation that grows is not read
/// again from its beginning. Not for use by several threads at once.
public final class Generator implements AutoCloseable {
    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final PrefixCaches caches;
    private final @Nullable FusedDecoder fused;

    /// @param model stays the caller's to close
    public Generator(LanguageModel model, Tokenizer tokenizer) {
        this(model, tokenizer, 1);
    }

    /// @param conversations how many prompts to remember
    public Generator(LanguageModel model, Tokenizer tokenizer, int conversations) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.caches = new PrefixCaches(model, conversations);
        this.fused = FusedDecoder.of(model);
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

    /// Writes what follows `prompt`, through the adapter that is attached to the model.
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
        try (Sequence sequence = start(prompt, options, model.attached(), false)) {
            StringBuilder text = new StringBuilder();
            boolean more = true;
            while (more) {
                if (sequence.writing() && cancelled.getAsBoolean()) {
                    sequence.cancel();
                }
                more = sequence.step();
                String piece = sequence.take();
                if (!piece.isEmpty()) {
                    text.append(piece);
                    onText.accept(piece);
                }
            }
            Finish finish = sequence.finish();
            return new Text(
                    text.toString(),
                    prompt.length,
                    sequence.written(),
                    finish == null ? Finish.CANCELLED : finish);
        }
    }

    /// Begins a text that the caller goes on with by [Sequence#step()] and closes.
    ///
    /// @param prompt  token ids, at least one
    /// @param adapter made for the model; null for the base alone
    /// @param fresh   whether nothing remembered may be used: reading a prompt in other portions
    ///     rounds differently, so only then does a seed give the same text every time
    /// @throws UserError where the prompt leaves no room in the model's context
    public Sequence start(
            int[] prompt, GenerateOptions options, @Nullable Adapter adapter, boolean fresh) {
        int room = model.config().maxPositions() - prompt.length;
        if (prompt.length == 0 || room < 1) {
            throw new UserError(
                    "the prompt of " + prompt.length + " tokens does not fit the model",
                    "context of " + model.config().maxPositions() + " tokens",
                    "shorten the history");
        }
        PrefixCaches.Entry entry = caches.take(prompt, adapter, fresh);
        return new Sequence(this, tokenizer, prompt.clone(), options, entry, room);
    }

    /// Reads what texts of this generator want next: those that want a single token together, each
    /// as it would be alone.
    ///
    /// @param texts each after [Sequence#choose]; those that have ended are passed over
    public void read(List<Sequence> texts) {
        List<Sequence> single = new ArrayList<>();
        List<FusedDecoder.Step> steps = new ArrayList<>();
        FusedDecoder fast = fused;
        for (Sequence text : texts) {
            int[] ids = text.wanted();
            if (ids == null) {
                continue;
            }
            if (fast == null || ids.length > 1) {
                text.read(next(ids, text.cache(), text.adapter()));
            } else {
                single.add(text);
                steps.add(new FusedDecoder.Step(ids[0], text.cache(), text.adapter()));
            }
        }
        if (fast != null && !single.isEmpty()) {
            List<float[]> logits = fast.next(steps);
            for (int i = 0; i < single.size(); i++) {
                single.get(i).read(logits.get(i));
            }
        }
    }

    private float[] next(int[] ids, KvCache cache, @Nullable Adapter adapter) {
        if (adapter == null) {
            model.detachAdapter();
        } else {
            model.attach(adapter);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor scores = model.next(ids, cache).cpu();
            float[] logits = new float[model.config().vocabulary()];
            scores.data_ptr_float().get(logits);
            return logits;
        }
    }

    void ended(PrefixCaches.Entry entry) {
        caches.giveBack(entry);
    }

    /// Tokens remembered of texts that are complete.
    public long remembered() {
        return caches.tokens();
    }

    /// Forgets what was seen through `adapter`; before it is changed or closed.
    public void forget(@Nullable Adapter adapter) {
        caches.forget(adapter);
        if (fused != null) {
            fused.forget(adapter);
        }
    }

    @Override
    public void close() {
        caches.close();
    }
}
