package understudy.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
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
    /// Texts that [#generateAll] has in the making; more hold memory and gain little.
    private static final int AT_ONCE = 8;

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

    /// Tokens of a prompt to read at once.
    int chunk() {
        return model.chunk();
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
            return text(sequence, text, prompt);
        }
    }

    /// A text to be written.
    ///
    /// @param prompt token ids, at least one
    public record Request(int[] prompt, GenerateOptions options) {}

    /// Writes what follows each prompt, through the adapter that is attached to the model. Some are
    /// written at once, since a step reads the weights once for all of them; each comes out as it
    /// would alone.
    ///
    /// @param done told after each text how many there are
    /// @return in the order of the requests
    /// @throws UserError where a prompt leaves no room in the model's context
    public List<Text> generateAll(List<Request> requests, IntConsumer done) {
        Text[] texts = new Text[requests.size()];
        Adapter adapter = model.attached();
        List<Open> open = new ArrayList<>();
        try {
            int next = 0;
            int finished = 0;
            while (finished < texts.length) {
                for (; next < texts.length && open.size() < AT_ONCE; next++) {
                    Request request = requests.get(next);
                    Sequence sequence = start(request.prompt, request.options, adapter, false);
                    open.add(new Open(next, sequence, new StringBuilder()));
                }
                for (Open each : List.copyOf(open)) {
                    boolean more = each.sequence.choose();
                    each.text.append(each.sequence.take());
                    if (!more) {
                        texts[each.index] =
                                text(each.sequence, each.text, requests.get(each.index).prompt);
                        open.remove(each);
                        each.sequence.close();
                        done.accept(++finished);
                    }
                }
                read(open.stream().map(Open::sequence).toList());
            }
        } finally {
            open.forEach(each -> each.sequence.close());
        }
        return List.of(texts);
    }

    /// A text in the making.
    private record Open(int index, Sequence sequence, StringBuilder text) {}

    private static Text text(Sequence sequence, StringBuilder text, int[] prompt) {
        Finish finish = sequence.finish();
        return new Text(
                text.toString(),
                prompt.length,
                sequence.written(),
                finish == null ? Finish.CANCELLED : finish);
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
