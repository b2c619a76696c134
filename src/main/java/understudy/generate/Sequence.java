package understudy.generate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import understudy.model.Adapter;
import understudy.model.KvCache;
import understudy.text.Tokenizer;

/// A text in the making: reads its prompt chunk by chunk, then writes a token a step.
///
/// Several sequences of one [Generator] may be stepped in turn; none sees anything of another. Not
/// for use by several threads at once.
public final class Sequence implements AutoCloseable {
    private final Generator generator;
    private final int[] prompt;
    private final GenerateOptions options;
    private final PrefixCaches.Entry entry;
    private final Tokenizer tokenizer;
    private final Sampler sampler;
    private final StopText stops;
    private final Tokenizer.Stream stream;
    private final int most;
    private final StringBuilder released = new StringBuilder();
    private final List<TokenScore> scores = new ArrayList<>();
    private float[] logits = new float[0];
    private int @Nullable [] wanted;
    private int written;
    private Generator.@Nullable Finish finish;

    Sequence(
            Generator generator,
            Tokenizer tokenizer,
            int[] prompt,
            GenerateOptions options,
            PrefixCaches.Entry entry,
            int room) {
        this.generator = generator;
        this.tokenizer = tokenizer;
        this.prompt = prompt;
        this.options = options;
        this.entry = entry;
        this.most = Math.min(options.maxTokens(), room);
        this.sampler = new Sampler(options);
        this.stops = new StopText(options.stopStrings());
        this.stream = tokenizer.stream();
        Arrays.stream(prompt).forEach(sampler::read);
    }

    /// Goes on by one chunk of the prompt or one token of the text.
    ///
    /// @return whether there is more to do
    public boolean step() {
        boolean more = choose();
        generator.read(List.of(this));
        return more;
    }

    /// The first half of a step: decides what is to be read next. [Generator#read] is the second.
    ///
    /// @return whether there is more to do
    public boolean choose() {
        if (finish != null) {
            return false;
        }
        int seen = entry.cache.length();
        if (seen < prompt.length) {
            entry.cache.reserve(prompt.length - seen + 1);
            int to = Math.min(prompt.length, seen + generator.chunk());
            wanted = Arrays.copyOfRange(prompt, seen, to);
            return true;
        }
        write();
        return finish == null;
    }

    private void write() {
        float[] raw = options.logprobs() ? logits.clone() : logits; // choosing changes them
        int id = sampler.choose(logits);
        if (options.stopIds().contains(id)) {
            end(Generator.Finish.STOP);
            return;
        }
        written++;
        sampler.wrote(id);
        if (options.logprobs()) {
            scores.add(score(raw, id));
        }
        released.append(stops.add(stream.add(id)));
        if (stops.stopped()) {
            end(Generator.Finish.STOP);
        } else if (written == most) {
            end(Generator.Finish.LENGTH);
        } else {
            wanted = new int[] {id};
        }
    }

    /// Token ids to be read next; null for none.
    int @Nullable [] wanted() {
        return wanted;
    }

    KvCache cache() {
        return entry.cache;
    }

    /// Tells that what was wanted has been read.
    ///
    /// @param next what the model expects behind it
    void read(float[] next) {
        if (wanted != null) {
            entry.saw(wanted);
        }
        wanted = null;
        logits = next;
    }

    private void end(Generator.Finish why) {
        finish = why;
        released.append(stops.add(stream.end()));
        released.append(stops.end());
    }

    private TokenScore score(float[] raw, int id) {
        double highest = Double.NEGATIVE_INFINITY;
        for (float logit : raw) {
            highest = Math.max(highest, logit);
        }
        double sum = 0;
        for (float logit : raw) {
            sum += Math.exp(logit - highest);
        }
        double total = highest + Math.log(sum);
        List<TokenScore> top =
                options.topLogprobs() == 0
                        ? List.of()
                        : IntStream.range(0, raw.length)
                                .boxed()
                                .sorted(Comparator.comparingDouble((Integer i) -> -raw[i]))
                                .limit(options.topLogprobs())
                                .map(i -> score(i, raw[i] - total, List.of()))
                                .toList();
        return score(id, raw[id] - total, top);
    }

    private TokenScore score(int id, double logprob, List<TokenScore> top) {
        byte[] bytes = tokenizer.bytes(id);
        return new TokenScore(id, new String(bytes, StandardCharsets.UTF_8), bytes, logprob, top);
    }

    /// Whether the prompt has been read.
    public boolean writing() {
        return entry.cache.length() >= prompt.length;
    }

    /// Ends the text where it is.
    public void cancel() {
        if (finish == null) {
            end(Generator.Finish.CANCELLED);
        }
    }

    /// What may be shown since the last call, never half a character.
    public String take() {
        String text = released.toString();
        released.setLength(0);
        return text;
    }

    /// Scores of the tokens written since the last call; empty where none were asked for.
    public List<TokenScore> takeScores() {
        List<TokenScore> taken = List.copyOf(scores);
        scores.clear();
        return taken;
    }

    /// Why it ended; null while it goes on.
    public Generator.@Nullable Finish finish() {
        return finish;
    }

    /// Tokens written, the end mark left out.
    public int written() {
        return written;
    }

    public int promptTokens() {
        return prompt.length;
    }

    /// Tokens it holds in its cache.
    public int cached() {
        return entry.cache.length();
    }

    @Nullable Adapter adapter() {
        return entry.adapter;
    }

    /// Leaves what it has read for a later sequence.
    @Override
    public void close() {
        generator.ended(entry);
    }
}
