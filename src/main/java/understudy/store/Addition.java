package understudy.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import understudy.chat.Message;

/// Writes the new lines of one export into one chat, inside the caller's transaction.
///
/// @param handle the open transaction
/// @param chatId the chat
/// @param source the import that brings them
record Addition(Handle handle, long chatId, long source) {

    /// @param added        how many lines were new
    /// @param clockMinutes see [AddResult#clockMinutes()]
    record Outcome(int added, int clockMinutes) {}

    Outcome write(List<Message> messages) {
        List<MinuteMerge.Line> known = stored();
        ClockShift.Aligned aligned = ClockShift.align(known, lines(messages));
        Map<Long, List<MinuteMerge.Line>> read = byMinute(aligned.lines());
        Map<Long, List<MinuteMerge.Line>> stored = byMinute(known);
        boolean wholeMinutes = aligned.lines().stream().allMatch(MinuteMerge.Line::wholeMinute);
        PreparedBatch inserts =
                handle.prepareBatch(
                        """
                        INSERT INTO messages
                          (chat, source, author, sent_ms, position, absolute, kind, text)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        """);
        PreparedBatch updates =
                handle.prepareBatch("UPDATE messages SET sent_ms = ?, position = ? WHERE id = ?");
        for (Map.Entry<Long, List<MinuteMerge.Line>> minute : read.entrySet()) {
            List<MinuteMerge.Line> before = stored.getOrDefault(minute.getKey(), List.of());
            List<MinuteMerge.Line> merged =
                    MinuteMerge.merge(before, minute.getValue(), wholeMinutes);
            Set<MinuteMerge.Line> unmoved = new HashSet<>(before);
            for (int position = 0; position < merged.size(); position++) {
                MinuteMerge.Line line = merged.get(position);
                if (line.id() == null) {
                    insert(inserts, messages.get(line.index()), line.sentMs(), position);
                } else if (line.index() != position || !unmoved.contains(line)) {
                    updates.bind(0, line.sentMs()).bind(1, position).bind(2, line.id()).add();
                }
            }
        }
        int added = inserts.size();
        if (added > 0) {
            inserts.execute();
        }
        if (updates.size() > 0) {
            updates.execute();
        }
        return new Outcome(added, aligned.minutesAtEnd());
    }

    private void insert(PreparedBatch batch, Message message, long sentMs, int position) {
        String author = message.author();
        batch.bind(0, chatId)
                .bind(1, source)
                .bind(2, author == null ? null : ChatStore.whole(author))
                .bind(3, sentMs)
                .bind(4, position)
                .bind(5, message.absolute() ? 1 : 0)
                .bind(6, message.kind().name())
                .bind(7, ChatStore.whole(message.text()))
                .add();
    }

    private static List<MinuteMerge.Line> lines(List<Message> messages) {
        List<MinuteMerge.Line> lines = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            String author = message.author();
            MinuteMerge.Key key =
                    MinuteMerge.Key.of(
                            author == null ? null : ChatStore.whole(author),
                            message.kind(),
                            ChatStore.whole(message.text()));
            lines.add(new MinuteMerge.Line(null, ChatStore.ms(message.sentAt()), i, key));
        }
        return lines;
    }

    private static Map<Long, List<MinuteMerge.Line>> byMinute(List<MinuteMerge.Line> lines) {
        Map<Long, List<MinuteMerge.Line>> minutes = new LinkedHashMap<>();
        for (MinuteMerge.Line line : lines) {
            minutes.computeIfAbsent(minute(line.sentMs()), m -> new ArrayList<>()).add(line);
        }
        return minutes;
    }

    private List<MinuteMerge.Line> stored() {
        return handle.createQuery(
                        """
                        SELECT id, author, sent_ms, position, kind, text
                        FROM messages WHERE chat = ? ORDER BY sent_ms, position, id
                        """)
                .bind(0, chatId)
                .map((row, context) ->
                        new MinuteMerge.Line(
                                row.getLong("id"),
                                row.getLong("sent_ms"),
                                row.getInt("position"),
                                MinuteMerge.Key.of(
                                        row.getString("author"),
                                        Message.Kind.valueOf(row.getString("kind")),
                                        row.getString("text"))))
                .list();
    }

    private static long minute(long ms) {
        return Math.floorDiv(ms, MinuteMerge.MINUTE_MS);
    }
}
