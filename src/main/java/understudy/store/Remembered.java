package understudy.store;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/// A message that a search found, and what was said next.
///
/// @param rank   BM25, the better the greater; over 0
/// @param said   the message
/// @param answer the next one of somebody else in the chat, within ten minutes; null for none
public record Remembered(double rank, Said said, @Nullable Said answer) {
    /// @param mine whether the owner wrote it
    public record Said(boolean mine, LocalDateTime sentAt, String text) {}
}
