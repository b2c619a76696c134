package understudy.reply;

import java.util.List;
import understudy.generate.TokenScore;

/// A text that was written, and what it took.
///
/// @param text         without the end mark
/// @param promptTokens tokens read
/// @param tokens       tokens written
/// @param left         oldest lines of the conversation that did not fit into the prompt
/// @param scores       of each token written, where they were asked for; else empty
public record Completion(
        String text,
        int promptTokens,
        int tokens,
        int left,
        Finish finish,
        List<TokenScore> scores) {

    public Completion {
        scores = List.copyOf(scores);
    }

    /// Why a text ended.
    public enum Finish {
        /// The model ended it, or a stop text came.
        STOP,
        /// The most tokens were written.
        LENGTH,
        /// The caller asked for it.
        CANCELLED
    }

    /// A part of a text, as it comes.
    ///
    /// @param text   never half a character; may be empty
    /// @param scores of the tokens since the part before, where they were asked for
    public record Piece(String text, List<TokenScore> scores) {
        public Piece {
            scores = List.copyOf(scores);
        }
    }
}
