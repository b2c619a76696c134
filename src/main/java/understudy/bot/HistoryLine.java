package understudy.bot;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;

/// A line of a conversation, as the bot remembers it.
///
/// @param business whether it is a chat of the owner's own account; the same person's chat with the
///     bot has the same number and is another conversation
/// @param role    [Role#ASSISTANT] for the person whose voice it is, written by bot or hand
/// @param name    the speaker's; empty where not known
/// @param text    not empty
/// @param message its id in the chat; null where it has none
public record HistoryLine(
        long chat,
        boolean business,
        Role role,
        String name,
        String text,
        Instant at,
        @Nullable Long message) {
    public HistoryLine {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a line has text");
        }
    }
}
