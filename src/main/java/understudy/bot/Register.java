package understudy.bot;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// Who is who to the bot, and what the owner told it: kept in the bot's store.
///
/// Its changes are on disk when a method returns, or with the transaction that the thread is in.
final class Register {
    private static final String OWNER = "owner";
    private static final String PAUSED = "paused";

    private final BotStore store;
    private final Clock clock;

    Register(BotStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /// A conversation: a chat with the bot, or one of the owner's own account.
    record Place(long chat, boolean business) {}

    /// A chat seen before.
    record Met(Place place, String name, boolean group, String language) {}

    /// @param id for taking it back
    record Fact(long id, String text) {}

    /// An account that let the bot in.
    record Connection(String id, long account, boolean enabled, boolean canReply) {}

    /// Who keeps a chat silent.
    enum By {
        OWNER,
        PERSON
    }

    Optional<String> value(String key) {
        return store.read(h ->
                h.createQuery("SELECT value FROM manners WHERE key = ?")
                        .bind(0, key)
                        .mapTo(String.class)
                        .findOne());
    }

    /// @param value null to take it away
    void setValue(String key, @Nullable String value) {
        store.change(h -> {
            h.execute("DELETE FROM manners WHERE key = ?", key);
            if (value != null) {
                h.execute("INSERT INTO manners (key, value) VALUES (?, ?)", key, value);
            }
        });
    }

    OptionalLong owner() {
        Optional<String> id = value(OWNER);
        return id.isPresent() ? OptionalLong.of(Long.parseLong(id.get())) : OptionalLong.empty();
    }

    void setOwner(long id) {
        setValue(OWNER, Long.toString(id));
    }

    boolean allPaused() {
        return value(PAUSED).isPresent();
    }

    void pauseAll(boolean paused) {
        setValue(PAUSED, paused ? "yes" : null);
    }

    boolean allowed(long person) {
        return count("SELECT count(*) FROM allowed WHERE person = ?", person) > 0;
    }

    boolean anybodyAllowed() {
        return store.read(h ->
                h.createQuery("SELECT count(*) FROM allowed").mapTo(Integer.class).one())
                > 0;
    }

    void allow(long person, boolean yes) {
        store.change(h ->
                h.execute(
                        yes
                                ? "INSERT OR IGNORE INTO allowed (person) VALUES (?)"
                                : "DELETE FROM allowed WHERE person = ?",
                        person));
    }

    boolean silent(Place place) {
        return count(
                        "SELECT count(*) FROM silent WHERE chat = ? AND business = ?",
                        place.chat(),
                        flag(place))
                > 0;
    }

    boolean silent(Place place, By by) {
        return count(
                        "SELECT count(*) FROM silent WHERE chat = ? AND business = ? AND by = ?",
                        place.chat(),
                        flag(place),
                        by.name())
                > 0;
    }

    void setSilent(Place place, By by, boolean silent) {
        store.change(h ->
                h.execute(
                        silent
                                ? "INSERT OR IGNORE INTO silent (chat, business, by) VALUES (?, ?,"
                                        + " ?)"
                                : "DELETE FROM silent WHERE chat = ? AND business = ? AND by = ?",
                        place.chat(),
                        flag(place),
                        by.name()));
    }

    /// How often something was done to somebody in the time before now.
    int counted(long person, String what, Duration within) {
        return count(
                "SELECT count(*) FROM counted WHERE person = ? AND what = ? AND at_ms > ?",
                person,
                what,
                clock.millis() - within.toMillis());
    }

    /// Adds one, and forgets what is older than any limit looks back.
    void countOne(long person, String what) {
        store.change(h -> {
            h.execute(
                    "DELETE FROM counted WHERE at_ms < ?",
                    clock.millis() - Duration.ofDays(2).toMillis());
            h.execute(
                    "INSERT INTO counted (person, what, at_ms) VALUES (?, ?, ?)",
                    person,
                    what,
                    clock.millis());
        });
    }

    void met(Met met) {
        store.change(h ->
                h.execute(
                        """
                        INSERT INTO met (chat, business, name, is_group, language, at_ms)
                        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (chat, business) DO UPDATE SET
                            name = excluded.name, language = excluded.language,
                            at_ms = excluded.at_ms
                        """,
                        met.place().chat(),
                        flag(met.place()),
                        met.name(),
                        met.group() ? 1 : 0,
                        met.language(),
                        clock.millis()));
    }

    /// Chats seen, the latest first.
    List<Met> met(int limit) {
        return store.read(h ->
                h.createQuery(
                                """
                                SELECT chat, business, name, is_group, language FROM met
                                ORDER BY at_ms DESC, chat LIMIT ?
                                """)
                        .bind(0, limit)
                        .map((row, context) ->
                                new Met(
                                        new Place(row.getLong("chat"), row.getBoolean("business")),
                                        row.getString("name"),
                                        row.getBoolean("is_group"),
                                        row.getString("language")))
                        .list());
    }

    Optional<String> link(long id) {
        return store.read(h ->
                h.createQuery("SELECT name FROM links WHERE id = ?")
                        .bind(0, id)
                        .mapTo(String.class)
                        .findOne());
    }

    /// @param name null to take the link away
    void setLink(long id, @Nullable String name) {
        store.change(h -> {
            h.execute("DELETE FROM links WHERE id = ?", id);
            if (name != null) {
                h.execute("INSERT INTO links (id, name) VALUES (?, ?)", id, name);
            }
        });
    }

    List<Fact> facts(Place place) {
        return store.read(h ->
                h.createQuery(
                                "SELECT id, text FROM facts WHERE chat = ? AND business = ?"
                                        + " ORDER BY id")
                        .bind(0, place.chat())
                        .bind(1, flag(place))
                        .map((row, context) -> new Fact(row.getLong("id"), row.getString("text")))
                        .list());
    }

    void addFact(Place place, String text) {
        store.change(h ->
                h.execute(
                        "INSERT INTO facts (chat, business, text) VALUES (?, ?, ?)",
                        place.chat(),
                        flag(place),
                        text));
    }

    boolean dropFact(long id) {
        return store.write(h -> h.execute("DELETE FROM facts WHERE id = ?", id)) > 0;
    }

    void setConnection(Update.Business business) {
        store.change(h ->
                h.execute(
                        """
                        INSERT OR REPLACE INTO connections
                            (connection, account, account_chat, enabled, can_reply)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                        business.connection(),
                        business.user(),
                        business.userChat(),
                        business.enabled() ? 1 : 0,
                        business.canReply() ? 1 : 0));
    }

    Optional<Connection> connection(String id) {
        return store.read(h ->
                h.createQuery("SELECT * FROM connections WHERE connection = ?")
                        .bind(0, id)
                        .map((row, context) ->
                                new Connection(
                                        id,
                                        row.getLong("account"),
                                        row.getBoolean("enabled"),
                                        row.getBoolean("can_reply")))
                        .findOne());
    }

    long addReview(Place place, String correction) {
        return store.write(h ->
                h.createUpdate("INSERT INTO reviews (chat, business, correction) VALUES (?, ?, ?)")
                        .bind(0, place.chat())
                        .bind(1, flag(place))
                        .bind(2, correction)
                        .executeAndReturnGeneratedKeys("id")
                        .mapTo(Long.class)
                        .one());
    }

    /// Takes a correction that waits out of the waiting; empty where it was decided already.
    Optional<String> takeReview(long id) {
        return store.write(h -> {
            Optional<String> correction =
                    h.createQuery("SELECT correction FROM reviews WHERE id = ?")
                            .bind(0, id)
                            .mapTo(String.class)
                            .findOne();
            h.execute("DELETE FROM reviews WHERE id = ?", id);
            return correction;
        });
    }

    /// Whether an update has had its own answer, beside those of a whole batch.
    boolean answered(long update) {
        return count("SELECT count(*) FROM outbox WHERE key = ?", Round.key(update)) > 0;
    }

    /// Whether a reply is waiting to be sent in a conversation, or being sent.
    boolean onItsWay(Place place) {
        return count(
                        """
                        SELECT count(*) FROM outbox WHERE chat = ? AND (business IS NOT NULL) = ?
                        AND kind = 'REPLY' AND state IN ('GENERATED', 'SENDING')
                        """,
                        place.chat(),
                        flag(place))
                > 0;
    }

    /// Whether something that was to be sent in a conversation since `since` was not.
    boolean lost(Place place, Instant since) {
        return count(
                        """
                        SELECT count(*) FROM outbox WHERE chat = ? AND (business IS NOT NULL) = ?
                        AND state IN ('FAILED', 'DROPPED', 'AMBIGUOUS') AND created_ms >= ?
                        """,
                        place.chat(),
                        flag(place),
                        since.toEpochMilli())
                > 0;
    }

    /// Whether `text` is being sent in a chat of the owner's account by the bot itself.
    boolean sending(long chat, String text) {
        return count(
                        """
                        SELECT count(*) FROM parts p JOIN outbox o ON o.id = p.outbox
                        WHERE o.chat = ? AND o.business IS NOT NULL AND p.state = 'SENDING'
                        AND p.text = ?
                        """,
                        chat,
                        text)
                > 0;
    }

    /// Takes away what waits for a decision in a conversation; what the owner said about the chat
    /// stays.
    void forget(Place place) {
        store.change(h -> {
            h.execute(
                    "DELETE FROM reviews WHERE chat = ? AND business = ?",
                    place.chat(),
                    flag(place));
            h.execute(
                    "DELETE FROM drafts WHERE chat = ? AND (connection IS NOT NULL) = ?",
                    place.chat(),
                    flag(place));
        });
    }

    /// Gives a group its new number.
    void move(long from, long to) {
        store.change(h -> {
            for (String table : List.of("silent", "met", "facts", "drafts", "reviews")) {
                h.execute("UPDATE OR IGNORE " + table + " SET chat = ? WHERE chat = ?", to, from);
            }
            h.execute("UPDATE OR IGNORE links SET id = ? WHERE id = ?", to, from);
        });
    }

    private int count(String query, Object... values) {
        return store.read(h -> countIn(h, query, values));
    }

    private static int countIn(Handle handle, String query, Object... values) {
        Query bound = handle.createQuery(query);
        for (int i = 0; i < values.length; i++) {
            bound.bind(i, values[i]);
        }
        return bound.mapTo(Integer.class).one();
    }

    private static int flag(Place place) {
        return place.business() ? 1 : 0;
    }
}
