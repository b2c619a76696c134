package understudy.text;

import org.jspecify.annotations.Nullable;
import understudy.chat.Role;

/// One line of a conversation, as a chat template takes it.
///
/// @param name     the speaker's, for the few templates that show it
/// @param content  what was said; never read as control tokens
/// @param relation what the speaker is to the owner, such as `wife`, where the template of the
///                 recipe `seed` is to say so in place of `user`; null where it is not
public record Line(Role role, @Nullable String name, String content, @Nullable String relation) {
    /// A line of somebody whose relation is not told.
    public Line(Role role, @Nullable String name, String content) {
        this(role, name, content, null);
    }

    /// A line without a name.
    public static Line of(Role role, String content) {
        return new Line(role, null, content);
    }

    /// The same words of another length.
    public Line saying(String other) {
        return new Line(role, name, other, relation);
    }

    /// The same line, and what its speaker is to the owner.
    public Line from(@Nullable String related) {
        return new Line(role, name, content, related);
    }
}
