package understudy.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.chat.Person;

/// Every message ever imported, and who is who.
///
/// One file, one connection, one thread. A change is on disk when its method returns; a process
/// that dies in between leaves the store as it was before. Two processes take turns.
public final class ChatStore implements AutoCloseable {
    static final StoreFile.Kind KIND =
            new StoreFile.Kind(
                    "the chat store",
                    "restore it from a backup, or move it away and import the exports again",
                    List.of("0001-chats.sql", "0002-language.sql", "0003-search.sql"));

    private final Path file;
    private final Connection connection;
    private final Jdbi jdbi;

    private ChatStore(Path file, Connection connection, Jdbi jdbi) {
        this.file = file;
        this.connection = connection;
        this.jdbi = jdbi;
    }

    /// Opens the store, and creates it where there is none.
    ///
    /// @throws UserError where the file is damaged or comes from a newer version
    public static ChatStore open(Path chatsDb) {
        Connection connection = StoreFile.connect(chatsDb, KIND);
        Jdbi jdbi = Jdbi.create(connection);
        boolean opened = false;
        try {
            StoreFile.migrate(jdbi, chatsDb, KIND);
            opened = true;
            return new ChatStore(chatsDb, connection, jdbi);
        } finally {
            if (!opened) {
                quietly(connection);
            }
        }
    }

    /// Adds what is new in an export of one chat. The same chat is the same platform and name,
    /// whatever the file was called.
    ///
    /// @param sourceName the file's name, for the record
    public AddResult add(Chat chat, String sourceName) {
        return changing(handle -> {
            long chatId = chatId(handle, chat);
            long source = newSource(handle, chatId, sourceName);
            addIdentities(handle, chat);
            Addition addition = new Addition(handle, chatId, source);
            Addition.Outcome outcome = addition.write(chat.messages());
            int read = chat.messages().size();
            int added = outcome.added();
            handle.execute(
                    "UPDATE sources SET lines_read = ?, lines_added = ? WHERE id = ?",
                    read,
                    added,
                    source);
            return new AddResult(chatId, read, added, read - added, outcome.clockMinutes());
        });
    }

    /// Everybody who ever wrote, most messages first.
    public List<Person> people() {
        return stats().stream().map(PersonStats::person).toList();
    }

    /// Everybody with how much they wrote, most messages first.
    public List<PersonStats> stats() {
        return jdbi.withHandle(handle -> {
            Map<Long, List<String>> aliases = aliases(handle);
            long all =
                    handle.createQuery("SELECT count(*) FROM messages WHERE author IS NOT NULL")
                            .mapTo(Long.class)
                            .one();
            return handle.createQuery(
                            """
                            SELECT p.id, p.name, p.role, p.language, p.me,
                                   count(m.id) AS messages,
                                   count(DISTINCT m.chat) AS chats
                            FROM people p
                            JOIN identities i ON i.person = p.id
                            LEFT JOIN messages m ON m.author = i.alias
                            GROUP BY p.id ORDER BY messages DESC, p.name, p.id
                            """)
                    .map((row, context) -> {
                        long id = row.getLong("id");
                        Person person =
                                new Person(
                                        id,
                                        row.getString("name"),
                                        aliases.getOrDefault(id, List.of()),
                                        row.getString("role"),
                                        row.getString("language"),
                                        row.getBoolean("me"));
                        long messages = row.getLong("messages");
                        double share = all == 0 ? 0 : (double) messages / all;
                        return new PersonStats(person, messages, share, row.getInt("chats"));
                    })
                    .list();
        });
    }

    /// The owner, where they said who they are.
    public Optional<Person> me() {
        return people().stream().filter(Person::me).findFirst();
    }

    /// Who the owner probably is: whoever writes in most chats. Needs two chats at least, since
    /// in one both sides look alike; empty on a tie.
    public Optional<Person> proposeMe() {
        List<PersonStats> all = stats();
        int most = all.stream().mapToInt(PersonStats::chats).max().orElse(0);
        List<PersonStats> first = all.stream().filter(s -> s.chats() == most).toList();
        return most < 2 || first.size() != 1
                ? Optional.empty()
                : Optional.of(first.getFirst().person());
    }

    /// @throws UserError where nobody, or more than one person, has that name
    public Person person(String name) {
        return Names.find(name, people());
    }

