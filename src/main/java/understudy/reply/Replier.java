package understudy.reply;

import java.time.LocalDate;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.generate.GenerateOptions;
import understudy.text.Line;

/// Answers a conversation as the person whose voice was learned.
///
/// Not for use by several threads at once.
public interface Replier extends AutoCloseable {
    /// What to answer, and how.
    ///
    /// @param history oldest first; the owner's own lines are the assistant's
    /// @param date    of the answer
    record Request(
            List<Line> history, Voice.Partner partner, LocalDate date, GenerateOptions options) {
        public Request {
            history = List.copyOf(history);
        }
    }

    /// An answer.
    ///
    /// @param promptTokens tokens read
    /// @param tokens       tokens written
    /// @param left         lines of the history that did not fit into the prompt
    /// @param complete     false where the most tokens were reached or it was cancelled
    record Reply(String text, int promptTokens, int tokens, int left, boolean complete) {}

    /// @param onText    given the answer's words as they come
    /// @param cancelled asked before each token
    /// @throws understudy.base.UserError where the newest line alone does not fit
    Reply reply(Request request, Consumer<String> onText, BooleanSupplier cancelled);

    @Override
    void close();
}
