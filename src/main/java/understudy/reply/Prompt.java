package understudy.reply;

import java.time.LocalDate;
import java.util.List;
import understudy.text.Line;

/// What a text is to follow.
public sealed interface Prompt {
    /// Text as it is, in which the names of control tokens stand for the tokens.
    record Raw(String text) implements Prompt {}

    /// Token ids.
    record Ids(List<Integer> ids) implements Prompt {
        public Ids {
            ids = List.copyOf(ids);
        }
    }

    /// A conversation, written in the model's template under the first line of its training.
    ///
    /// @param lines      oldest first; the owner's own are the assistant's. Nothing in them becomes
    ///     a control token
    /// @param facts      what else the first line is to say, a sentence each
    /// @param memory     what is remembered of earlier conversations, the most useful first; goes
    ///     before a line of the conversation does where not all fit
    /// @param mostTokens the prompt's tokens at most; 0 for as many as the model takes
    /// @param shorten    where they do not fit: leave out the oldest lines (the newest, and system
    ///     lines, are kept) and tell how many; or else refuse
    record Chat(
            List<Line> lines,
            Voice.Partner partner,
            LocalDate date,
            List<String> facts,
            List<String> memory,
            int mostTokens,
            boolean shorten)
            implements Prompt {
        /// A conversation of which nothing earlier is remembered.
        public Chat(
                List<Line> lines,
                Voice.Partner partner,
                LocalDate date,
                List<String> facts,
                int mostTokens,
                boolean shorten) {
            this(lines, partner, date, facts, List.of(), mostTokens, shorten);
        }

        /// The same conversation with what is remembered.
        public Chat remembering(List<String> remembered) {
            return new Chat(lines, partner, date, facts, remembered, mostTokens, shorten);
        }

        public Chat {
            lines = List.copyOf(lines);
            facts = List.copyOf(facts);
            memory = List.copyOf(memory);
        }
    }
}
