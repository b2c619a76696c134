package understudy.chat;

import java.time.LocalDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the owner would rather have said than what was drafted for them.
///
/// The draft is kept to show what was wrong with it; it is never learned.
///
/// @param id         names it; a later one of the same id replaces an earlier one
/// @param date       when the owner wrote it, local time
/// @param person     whom it answers, by their name in the store where they are in it
/// @param chat       the chat it belongs to
/// @param history    what was said before, oldest first; without the draft
/// @param draft      what the model would have said
/// @param correction what the owner says instead
public record Correction(
        String id,
        LocalDateTime date,
        String person,
        String chat,
        List<Said> history,
        String draft,
        String correction) {
    public Correction {
        history = List.copyOf(history);
    }

    /// One line of the history.
    ///
    /// @param role    [Role#ASSISTANT] for what was said in the owner's name
    /// @param name    the speaker's; null where nobody knows it
    /// @param content what was said
    public record Said(Role role, @Nullable String name, String content) {}
}
