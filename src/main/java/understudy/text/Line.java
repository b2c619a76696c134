package understudy.text;

import org.jspecify.annotations.Nullable;
import understudy.chat.Role;

/// One line of a conversation, as a chat template takes it.
///
/// @param name    the speaker's, for the few templates that show it
/// @param content what was said; never read as control tokens
public record Line(Role role, @Nullable String name, String content) {
    /// A line without a name.
    public static Line of(Role role, String content) {
        return new Line(role, null, content);
    }
}
