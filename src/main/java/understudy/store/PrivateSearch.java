package understudy.store;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Finds words in the chats that the owner has with one person alone.
///
/// A chat in which anybody else ever wrote is left out, groups thereby too: nothing that somebody
/// said is found for anybody who did not hear it.
final class PrivateSearch {
    /// Words of a query at most; what is typed may be of any length.
    private static final int MOST_WORDS = 32;

    private static final int MOST_LETTERS = 40;
    private static final long ANSWERED_MS = 600_000;

    private final Handle handle;

    PrivateSearch(Handle handle) {
        this.handle = handle;
    }

    private record Hit(
            double rank,
            long chat,
            long author,
            long sentMs,
            long position,
            boolean mine,
            String text) {}

    /// @param words  any text; its words are looked for, not its marks
    /// @param before only what was sent earlier, milliseconds of the wall clock
    List<Remembered> find(long person, String words, long before, int limit) {
        String query = query(words);
        if (query.isEmpty()) {
            return List.of();
        }
        List<Hit> hits =
                handle.createQuery(
                                """
                                SELECT -bm25(message_words) AS rank, m.chat, i.person AS author,
                                       m.sent_ms, m.position, p.me, m.text
                                FROM message_words
                                JOIN messages m ON m.id = message_words.rowid
                                JOIN identities i ON i.alias = m.author
                                JOIN people p ON p.id = i.person
                                WHERE message_words MATCH :query
                                  AND m.sent_ms < :before
                                  AND m.chat IN (
                                    SELECT c.chat FROM messages c
                                    JOIN identities d ON d.alias = c.author
                                    JOIN people q ON q.id = d.person
                                    WHERE q.me = 0
                                    GROUP BY c.chat
                                    HAVING min(q.id) = :person AND max(q.id) = :person)
                                ORDER BY rank DESC, m.id DESC LIMIT :limit
                                """)
                        .bind("query", query)
                        .bind("before", before)
                        .bind("person", person)
                        .bind("limit", limit)
                        .map((row, context) ->
                                new Hit(
                                        row.getDouble("rank"),
                                        row.getLong("chat"),
                                        row.getLong("author"),
                                        row.getLong("sent_ms"),
                                        row.getLong("position"),
                                        row.getBoolean("me"),
                                        row.getString("text")))
                        .list();
        List<Remembered> found = new ArrayList<>();
        for (Hit hit : hits) {
            found.add(
                    new Remembered(
                            hit.rank,
                            new Remembered.Said(hit.mine, ChatStore.time(hit.sentMs), hit.text),
                            answer(hit, before)));
        }
        return found;
    }

    private Remembered.@Nullable Said answer(Hit hit, long before) {
        return handle.createQuery(
                        """
                        SELECT m.sent_ms, p.me, m.text FROM messages m
                        JOIN identities i ON i.alias = m.author
                        JOIN people p ON p.id = i.person
                        WHERE m.chat = :chat AND m.kind = 'TEXT' AND i.person <> :author
                          AND (m.sent_ms, m.position) > (:sent, :position)
                          AND m.sent_ms <= :latest AND m.sent_ms < :before
                        ORDER BY m.sent_ms, m.position LIMIT 1
                        """)
                .bind("chat", hit.chat)
                .bind("author", hit.author)
                .bind("sent", hit.sentMs)
                .bind("position", hit.position)
                .bind("latest", hit.sentMs + ANSWERED_MS)
                .bind("before", before)
                .map((row, context) ->
                        new Remembered.Said(
                                row.getBoolean("me"),
                                ChatStore.time(row.getLong("sent_ms")),
                                row.getString("text")))
                .findOne()
                .orElse(null);
    }

    /// Any of the words. Each is quoted, so that none is an operator of the query language.
    private static String query(String text) {
        Set<String> words = new LinkedHashSet<>();
        for (String word : text.split("[^\\p{L}\\p{M}\\p{Nd}]+")) {
            if (word.length() > 2 && word.length() <= MOST_LETTERS && words.size() < MOST_WORDS) {
                words.add('"' + word + '"');
            }
        }
        return String.join(" OR ", words);
    }
}
