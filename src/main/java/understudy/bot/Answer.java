package understudy.bot;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What goes out to one chat as one whole: some bubbles, one after the other.
///
/// @param businessConnection on whose behalf; null for the bot itself
/// @param replyTo            message that the first bubble answers visibly; null for none
/// @param bubbles            at least one
/// @param buttons            rows of buttons under the last bubble; empty for none
public record Answer(
        long chat,
        @Nullable String businessConnection,
        @Nullable Long replyTo,
        List<Bubble> bubbles,
        List<List<ChatTransport.Button>> buttons,
        Kind kind) {
    /// What an answer is, in the eyes of the conversation.
    public enum Kind {
        /// The person's own words: becomes a line of the history when it is sent.
        REPLY,
        /// Fixed words of the bot about itself; no part of the history.
        NOTICE,
        /// Shown to the owner for a decision; no part of the history.
        DRAFT
    }

    /// One message.
    ///
    /// @param text   1 to 4,096 UTF-16 units
    /// @param before how long typing is shown first
    public record Bubble(String text, Duration before) {
        /// UTF-16 units that the network takes in one message.
        public static final int MAX_UNITS = 4096;

        public Bubble {
            if (text.isBlank() || text.length() > MAX_UNITS) {
                throw new IllegalArgumentException("a bubble of " + text.length() + " characters");
            }
            if (before.isNegative()) {
                throw new IllegalArgumentException("a delay of " + before);
            }
        }
    }

    public Answer {
        bubbles = List.copyOf(bubbles);
        buttons = buttons.stream().map(List::copyOf).toList();
        if (bubbles.isEmpty()) {
            throw new IllegalArgumentException("an answer has a bubble");
        }
    }

    /// One bubble, at once, of the bot itself.
    public static Answer of(long chat, String text, Kind kind) {
        return new Answer(
                chat, null, null, List.of(new Bubble(text, Duration.ZERO)), List.of(), kind);
    }
}
