package understudy.bot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import understudy.base.Json;
import understudy.chat.Role;

/// Every answer on its way out, and what became of it.
///
/// ```
/// GENERATED -> SENDING -> SENT
///     |           +-----> AMBIGUOUS   no answer came, or the process died: never sent again
///     +-----------------> FAILED, DROPPED
/// ```
///
/// SENDING is on disk before the first byte of a bubble leaves. So whatever is found in GENERATED
/// was certainly not sent, and whatever is found in SENDING may have been.
public final class Outbox {
    /// What became of an answer.
    public enum State {
        GENERATED,
        SENDING,
        SENT,
        FAILED,
        DROPPED,
        AMBIGUOUS
    }

    private static final TypeReference<List<List<ChatTransport.Button>>> BUTTONS =
            new TypeReference<>() {};

    private static final String BOOT = boot();

    private final BotStore store;
    private final Clock clock;
    private volatile Runnable onNew = () -> {};

    public Outbox(BotStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /// An answer as it can be shown: without its words.
    ///
    /// @param business whether it was for a chat of the owner's own account
    /// @param bubbles  how many there are
    /// @param sent     how many of them were sent for certain
    /// @param reason   a few fixed words; empty for none
    public record Listed(
            long id,
            long chat,
            boolean business,
            Instant createdAt,
            Answer.Kind kind,
            State state,
            int bubbles,
            int sent,
            String reason) {}

    /// An answer that is to be sent.
    ///
    /// @param answer what of it was not sent yet
    /// @param next   number of the first bubble not sent yet
    /// @param passes whether the kill switch lets it through
    record Entry(long id, Answer answer, int next, Instant createdAt, boolean passes) {}

    /// Which answers keep their order: those to one chat, on one side's behalf.
    record Lane(long chat, boolean business) {}

    /// Puts an answer on its way that no update is the direct cause of: a notice, a draft for the
    /// owner, an approved draft.
    ///
    /// @param key names the occasion, so that pressing Send twice sends once
    /// @return false where an answer with this key was put on its way before
    public boolean enqueue(Answer answer, String key) {
        boolean added =
                store.write(handle -> {
                    int before =
                            handle.createQuery("SELECT count(*) FROM outbox WHERE key = ?")
                                    .bind(0, key)
                                    .mapTo(Integer.class)
                                    .one();
                    if (before == 0) {
                        insert(handle, answer, key, false);
                    }
                    return before == 0;
                });
        onNew.run();
        return added;
    }

    /// Id of the last message of the answer with this key; empty where it was not sent.
    public OptionalLong messageId(String key) {
        Optional<Long> id =
                store.read(handle ->
                        handle.createQuery(
                                        """
                                        SELECT p.message_id FROM parts p
                                        JOIN outbox o ON o.id = p.outbox
                                        WHERE o.key = ? AND p.message_id IS NOT NULL
                                        ORDER BY p.n DESC LIMIT 1
                                        """)
                                .bind(0, key)
                                .mapTo(Long.class)
                                .findOne());
        return id.isPresent() ? OptionalLong.of(id.get()) : OptionalLong.empty();
    }

    /// Takes back what was not sent yet to a chat.
    ///
    /// @return how many answers that were
    public int drop(long chat, boolean business, String reason) {
        return store.write(handle ->
                handle.execute(
                        """
                        UPDATE outbox SET state = 'DROPPED', reason = ?
                        WHERE state = 'GENERATED' AND chat = ? AND (business IS NOT NULL) = ?
                        """,
                        reason,
                        chat,
                        business ? 1 : 0));
    }

    /// Takes back everything that was not sent yet, but for what passes the kill switch.
    int dropAll(String reason) {
        return store.write(handle ->
                handle.execute(
                        """
                        UPDATE outbox SET state = 'DROPPED', reason = ?
                        WHERE state = 'GENERATED' AND passes = 0
                        """,
                        reason));
    }

    /// Answers of which nobody knows whether they arrived; they are never sent again.
    public List<Listed> ambiguous() {
        return list(State.AMBIGUOUS);
    }

    /// The answers in a state, oldest first.
    public List<Listed> list(State state) {
        return store.read(handle ->
                handle.createQuery(
                                """
                                SELECT o.id, o.chat, o.business IS NOT NULL AS own, o.created_ms,
                                       o.kind, o.reason, count(p.n) AS bubbles,
                                       count(p.message_id) AS sent
                                FROM outbox o JOIN parts p ON p.outbox = o.id
                                WHERE o.state = ? GROUP BY o.id ORDER BY o.id
                                """)
                        .bind(0, state.name())
                        .map((row, context) ->
                                new Listed(
                                        row.getLong("id"),
                                        row.getLong("chat"),
                                        row.getBoolean("own"),
                                        Instant.ofEpochMilli(row.getLong("created_ms")),
                                        Answer.Kind.valueOf(row.getString("kind")),
                                        state,
                                        row.getInt("bubbles"),
                                        row.getInt("sent"),
                                        row.getString("reason")))
                        .list());
    }

    /// The words of an answer that were not sent for certain, a line break between bubbles. For
    /// the owner's eyes, where they ask for it.
    public String text(long id) {
        return store.read(handle ->
                String.join(
                        "\n",
                        handle.createQuery("SELECT text FROM parts WHERE outbox = ? ORDER BY n")
                                .bind(0, id)
                                .mapTo(String.class)
                                .filter(text -> !text.isEmpty())
                                .list()));
    }

    /// How many answers are in each state.
    public Map<State, Integer> counts() {
        Map<State, Integer> counts = new EnumMap<>(State.class);
        for (State state : State.values()) {
            counts.put(state, 0);
        }
        store.read(handle ->
                        handle.createQuery("SELECT state, count(*) AS n FROM outbox GROUP BY state")
                                .map((row, context) ->
                                        Map.entry(
                                                State.valueOf(row.getString("state")),
                                                row.getInt("n")))
                                .list())
                .forEach(e -> counts.put(e.getKey(), e.getValue()));
        return counts;
    }

    /// @param listener run after each change that may give the sender something to do
    void onNew(Runnable listener) {
        onNew = listener;
    }

    void wake() {
        onNew.run();
    }

    /// Adds an answer in the caller's transaction.
    ///
    /// @param key    null where updates are its cause
    /// @param passes whether the kill switch lets it through
    long insert(Handle handle, Answer answer, @Nullable String key, boolean passes) {
        long id =
                handle.createUpdate(
                                """
                                INSERT INTO outbox
                                    (chat, business, reply_to, created_ms, kind, buttons, key,
                                    passes, state)
                                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'GENERATED')
                                """)
                        .bind(0, answer.chat())
                        .bind(1, answer.businessConnection())
                        .bind(2, answer.replyTo())
                        .bind(3, clock.millis())
                        .bind(4, answer.kind().name())
                        .bind(
                                5,
                                answer.buttons().isEmpty()
                                        ? ""
                                        : Json.json().writeValueAsString(answer.buttons()))
                        .bind(6, key)
                        .bind(7, passes ? 1 : 0)
                        .executeAndReturnGeneratedKeys("id")
                        .mapTo(Long.class)
                        .one();
        for (int n = 0; n < answer.bubbles().size(); n++) {
            Answer.Bubble bubble = answer.bubbles().get(n);
            handle.execute(
                    """
                    INSERT INTO parts (outbox, n, text, delay_ms, state)
                    VALUES (?, ?, ?, ?, 'GENERATED')
                    """,
                    id,
                    n,
                    bubble.text(),
                    bubble.before().toMillis());
        }
        return id;
    }

    /// Everything that was leaving when the process ended is ambiguous from now on. What was about
    /// to leave waits again, where the machine has not been off since: [#leaving] would be on file.
    ///
    /// @return how many are ambiguous
    int resolveInterrupted() {
        return store.write(handle -> {
            String unsent =
                    "state = 'SENDING' AND leaves = 0 AND boot <> '' AND boot = '" + BOOT + "'";
            handle.execute(
                    "UPDATE parts SET state = 'GENERATED' WHERE state = 'SENDING'"
                            + " AND outbox IN (SELECT id FROM outbox WHERE "
                            + unsent
                            + ")");
            handle.execute("UPDATE outbox SET state = 'GENERATED' WHERE " + unsent);
            handle.execute("UPDATE parts SET state = 'AMBIGUOUS' WHERE state = 'SENDING'");
            return handle.execute(
                    """
                    UPDATE outbox SET state = 'AMBIGUOUS', reason = 'ended while it was sent'
                    WHERE state = 'SENDING'
                    """);
        });
    }

    /// Names this run of the machine; empty where the system does not tell.
    private static String boot() {
        try {
            String id = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            return id.matches("[0-9a-f-]{36}") ? id : "";
        } catch (IOException e) {
            return "";
        }
    }

    /// Runs the statements of a sending once, on nothing: the first time takes longest, and the
    /// time between SENDING and SENT is when a process must not die.
    void warmUp() {
        Answer nothing = Answer.of(0, "-", Answer.Kind.NOTICE);
        sending(-1, 0);
        leaving(-1);
        sent(new Entry(-1, nothing, 0, clock.instant(), false), 0, "-", 0);
    }

    /// Lanes with something to send.
    List<Lane> lanes() {
        return store.read(handle ->
                handle.createQuery(
                                """
                                SELECT chat, business IS NOT NULL AS own, min(id) AS first
                                FROM outbox WHERE state = 'GENERATED'
                                GROUP BY chat, own ORDER BY first
                                """)
                        .map((row, context) -> new Lane(row.getLong("chat"), row.getBoolean("own")))
                        .list());
    }

    /// The oldest answer of a lane that waits, with what of it was not sent yet.
    Optional<Entry> next(Lane lane) {
        return store.read(handle ->
                handle.createQuery(
                                """
                                SELECT id, business, reply_to, created_ms, kind, buttons, passes
                                FROM outbox
                                WHERE state = 'GENERATED' AND chat = ?
                                AND (business IS NOT NULL) = ? ORDER BY id LIMIT 1
                                """)
                        .bind(0, lane.chat())
                        .bind(1, lane.business() ? 1 : 0)
                        .map((row, context) -> {
                            long id = row.getLong("id");
                            long replyTo = row.getLong("reply_to");
                            Long answered = row.wasNull() ? null : replyTo;
                            String buttons = row.getString("buttons");
                            Answer answer =
                                    new Answer(
                                            lane.chat(),
                                            row.getString("business"),
                                            answered,
                                            waiting(handle, id),
                                            buttons.isEmpty()
                                                    ? List.of()
                                                    : Json.json().readValue(buttons, BUTTONS),
                                            Answer.Kind.valueOf(row.getString("kind")));
                            return new Entry(
                                    id,
                                    answer,
                                    first(handle, id),
                                    Instant.ofEpochMilli(row.getLong("created_ms")),
                                    row.getBoolean("passes"));
                        })
                        .findOne());
    }

    private static List<Answer.Bubble> waiting(Handle handle, long id) {
        return handle.createQuery(
                        """
                        SELECT text, delay_ms FROM parts
                        WHERE outbox = ? AND state = 'GENERATED' ORDER BY n
                        """)
                .bind(0, id)
                .map((row, context) ->
                        new Answer.Bubble(
                                row.getString("text"), Duration.ofMillis(row.getLong("delay_ms"))))
                .list();
    }

    private static int first(Handle handle, long id) {
        return handle.createQuery(
                        "SELECT min(n) FROM parts WHERE outbox = ? AND state = 'GENERATED'")
                .bind(0, id)
                .mapTo(Integer.class)
                .one();
    }

    /// Whether an answer still waits: nobody dropped it.
    boolean waits(long id) {
        return store.read(handle -> state(handle, id) == State.GENERATED);
    }

    private static State state(Handle handle, long id) {
        return State.valueOf(
                handle.createQuery("SELECT state FROM outbox WHERE id = ?")
                        .bind(0, id)
                        .mapTo(String.class)
                        .one());
    }

    /// A bubble is about to be sent: on disk before anything of it leaves, power cuts included.
    ///
    /// @return false where somebody dropped it meanwhile: it must not be sent
    boolean sending(long id, int n) {
        return store.write(handle -> {
            int waited =
                    handle.execute(
                            """
                            UPDATE outbox SET state = 'SENDING', leaves = 0, boot = ?
                            WHERE id = ? AND state = 'GENERATED'
                            """,
                            BOOT,
                            id);
            if (waited == 0) {
                return false;
            }
            handle.execute("UPDATE parts SET state = 'SENDING' WHERE outbox = ? AND n = ?", id, n);
            return true;
        });
    }

    /// Its first byte leaves next. Not forced to disk: what kills a process does not lose it, and
    /// a power cut makes what is in SENDING ambiguous without it. So the time in which a killed
    /// process leaves an answer in doubt holds no wait for a disk.
    void leaving(long id) {
        store.unforced(handle ->
                handle.execute(
                        "UPDATE outbox SET leaves = 1 WHERE id = ? AND state = 'SENDING'", id));
    }

    /// The network took a bubble: it becomes a line of the history where it is the person's own.
    void sent(Entry entry, int n, String text, long messageId) {
        store.change(handle -> {
            handle.execute(
                    """
                    UPDATE parts SET state = 'SENT', message_id = ?, text = ''
                    WHERE outbox = ? AND n = ?
                    """,
                    messageId,
                    entry.id(),
                    n);
            handle.execute(
                    """
                    UPDATE outbox SET state = CASE WHEN EXISTS
                        (SELECT 1 FROM parts WHERE outbox = ? AND state = 'GENERATED')
                        THEN 'GENERATED' ELSE 'SENT' END
                    WHERE id = ?
                    """,
                    entry.id(),
                    entry.id());
            Answer answer = entry.answer();
            if (answer.kind() == Answer.Kind.REPLY) {
                store.remember(
                        new HistoryLine(
                                answer.chat(),
                                answer.businessConnection() != null,
                                Role.ASSISTANT,
                                "",
                                text,
                                clock.instant(),
                                messageId));
            }
        });
    }

    /// Certainly not sent: waits as before.
    void back(long id, int n) {
        store.change(handle -> {
            handle.execute(
                    "UPDATE parts SET state = 'GENERATED' WHERE outbox = ? AND n = ?", id, n);
            handle.execute(
                    "UPDATE outbox SET state = 'GENERATED' WHERE id = ? AND state = 'SENDING'", id);
        });
    }

    /// An answer goes no further.
    ///
    /// @param n      the bubble it ends with; -1 where none of them was tried
    /// @param reason a few fixed words
    void end(long id, int n, State state, String reason) {
        store.change(handle -> {
            if (n >= 0) {
                handle.execute(
                        "UPDATE parts SET state = ? WHERE outbox = ? AND n = ?",
                        state.name(),
                        id,
                        n);
            }
            handle.execute(
                    "UPDATE outbox SET state = ?, reason = ? WHERE id = ?",
                    state.name(),
                    reason,
                    id);
        });
    }
}
