package understudy.dataset;

import java.time.LocalDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Counts what is read and what is dropped on the way, with one example of each reason.
final class Funnel {
    private final Map<DropReason, Dropped> dropped = new EnumMap<>(DropReason.class);
    private long read;

    /// @param reason   why
    /// @param messages how many
    /// @param chat     where the first of them is
    /// @param date     when that was sent; with `chat` enough to find it, without quoting it
    record Dropped(DropReason reason, long messages, String chat, LocalDateTime date) {}

    void read(int messages) {
        read += messages;
    }

    void drop(DropReason reason, int messages, String chat, LocalDateTime date) {
        dropped.merge(
                reason,
                new Dropped(reason, messages, chat, date),
                (old, more) ->
                        new Dropped(reason, old.messages + more.messages, old.chat, old.date));
    }

    long messagesRead() {
        return read;
    }

    List<Dropped> dropped() {
        return List.copyOf(dropped.values());
    }
}
