package understudy.chat;

import java.time.LocalDateTime;

/// Messages of one sender, joined by line breaks.
///
/// @param role   [Role#ASSISTANT] where the owner speaks
/// @param name   the speaker's name
/// @param sentAt time of the first message joined
/// @param text   not empty
public record Turn(Role role, String name, LocalDateTime sentAt, String text) {
    public Turn {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a turn has text");
        }
    }

    public boolean mine() {
        return role == Role.ASSISTANT;
    }
}
