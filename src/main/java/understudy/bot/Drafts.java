package understudy.bot;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// Answers that wait for the owner's decision, and what became of them.
///
/// A decision is taken once: whoever changes PENDING to another state first has decided.
final class Drafts {
    /// What became of a draft.
    enum State {
        PENDING,
        SENT,
        DISCARDED,
        EXPIRED,
        /// A newer message in the chat made it pointless.
        REPLACED
    }

    /// A draft.
    ///
    /// @param connection   on whose behalf it would go out; null for the bot itself
    /// @param replyTo      message it answers visibly; null for none
    /// @param person       whom it answers
    /// @param name         theirs, as the network shows it, or of the group
    /// @param disclosure   the line that goes before it; empty for none
    /// @param fixed        whether it is said by rule, so that there is no other
    /// @param version      rises with each Regenerate
    /// @param lastIncoming when the newest message that it answers was sent
    record Draft(
            long id,
            long chat,
            @Nullable String connection,
            @Nullable Long replyTo,
            long person,
            String name,
            String text,
            String disclosure,
            boolean fixed,
            int version,
            State state,
            Instant lastIncoming,
            Instant expires) {
        boolean business() {
            return connection != null;
        }

        Register.Place place() {
            return new Register.Place(chat, business());
        }

        /// Names this version of it in the outbox.
        String key() {
            return "draft:" + id + ":" + version;
        }
    }

    private final BotStore store;
    private final Clock clock;
    private final Duration life;

    /// @param life after which it can no more be sent
    Drafts(BotStore store, Clock clock, Duration life) {
        this.store = store;
        this.clock = clock;
        this.life = life;
    }

    /// Adds a draft in place of those that wait in its chat.
    ///
    /// @param draft its id, state and expiry do not matter
    /// @return it as stored
    Draft add(Draft draft) {
        return store.write(h -> {
            h.execute(
                    """
                    UPDATE drafts SET state = 'REPLACED' WHERE state = 'PENDING'
                    AND chat = ? AND (connection IS NOT NULL) = ?
                    """,
                    draft.chat(),
                    draft.business() ? 1 : 0);
            long id =
                    h.createUpdate(
                                    """
                                    INSERT INTO drafts (chat, connection, reply_to, person, name,
                                        text, disclosure, fixed, version, state, last_incoming_ms,
                                        expires_ms)
                                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 'PENDING', ?, ?)
                                    """)
                            .bind(0, draft.chat())
                            .bind(1, draft.connection())
                            .bind(2, draft.replyTo())
                            .bind(3, draft.person())
                            .bind(4, draft.name())
                            .bind(5, draft.text())
                            .bind(6, draft.disclosure())
                            .bind(7, draft.fixed() ? 1 : 0)
                            .bind(8, draft.lastIncoming().toEpochMilli())
                            .bind(9, clock.millis() + life.toMillis())
                            .executeAndReturnGeneratedKeys("id")
                            .mapTo(Long.class)
                            .one();
            return one(h, id).orElseThrow();
        });
    }

    Optional<Draft> find(long id) {
        return store.read(h -> one(h, id));
    }

    /// Those that wait, the oldest first. What is over its time is marked so here.
    List<Draft> pending() {
        return store.write(h -> {
            h.execute(
                    "UPDATE drafts SET state = 'EXPIRED' WHERE state = 'PENDING' AND expires_ms"
                            + " <= ?",
                    clock.millis());
            return h.createQuery("SELECT * FROM drafts WHERE state = 'PENDING' ORDER BY id")
                    .map(Drafts::row)
                    .list();
        });
    }

    /// Decides about a draft that waits.
    ///
    /// @param text what is sent instead; the same for no change
    /// @return false where it was decided, replaced or over its time before
    boolean decide(Draft draft, State state, String text) {
        return store.write(h -> {
            h.execute(
                    """
                    UPDATE drafts SET state = 'EXPIRED'
                    WHERE id = ? AND state = 'PENDING' AND expires_ms <= ?
                    """,
                    draft.id(),
                    clock.millis());
            return h.execute(
                    """
                    UPDATE drafts SET state = ?, text = ?
                    WHERE id = ? AND version = ? AND state = 'PENDING'
                    """,
                    state.name(),
                    text,
                    draft.id(),
                    draft.version());
        })
                > 0;
    }

    /// Gives a draft that waits another text.
    ///
    /// @return it as stored; empty where it was decided meanwhile
    Optional<Draft> rewrite(Draft draft, String text, String disclosure) {
        return store.write(h ->
                h.execute(
                                        """
                                        UPDATE drafts
                                        SET text = ?, disclosure = ?, version = version + 1
                                        WHERE id = ? AND version = ? AND state = 'PENDING'
                                        """,
                                        text,
                                        disclosure,
                                        draft.id(),
                                        draft.version())
                                > 0
                        ? one(h, draft.id())
                        : Optional.empty());
    }

    /// Discards what waits for an account that is closed to the bot.
    int discard(String connection) {
        return store.write(h ->
                h.execute(
                        "UPDATE drafts SET state = 'DISCARDED' WHERE state = 'PENDING' AND"
                                + " connection = ?",
                        connection));
    }

    /// Discards what waits for one chat.
    int discard(Register.Place place) {
        return store.write(h ->
                h.execute(
                        """
                        UPDATE drafts SET state = 'DISCARDED' WHERE state = 'PENDING'
                        AND chat = ? AND (connection IS NOT NULL) = ?
                        """,
                        place.chat(),
                        place.business() ? 1 : 0));
    }

    /// The newest drafts, whatever became of them.
    List<Draft> newest(int limit) {
        return store.read(h ->
                h.createQuery("SELECT * FROM drafts ORDER BY id DESC LIMIT ?")
                        .bind(0, limit)
                        .map(Drafts::row)
                        .list());
    }

    /// Forgets the words of what was decided long ago.
    void prune(Duration age) {
        store.change(h ->
                h.execute(
                        "DELETE FROM drafts WHERE state <> 'PENDING' AND expires_ms < ?",
                        clock.millis() - age.toMillis()));
    }

    private static Optional<Draft> one(Handle handle, long id) {
        return handle.createQuery("SELECT * FROM drafts WHERE id = ?")
                .bind(0, id)
                .map(Drafts::row)
                .findOne();
    }

    private static Draft row(ResultSet row, StatementContext context) throws SQLException {
        long replyTo = row.getLong("reply_to");
        Long answered = row.wasNull() ? null : replyTo;
        return new Draft(
                row.getLong("id"),
                row.getLong("chat"),
                row.getString("connection"),
                answered,
                row.getLong("person"),
                row.getString("name"),
                row.getString("text"),
                row.getString("disclosure"),
                row.getBoolean("fixed"),
                row.getInt("version"),
                State.valueOf(row.getString("state")),
                Instant.ofEpochMilli(row.getLong("last_incoming_ms")),
                Instant.ofEpochMilli(row.getLong("expires_ms")));
    }
}
