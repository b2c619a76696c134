package understudy.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.text.Tokenizer;

/// Writes texts alone and several at once, and compares them: a step that reads the weights once
/// for all may add in another order, and a close choice may then go the other way.
public final class BatchBenchmark {
    private BatchBenchmark() {}

    /// What was found.
    ///
    /// @param equal           texts that were the same to the letter
    /// @param aloneSeconds    for all texts one after the other, prompts included
    /// @param togetherSeconds for all texts, so many at once
    public record Result(
            int texts, int equal, int tokens, double aloneSeconds, double togetherSeconds) {
        public double share() {
            return texts == 0 ? 1 : (double) equal / texts;
        }
    }

    /// Takes the likeliest token always, and never what was read for another text, which would
    /// round differently too.
    ///
    /// @param prompts token ids, at least one each
    /// @param tokens  of each text
    /// @param atOnce  texts in the making
    public static Result run(
            LanguageModel model, Tokenizer tokenizer, List<int[]> prompts, int tokens, int atOnce) {
        GenerateOptions greedy =
                new GenerateOptions.Builder()
                        .maxTokens(tokens)
                        .temperature(0)
                        .topP(1)
                        .repetitionPenalty(1)
                        .build();
        try (Generator generator = new Generator(model, tokenizer)) {
            Work work = new Work(generator, greedy, model.attached(), prompts);
            long from = System.nanoTime();
            String[] alone = work.write(1);
            double aloneSeconds = (System.nanoTime() - from) / 1e9;
            from = System.nanoTime();
            int before = work.tokens;
            String[] together = work.write(atOnce);
            double togetherSeconds = (System.nanoTime() - from) / 1e9;
            int equal = 0;
            for (int i = 0; i < alone.length; i++) {
                equal += alone[i].equals(together[i]) ? 1 : 0;
            }
            int written = work.tokens - before;
            return new Result(alone.length, equal, written, aloneSeconds, togetherSeconds);
        }
    }

    private static final class Work {
        private final Generator generator;
        private final GenerateOptions options;
        private final @Nullable Adapter adapter;
        private final List<int[]> prompts;
        private int tokens;

        Work(
                Generator generator,
                GenerateOptions options,
                @Nullable Adapter adapter,
                List<int[]> prompts) {
            this.generator = generator;
            this.options = options;
            this.adapter = adapter;
            this.prompts = prompts;
        }

        String[] write(int atOnce) {
            String[] texts = new String[prompts.size()];
            Arrays.fill(texts, "");
            List<Sequence> open = new ArrayList<>();
            List<Integer> which = new ArrayList<>();
            int next = 0;
            try {
                while (next < texts.length || !open.isEmpty()) {
                    for (; next < texts.length && open.size() < atOnce; next++) {
                        open.add(generator.start(prompts.get(next), options, adapter, true));
                        which.add(next);
                    }
                    for (int i = open.size() - 1; i >= 0; i--) {
                        Sequence sequence = open.get(i);
                        boolean more = sequence.choose();
                        texts[which.get(i)] += sequence.take();
                        if (!more) {
                            tokens += sequence.written();
                            open.remove(i).close();
                            which.subList(i, i + 1).clear();
                        }
                    }
                    generator.read(open);
                }
            } finally {
                open.forEach(Sequence::close);
            }
            return texts;
        }
    }
}
