package understudy.bot;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import understudy.base.Json;

/// Every update from its arrival until it is done with. It comes in together with the number of
/// the next one, so that none is lost and none comes twice.
final class Inbox {
    /// How often an update is tried.
    static final int ATTEMPTS = 3;

    /// Tries that may be begun: one that does not fail may still end the process each time. Far
    /// more than [#ATTEMPTS], since a machine that is switched off again and again is not its
    /// fault.
    static final int BEGUN = 20;

    /// After so long without any update, Telegram may number anew.
    private static final Duration RENUMBERED = Duration.ofDays(6);

    private final BotStore store;

    Inbox(BotStore store) {
        this.store = store;
    }

    /// What an update is about.
    ///
    /// @param chat   0 where it is about none
    /// @param sender null where nobody is named
    private record Facts(long chat, @Nullable Long sender, @Nullable Instant sentAt) {
        static Facts of(Update update) {
            return switch (update) {
                case Update.Message m ->
                        new Facts(
                                m.chat().id(), m.from() == null ? null : m.from().id(), m.sentAt());
                case Update.Edited e -> new Facts(e.chat().id(), null, null);
                case Update.Deleted d -> new Facts(d.chat().id(), null, null);
                case Update.ButtonPressed b -> new Facts(b.chat().id(), b.from().id(), null);
                case Update.Business b -> new Facts(b.userChat(), b.user(), null);
                case Update.Joined j -> new Facts(j.chat().id(), null, null);
                case Update.Membership m -> new Facts(m.chat().id(), null, null);
                case Update.Moved m -> new Facts(m.to(), null, null);
                case Update.Stopped s -> new Facts(s.chat().id(), null, null);
                case Update.Other _ -> new Facts(0, null, null);
            };
        }
    }

    /// The chat that an update is about; 0 for none.
    static long chat(Update update) {
        return Facts.of(update).chat();
    }

    /// When it was sent, where that is known.
    static @Nullable Instant sentAt(Update update) {
        return Facts.of(update).sentAt();
    }

    /// Id of the first update to ask for.
    long offset() {
        return store.read(handle ->
                handle.createQuery("SELECT next FROM position")
                        .mapTo(Long.class)
                        .findOne()
                        .orElse(0L));
    }

    /// Takes updates in, and with them the number of the next one: all or none.
    ///
    /// @return those that are new, in order
    List<Update> receive(List<Update> updates, Instant now) {
        if (updates.isEmpty()) {
            return List.of();
        }
        Map<Long, Update> ordered = new TreeMap<>();
        updates.forEach(u -> ordered.putIfAbsent(u.id(), u));
        return store.write(handle -> {
            long next = offset();
            boolean anew = ordered.keySet().iterator().next() < next && renumbered(handle, now);
            if (anew) { // what has the same number now is another update
                handle.execute("DELETE FROM inbox WHERE state <> 'RECEIVED'");
                handle.execute("DELETE FROM outbox_causes");
            }
            List<Update> fresh = new ArrayList<>();
            long last = -1;
            for (Update update : ordered.values()) {
                if (update.id() >= next || anew) {
                    last = update.id();
                    if (insert(handle, update, now)) {
                        fresh.add(update);
                    }
                }
            }
            if (last >= 0) {
                handle.execute(
                        """
                        INSERT INTO position (one, next, got_ms) VALUES (1, ?, ?)
                        ON CONFLICT (one) DO UPDATE
                        SET next = excluded.next, got_ms = excluded.got_ms
                        """,
                        last + 1,
                        now.toEpochMilli());
            }
            return fresh;
        });
    }

    private static boolean renumbered(Handle handle, Instant now) {
        return handle.createQuery("SELECT got_ms FROM position")
                .mapTo(Long.class)
                .findOne()
                .map(ms -> now.toEpochMilli() - ms >= RENUMBERED.toMillis())
                .orElse(false);
    }

