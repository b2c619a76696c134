package understudy.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.generate.GenerateOptions;
import understudy.generate.TokenScore;

/// A text on its way from the thread that writes it to the thread that asked for it.
///
/// The writing thread never waits: a reader that takes its time delays nobody.
final class Job {
    /// How often a caller that waits is asked whether it has gone, milliseconds.
    private static final int LOOK = 50;

    final String model;
    final String client;
    final int[] prompt;
    final GenerateOptions options;
    final boolean fixed;
    private final int left;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(); // at most maxTokens
    private volatile boolean cancelled;

    /// What the writing thread tells.
    private sealed interface Event {
        record Wrote(Completion.Piece piece) implements Event {}

        record Ended(int tokens, Completion.Finish finish) implements Event {}

        record Failed(Throwable cause) implements Event {}
    }

    /// @param left lines of the conversation that are not in the prompt
    Job(
            String model,
            String client,
            int[] prompt,
            int left,
            GenerateOptions options,
            boolean fixed) {
        this.model = model;
        this.client = client;
        this.prompt = prompt;
        this.left = left;
        this.options = options;
        this.fixed = fixed;
    }

    /// Tokens of prompt and text together at most.
    int mostTokens() {
        return prompt.length + options.maxTokens();
    }

    // ---- told by the writing thread ----

    void wrote(String text, List<TokenScore> scores) {
        if (!text.isEmpty() || !scores.isEmpty()) {
            events.add(new Event.Wrote(new Completion.Piece(text, scores)));
        }
    }

    void ended(int tokens, Completion.Finish finish) {
        events.add(new Event.Ended(tokens, finish));
    }

    void failed(Throwable cause) {
        events.add(new Event.Failed(cause));
    }

    boolean cancelled() {
        return cancelled;
    }

    // ---- used by the thread that asked ----

    /// @param withdraw takes this job back where it is still waiting
    /// @return when the text is complete
    Completion await(
            Consumer<Completion.Piece> onPiece, BooleanSupplier gone, BooleanSupplier withdraw) {
        StringBuilder text = new StringBuilder();
        List<TokenScore> scores = new ArrayList<>();
        try {
            while (true) {
                Event event = events.poll(LOOK, TimeUnit.MILLISECONDS);
                if (!cancelled && gone.getAsBoolean()) {
                    cancelled = true;
                    if (withdraw.getAsBoolean()) {
                        return completion("", 0, Completion.Finish.CANCELLED, List.of());
                    }
                }
                switch (event) {
                    case null -> {}
                    case Event.Wrote wrote -> {
                        text.append(wrote.piece.text());
                        scores.addAll(wrote.piece.scores());
                        onPiece.accept(wrote.piece);
                    }
                    case Event.Ended ended -> {
                        return completion(text.toString(), ended.tokens, ended.finish, scores);
                    }
                    case Event.Failed failed -> throw raised(failed.cause);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(
                    Refusal.Reason.UNAVAILABLE, "it was told to stop", null, "ask again", 1, e);
        } finally {
            cancelled = true; // a caller that threw wants no more of it
        }
    }

    private Completion completion(
            String text, int tokens, Completion.Finish finish, List<TokenScore> scores) {
        return new Completion(text, prompt.length, tokens, left, finish, scores);
    }

    private static RuntimeException raised(Throwable cause) {
        if (cause instanceof RuntimeException exception) {
            return exception;
        }
        return new IllegalStateException("the engine failed", cause);
    }
}
