package understudy.store;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;
import understudy.chat.Message;

/// A line of a chat as stored.
///
/// @param id       the store's key
/// @param personId who wrote it; null for system lines
/// @param author   the name the export gave them; null where `personId` is
/// @param sentAt   wall-clock time as exported, or UTC where `absolute`
/// @param absolute whether `sentAt` is UTC
/// @param kind     only [Message.Kind#TEXT] ever becomes training text
/// @param text     line breaks as `\n`
public record StoredMessage(
        long id,
        @Nullable Long personId,
        @Nullable String author,
        LocalDateTime sentAt,
        boolean absolute,
        Message.Kind kind,
        String text) {}