    private static boolean insert(Handle handle, Update update, Instant now) {
        Facts facts = Facts.of(update);
        return handle.execute(
                        """
                        INSERT INTO inbox
                            (update_id, chat, kind, sender, received_ms, sent_ms, body, state)
                        VALUES (?, ?, ?, ?, ?, ?, ?, 'RECEIVED') ON CONFLICT DO NOTHING
                        """,
                        update.id(),
                        facts.chat(),
                        update.getClass().getSimpleName(),
                        facts.sender(),
                        now.toEpochMilli(),
                        facts.sentAt() == null ? null : facts.sentAt().toEpochMilli(),
                        Json.json().writerFor(Update.class).writeValueAsString(update))
                == 1;
    }

    /// An update that was received and not done with when the process ended.
    record Waiting(Update update, Instant receivedAt) {}

    /// All of them, in order.
    List<Waiting> waiting() {
        return store.read(handle ->
                handle.createQuery(
                                """
                                SELECT body, received_ms FROM inbox
                                WHERE state = 'RECEIVED' ORDER BY update_id
                                """)
                        .map((row, context) ->
                                new Waiting(
                                        Json.json().readValue(row.getString("body"), Update.class),
                                        Instant.ofEpochMilli(row.getLong("received_ms"))))
                        .list());
    }

    /// Counts a try before it is made, so that an update which kills the process is counted too.
    /// One that has failed often enough, or been begun far too often, is skipped.
    ///
    /// @return those that are to be tried: neither spent nor done with
    List<Update> attempt(List<Update> batch) {
        return store.write(handle -> {
            List<Update> tried = new ArrayList<>();
            for (Update update : batch) {
                int counted =
                        handle.execute(
                                """
                                UPDATE inbox SET attempts = attempts + 1
                                WHERE update_id = ? AND state = 'RECEIVED'
                                  AND attempts < ? AND failures < ?
                                """,
                                update.id(),
                                BEGUN,
                                ATTEMPTS);
                if (counted == 1) {
                    tried.add(update);
                } else {
                    handle.execute(
                            """
                            UPDATE inbox SET state = 'SKIPPED', reason = 'failed', body = ''
                            WHERE update_id = ? AND state = 'RECEIVED'
                            """,
                            update.id());
                }
            }
            return tried;
        });
    }

    /// Counts a try that failed.
    void failed(List<Update> batch) {
        store.change(handle ->
                batch.forEach(update ->
                        handle.execute(
                                "UPDATE inbox SET failures = failures + 1 WHERE update_id = ?",
                                update.id())));
    }

    /// Takes a counted try back: it was ended from outside.
    void unattempt(List<Update> batch) {
        store.change(handle ->
                batch.forEach(update ->
                        handle.execute(
                                """
                                UPDATE inbox SET attempts = attempts - 1
                                WHERE update_id = ? AND attempts > 0
                                """,
                                update.id())));
    }

    /// Done with; what was written is not needed here any more.
    void handled(List<Update> batch) {
        finish(batch, "HANDLED", "");
    }

    /// @param reason a few fixed words
    void skip(List<Update> batch, String reason) {
        finish(batch, "SKIPPED", reason);
    }

    private void finish(List<Update> batch, String state, String reason) {
        store.change(handle ->
                batch.forEach(update ->
                        handle.execute(
                                """
                                UPDATE inbox SET state = ?, reason = ?, body = ''
                                WHERE update_id = ?
                                """,
                                state,
                                reason,
                                update.id())));
    }

    /// Ties updates to the answer they cause.
    ///
    /// @throws IllegalStateException where one of them has one already
    void cause(Handle handle, List<Update> batch, long outbox) {
        for (Update update : batch) {
            if (handle.execute(
                            """
                            INSERT INTO outbox_causes (update_id, outbox) VALUES (?, ?)
                            ON CONFLICT DO NOTHING
                            """,
                            update.id(),
                            outbox)
                    == 0) {
                throw new IllegalStateException("update " + update.id() + " has its answer");
            }
        }
    }
}
