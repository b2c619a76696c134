package understudy.chat;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/// One line of a chat as its export gives it.
///
/// @param author   the name the export shows, direction marks removed; null for system lines
/// @param sentAt   wall-clock time as exported, or UTC where `absolute`
/// @param absolute whether `sentAt` is UTC; most exports carry no zone
/// @param kind     what sort of line this is; only [Kind#TEXT] ever becomes training text
/// @param text     line breaks as `\n`; empty where there is only media
public record Message(
        @Nullable String author, LocalDateTime sentAt, boolean absolute, Kind kind, String text) {

    /// Sort of a chat line.
    public enum Kind {
        TEXT,
        SYSTEM,
        MEDIA,
        DELETED,
        CALL
    }

    public Message {
        if (author == null && kind != Kind.SYSTEM && kind != Kind.CALL) {
            throw new IllegalArgumentException("a line without an author is a system or call line");
        }
    }
}
