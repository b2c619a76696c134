package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import understudy.chat.Role;
import understudy.generate.GenerateOptions;
import understudy.generate.Generator;
import understudy.text.Line;
import understudy.text.TemplateEncoder;
import understudy.text.Tokenizer;

/// Writes replies as they would be written in a chat: the same choices of words, bounded in length.
public final class ReplyWriter {
    /// Tokens of a reply at most; longer ones, true ones included, are compared by their beginning.
    public static final int REPLY_TOKENS = 60;

    /// Tokens of the conversation before it that are read.
    private static final int HISTORY_TOKENS = 200;

    /// What a turn takes beside its words.
    private static final int TURN_TOKENS = 6;

    private final Generator generator;
    private final TemplateEncoder encoder;
    private final GenerateOptions options;

    /// @param generator with or without an adapter attached to its model; stays the caller's
    /// @param seed      reply i is written with the seed `seed + i`
    public ReplyWriter(Generator generator, TemplateEncoder encoder, long seed) {
        this.generator = generator;
        this.encoder = encoder;
        this.options =
                new GenerateOptions.Builder()
                        .maxTokens(REPLY_TOKENS)
                        .stopIds(encoder.stopIds())
                        .stopStrings(encoder.stopStrings())
                        .seed(seed)
                        .build();
    }

    /// Replies in order.
    ///
    /// @param texts      stripped of blanks at both ends; empty where the model said nothing
    /// @param unfinished how many reached [#REPLY_TOKENS]
    /// @param tokens     written
    public record Written(List<String> texts, int unfinished, long tokens) {
        public Written {
            texts = List.copyOf(texts);
        }
    }

    /// @param questions what to answer, as [#trimmed]
    /// @param prompt    the lines a question's answer follows on
    /// @param done      told after each reply how many there are
    public Written write(
            List<Exchange> questions, Function<Exchange, List<Line>> prompt, IntConsumer done) {
        List<Generator.Request> requests = new ArrayList<>();
        for (Exchange question : questions) {
            requests.add(
                    new Generator.Request(
                            encoder.prompt(prompt.apply(question)),
                            options.withSeed(options.seed() + requests.size())));
        }
        List<Generator.Text> texts = generator.generateAll(requests, done);
        Stream<Generator.Text> full =
                texts.stream().filter(text -> text.finish() == Generator.Finish.LENGTH);
        return new Written(
                texts.stream().map(text -> text.text().strip()).toList(),
                (int) full.count(),
                texts.stream().mapToLong(Generator.Text::tokens).sum());
    }

    /// `exchange` with only the newest of its conversation, so that reading it costs little. The
    /// first line stays.
    public static Exchange trimmed(Exchange exchange, Tokenizer tokenizer) {
        List<Line> kept = new ArrayList<>();
        List<Line> before = exchange.before();
        int left = HISTORY_TOKENS;
        for (int i = before.size() - 1; i >= 0 && before.get(i).role() != Role.SYSTEM; i--) {
            Line line = before.get(i);
            int[] ids = tokenizer.encode(line.content());
            if (kept.isEmpty() && ids.length > left) {
                int[] end = Arrays.copyOfRange(ids, ids.length - left, ids.length);
                line = new Line(line.role(), line.name(), tokenizer.decode(end).strip());
            }
            left -= ids.length + TURN_TOKENS;
            if (left < 0 && !kept.isEmpty()) {
                break;
            }
            kept.addFirst(line);
        }
        if (before.getFirst().role() == Role.SYSTEM) {
            kept.addFirst(before.getFirst());
        }
        return new Exchange(
                exchange.person(), exchange.chat(), exchange.block(), kept, exchange.answer());
    }

    /// The beginning of `text`, as long as a written reply can be.
    public static String beginning(String text, Tokenizer tokenizer) {
        int[] ids = tokenizer.encode(text);
        return ids.length <= REPLY_TOKENS
                ? text
                : tokenizer.decode(Arrays.copyOf(ids, REPLY_TOKENS)).strip();
    }
}