    /// Says who the owner is; whoever was it before is it no longer.
    public void setMe(String name) {
        Person person = person(name);
        changing(handle -> {
            handle.execute("UPDATE people SET me = 0 WHERE me = 1");
            return handle.execute("UPDATE people SET me = 1 WHERE id = ?", person.id());
        });
    }

    /// Makes one person of two: `b`'s names become names of `a`. What only `b` had, a role, a
    /// language or being the owner, passes to `a`.
    public void merge(String a, String b) {
        Person kept = person(a);
        Person other = person(b);
        if (kept.id() == other.id()) {
            throw new UserError(
                    "'" + a + "' and '" + b + "' are one person already",
                    null,
                    "understudy people lists everybody with their names");
        }
        String role = kept.role() != null ? kept.role() : other.role();
        String language = kept.language() != null ? kept.language() : other.language();
        boolean me = kept.me() || other.me();
        changing(handle -> {
            handle.execute(
                    "UPDATE identities SET person = ? WHERE person = ?", kept.id(), other.id());
            handle.execute("DELETE FROM people WHERE id = ?", other.id());
            return handle.execute(
                    "UPDATE people SET role = ?, language = ?, me = ? WHERE id = ?",
                    role,
                    language,
                    me ? 1 : 0,
                    kept.id());
        });
    }

    /// @param role relation to the owner, such as `wife`; blank takes it away
    public void setRole(String name, String role) {
        Person person = person(name);
        String clean = role.strip();
        changing(handle ->
                handle.execute(
                        "UPDATE people SET role = ? WHERE id = ?",
                        clean.isEmpty() ? null : clean,
                        person.id()));
    }

    /// @param language a tag such as `de` or `pt-BR`; blank takes it away
    /// @throws UserError where nobody has that name, or no language is called that
    public void setLanguage(String name, String language) {
        Person person = person(name);
        String tag = language.isBlank() ? null : Names.language(language.strip());
        changing(handle ->
                handle.execute("UPDATE people SET language = ? WHERE id = ?", tag, person.id()));
    }

    /// Takes a person out: what they wrote, chats of nobody but them and the owner, their names.
    /// The file is then built anew and its log emptied, so that neither holds a byte of it.
    ///
    /// @param person not the owner
    /// @param dry    whether it is only counted
    public Forgotten forget(Person person, boolean dry) {
        if (person.me()) {
            throw new IllegalArgumentException("the owner is not forgotten");
        }
        if (dry) {
            return jdbi.withHandle(handle -> new Forgetting(handle, person).run(true));
        }
        Forgotten forgotten = changing(handle -> new Forgetting(handle, person).run(false));
        StoreFile.rebuild(jdbi, file, KIND);
        return forgotten;
    }

