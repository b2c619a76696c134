package understudy.serve;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import understudy.generate.TokenScore;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Prompt;
import understudy.reply.Refusal;

/// Writes what a test wants, a word a token; remembers what it was asked.
final class FakeCompleter implements Completer {
    static final String RUN = "anna-1";
    static final String BASE = "org/base";
    static final int CONTEXT = 100;

    final List<Task> tasks = new CopyOnWriteArrayList<>();
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger cancelled = new AtomicInteger();

    /// The answer; each word with the space before it is a token.
    volatile String text = "So far so good.";

    volatile int left;

    /// Thrown in place of an answer.
    volatile @Nullable RuntimeException failure;

    /// Tokens before [#failure] is thrown.
    volatile int failureAfter;

    /// Called before every token; may block.
    volatile Runnable beforeToken = () -> {};

    /// Goes on with words until it is cancelled.
    volatile boolean endless;

    @Override
    public List<ModelInfo> models() {
        return List.of(
                new ModelInfo(RUN, Kind.RUN, 1_700_000_000, CONTEXT),
                new ModelInfo(BASE, Kind.BASE, 1_600_000_000, CONTEXT));
    }

    static List<String> tokens(String text) {
        return List.of(text.split("(?= )"));
    }

    @Override
    public Completion complete(
            Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier stop) {
        tasks.add(task);
        running.incrementAndGet();
        try {
            return write(task, onPiece, stop);
        } finally {
            running.decrementAndGet();
        }
    }

    private Completion write(Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier stop) {
        int most = task.options().maxTokens();
        List<String> words = tokens(text);
        StringBuilder written = new StringBuilder();
        List<TokenScore> scores = new ArrayList<>();
        int done = 0;
        while (endless || done < Math.min(most, words.size())) {
            RuntimeException thrown = failure;
            if (thrown != null && done == failureAfter) {
                throw thrown;
            }
            beforeToken.run();
            if (stop.getAsBoolean()) {
                cancelled.incrementAndGet();
                return completion(task, written, done, Completion.Finish.CANCELLED, scores);
            }
            String word = words.get(done % words.size());
            List<TokenScore> now =
                    task.options().logprobs()
                            ? List.of(score(word, done, task.options().topLogprobs()))
                            : List.of();
            written.append(word);
            scores.addAll(now);
            onPiece.accept(new Completion.Piece(word, now));
            done++;
        }
        boolean cut = done < words.size();
        return completion(
                task,
                written,
                done,
                cut ? Completion.Finish.LENGTH : Completion.Finish.STOP,
                scores);
    }

    private Completion completion(
            Task task,
            StringBuilder written,
            int done,
            Completion.Finish finish,
            List<TokenScore> scores) {
        return new Completion(written.toString(), 7, done, left, finish, scores);
    }

    private static TokenScore score(String word, int at, int top) {
        List<TokenScore> likeliest = new ArrayList<>();
        for (int i = 0; i < top; i++) {
            likeliest.add(plain(i == 0 ? word : word + i, 1000 + i, -0.25 * (i + 1)));
        }
        return new TokenScore(
                100 + at, word, word.getBytes(StandardCharsets.UTF_8), -0.25, likeliest);
    }

    private static TokenScore plain(String word, int id, double logprob) {
        return new TokenScore(id, word, word.getBytes(StandardCharsets.UTF_8), logprob, List.of());
    }

    /// The text that the last task was to continue.
    String raw() {
        return ((Prompt.Raw) tasks.getLast().prompt()).text();
    }

    @Override
    public int count(String model, String counted) {
        if (models().stream().noneMatch(m -> m.id().equals(model))) {
            throw new Refusal(Refusal.Reason.UNKNOWN_MODEL, "no such model", null, "choose one");
        }
        return counted.length();
    }

    @Override
    public Load load() {
        return new Load(running.get(), 0, 1, 0);
    }

    @Override
    public void close() {}
}
