package understudy.store;

import java.sql.ResultSet;
import java.sql.SQLException;
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

    /// @param words  any text; its words are looked for, not its marks
    /// @param before only what was sent earlier, milliseconds of the wall clock
    List<Remembered> find(long person, String words, long before, int limit) {
        String query = query(words);
        if (query.isEmpty()) {
            return List.of();
        }
        return handle.createQuery(
                        """
                        WITH hits AS (
                          SELECT -bm25(message_words) AS rank, m.id, m.chat, i.person AS author,
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
                          ORDER BY rank DESC, m.id DESC LIMIT :limit)
                        SELECT h.rank, h.sent_ms, h.me, h.text,
                               r.sent_ms AS answer_ms, s.me AS answer_me, r.text AS answer_text
                        FROM hits h
                        LEFT JOIN messages r ON r.id = (
                          SELECT a.id FROM messages a
                          JOIN identities b ON b.alias = a.author
                          WHERE a.chat = h.chat AND a.kind = 'TEXT' AND b.person <> h.author
                            AND (a.sent_ms, a.position) > (h.sent_ms, h.position)
                            AND a.sent_ms <= h.sent_ms + :answered AND a.sent_ms < :before
                          ORDER BY a.sent_ms, a.position LIMIT 1)
                        LEFT JOIN identities j ON j.alias = r.author
                        LEFT JOIN people s ON s.id = j.person
                        ORDER BY h.rank DESC, h.id DESC
                        """)
                .bind("query", query)
                .bind("before", before)
                .bind("person", person)
                .bind("limit", limit)
                .bind("answered", ANSWERED_MS)
                .map((row, context) ->
                        new Remembered(
                                row.getDouble("rank"),
                                new Remembered.Said(
                                        row.getBoolean("me"),
                                        ChatStore.time(row.getLong("sent_ms")),
                                        row.getString("text")),
                                answer(row)))
                .list();
    }

    private static Remembered.@Nullable Said answer(ResultSet row) throws SQLException {
        String text = row.getString("answer_text");
        return text == null
                ? null
                : new Remembered.Said(
                        row.getBoolean("answer_me"),
                        ChatStore.time(row.getLong("answer_ms")),
                        text);
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
