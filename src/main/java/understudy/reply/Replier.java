package understudy.reply;

import java.time.LocalDate;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.generate.GenerateOptions;
import understudy.text.Line;

/// Answers a conversation as the person whose voice was learned: the newest lines that fit into a
/// prompt, under the first line of the training, then what the model makes of them.
public final class Replier {
    /// Tokens of history in a prompt; the article's figure.
    public static final int PROMPT_TOKENS = 3000;

    private final Completer completer;
    private final String model;
    private final int promptTokens;

    /// @param completer    stays the caller's to close
    /// @param model        as [Completer.Task#model()]
    /// @param promptTokens of a prompt at most
    public Replier(Completer completer, String model, int promptTokens) {
        this.completer = completer;
        this.model = model;
        this.promptTokens = promptTokens;
    }

    /// What to answer, and how.
    ///
    /// @param history oldest first; the owner's own lines are the assistant's
    /// @param date    of the answer
    /// @param facts   what else the first line is to say, a sentence each
    /// @param fixed   see [Completer.Task#fixed()]
    /// @param client  who is answered; see [Completer.Task#client()]
    public record Request(
            List<Line> history,
            Voice.Partner partner,
            LocalDate date,
            List<String> facts,
            GenerateOptions options,
            boolean fixed,
            String client) {
        public Request {
            history = List.copyOf(history);
            facts = List.copyOf(facts);
        }
    }

    /// An answer.
    ///
    /// @param promptTokens tokens read
    /// @param tokens       tokens written
    /// @param left         lines of the history that did not fit into the prompt
    /// @param complete     false where the most tokens were reached or it was cancelled
    public record Reply(String text, int promptTokens, int tokens, int left, boolean complete) {}

    /// @param onText    given the answer's words as they come, in the caller's thread
    /// @param cancelled asked often
    /// @throws Refusal where it cannot be done, such as when the newest line alone does not fit
    public Reply reply(Request request, Consumer<String> onText, BooleanSupplier cancelled) {
        Prompt prompt =
                new Prompt.Chat(
                        request.history,
                        request.partner,
                        request.date,
                        request.facts,
                        promptTokens,
                        true);
        Completion done =
                completer.complete(
                        new Completer.Task(
                                model, prompt, request.options, request.fixed, request.client),
                        piece -> {
                            if (!piece.text().isEmpty()) {
                                onText.accept(piece.text());
                            }
                        },
                        cancelled);
        return new Reply(
                done.text().strip(),
                done.promptTokens(),
                done.tokens(),
                done.left(),
                done.finish() == Completion.Finish.STOP);
    }
}