    /// Every chat, by platform and name.
    public List<StoredChat> chats() {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                """
                                SELECT c.id, c.platform, c.name, count(m.id) AS messages
                                FROM chats c LEFT JOIN messages m ON m.chat = c.id
                                GROUP BY c.id ORDER BY c.platform, c.name
                                """)
                        .map((row, context) ->
                                new StoredChat(
                                        row.getLong("id"),
                                        row.getString("platform"),
                                        row.getString("name"),
                                        row.getLong("messages")))
                        .list());
    }

    /// The lines of a chat in order of time, and in the order of the file where times are equal.
    public List<StoredMessage> messages(long chatId) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                """
                                SELECT m.id, i.person, m.author, m.sent_ms, m.absolute,
                                       m.kind, m.text
                                FROM messages m
                                LEFT JOIN identities i ON i.alias = m.author
                                WHERE m.chat = ? ORDER BY m.sent_ms, m.position, m.id
                                """)
                        .bind(0, chatId)
                        .map((row, context) -> {
                            long person = row.getLong("person");
                            Long personId = row.wasNull() ? null : person;
                            return new StoredMessage(
                                    row.getLong("id"),
                                    personId,
                                    row.getString("author"),
                                    time(row.getLong("sent_ms")),
                                    row.getBoolean("absolute"),
                                    Message.Kind.valueOf(row.getString("kind")),
                                    row.getString("text"));
                        })
                        .list());
    }

    /// Whom the owner writes with under this name; empty where nobody said who the owner is, or
    /// where more than one is called so.
    public OptionalLong partner(String name) {
        List<Long> ids =
                jdbi.withHandle(handle ->
                        handle.createQuery(
                                        """
                                        SELECT id FROM people WHERE name = :name AND me = 0
                                          AND EXISTS (SELECT 1 FROM people WHERE me = 1)
                                        """)
                                .bind("name", name)
                                .mapTo(Long.class)
                                .list());
        return ids.size() == 1 ? OptionalLong.of(ids.getFirst()) : OptionalLong.empty();
    }

    /// Messages that have words of `words` in them, of chats in which nobody but the owner and one
    /// person ever wrote.
    ///
    /// @param before only what was sent earlier, wall clock
    /// @return the best first, `limit` at most
    public List<Remembered> remembered(long person, String words, LocalDateTime before, int limit) {
        return jdbi.withHandle(
                handle -> new PrivateSearch(handle).find(person, words, ms(before), limit));
    }

    /// Folds the write-ahead file back into the store; what was deleted is gone from both.
    @Override
    public void close() {
        quietly(connection);
    }

    private static void quietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("the chat store did not close", e);
        }
    }

    /// One transaction. What fails carries no statement on, since statements carry message text.
    private <R> R changing(HandleCallback<R, RuntimeException> change) {
        try {
            return jdbi.inTransaction(change);
        } catch (JdbiException e) {
            throw new UserError(
                    "the chat store could not be written; it is as it was before",
                    file.toString(),
                    "wait until no other understudy is writing, or make room on the disk",
                    ExitCode.UNEXPECTED_STATE,
                    e.getCause());
        }
    }

    private static long chatId(Handle handle, Chat chat) {
        handle.execute(
                "INSERT INTO chats (platform, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
                chat.platform(),
                whole(chat.name()));
        return handle.createQuery("SELECT id FROM chats WHERE platform = ? AND name = ?")
                .bind(0, chat.platform())
                .bind(1, whole(chat.name()))
                .mapTo(Long.class)
                .one();
    }

    private static long newSource(Handle handle, long chatId, String name) {
        return handle.createUpdate(
                        """
                        INSERT INTO sources (chat, name, imported_at, lines_read, lines_added)
                        VALUES (?, ?, ?, 0, 0)
                        """)
                .bind(0, chatId)
                .bind(1, whole(name))
                .bind(2, Instant.now().toString())
                .executeAndReturnGeneratedKeys("id")
                .mapTo(Long.class)
                .one();
    }

    /// A name seen for the first time is somebody new, until the owner merges them.
    private static void addIdentities(Handle handle, Chat chat) {
        Set<String> known =
                new HashSet<>(
                        handle.createQuery("SELECT alias FROM identities")
                                .mapTo(String.class)
                                .list());
        for (Message message : chat.messages()) {
            String author = message.author() == null ? null : whole(message.author());
            if (author != null && known.add(author)) {
                long person =
                        handle.createUpdate("INSERT INTO people (name) VALUES (?)")
                                .bind(0, author)
                                .executeAndReturnGeneratedKeys("id")
                                .mapTo(Long.class)
                                .one();
                handle.execute(
                        "INSERT INTO identities (alias, person) VALUES (?, ?)", author, person);
            }
        }
    }

    private static Map<Long, List<String>> aliases(Handle handle) {
        Map<Long, List<String>> aliases = new HashMap<>();
        handle.createQuery("SELECT person, alias FROM identities ORDER BY alias")
                .map((row, context) -> Map.entry(row.getLong("person"), row.getString("alias")))
                .forEach(e ->
                        aliases.computeIfAbsent(e.getKey(), k -> new ArrayList<>())
                                .add(e.getValue()));
        return aliases;
    }

    static LocalDateTime time(long ms) {
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(ms, 1000L),
                (int) Math.floorMod(ms, 1000L) * 1_000_000,
                ZoneOffset.UTC);
    }

    static long ms(LocalDateTime time) {
        return time.toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    /// Half a surrogate pair is no text: SQLite's encoding would turn it into a question mark, so
    /// it becomes U+FFFD here, where that can still be told from what was written.
    static String whole(String text) {
        int at = 0;
        while (at < text.length() && !Character.isSurrogate(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}
