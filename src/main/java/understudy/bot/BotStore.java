package understudy.bot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.run.RunLock;
import understudy.store.StoreFile;

/// What a bot must not forget: what came, what went, and the conversations.
///
/// One file, one connection, any number of threads, which take turns. A change is on disk when its
/// method returns, also after a power cut; a process that dies in between leaves everything as it
/// was. One process at a time is the bot; others may [#look].
public final class BotStore implements AutoCloseable {
    private static final StoreFile.Kind KIND =
            new StoreFile.Kind(
                    "the bot's store",
                    "restore it from a backup, or move it away: the bot then starts anew",
                    List.of("bot/001-room.sql", "bot/101-manners.sql"));

    /// How long an update's number, and the answer to it, are remembered. Telegram keeps updates
    /// for a day, so none comes again after that.
    static final Duration MEMORY = Duration.ofDays(7);

    private final Path file;
    private final Connection connection;
    private final Jdbi jdbi;
    private final @Nullable RunLock lock;

    /// Held by the thread whose turn it is.
    private final ReentrantLock turn = new ReentrantLock();

    /// The transaction of the thread whose turn it is; null between transactions.
    private @Nullable Handle transaction;

    private BotStore(Path file, Connection connection, @Nullable RunLock lock) {
        this.file = file;
        this.connection = connection;
        this.jdbi = Jdbi.create(connection);
        this.lock = lock;
    }

    /// Opens the store as the bot, and creates it where there is none.
    ///
    /// @param file such as `HOME/bots/telegram.db`
    /// @throws UserError where the file is damaged, comes from a newer version, or another process
    ///     is this bot
    public static BotStore open(Path file) {
        RunLock lock = lock(file);
        boolean opened = false;
        try {
            BotStore store = connect(file, lock);
            opened = true;
            return store;
        } finally {
            if (!opened) {
                quietly(lock);
            }
        }
    }

    /// Opens the store beside a bot that may be running, to show what is in it.
    ///
    /// @throws UserError where there is none
    public static BotStore look(Path file) {
        if (!Files.exists(file)) {
            throw new UserError(
                    "no bot has run here yet",
                    file.toString(),
                    "start one with understudy bot telegram");
        }
        return connect(file, null);
    }

    private static BotStore connect(Path file, @Nullable RunLock lock) {
        BotStore store = new BotStore(file, StoreFile.connect(file, KIND), lock);
        boolean opened = false;
        try {
            StoreFile.migrate(store.jdbi, file, KIND);
            opened = true;
            return store;
        } finally {
            if (!opened) {
                quietly(store.connection);
            }
        }
    }

    private static RunLock lock(Path file) {
        Path folder = file.toAbsolutePath().resolveSibling("");
        try {
            PrivateFiles.createFolders(folder);
            return RunLock.take(folder, "running this bot");
        } catch (IOException e) {
            throw new UserError(
                    "the bot's folder cannot be used",
                    folder.toString(),
                    "make it writable, or choose another home with --home DIR",
                    e);
        }
    }

    public Path file() {
        return file;
    }

    /// Reads, in the transaction that this thread is in where there is one.
    ///
    /// @throws UserError where the file cannot be read
    public <R> R read(HandleCallback<R, RuntimeException> reading) {
        turn.lock();
        try {
            Handle joined = transaction;
            return joined != null ? reading.withHandle(joined) : jdbi.withHandle(reading);
        } catch (JdbiException e) {
            throw failed("could not be read", e);
        } finally {
            turn.unlock();
        }
    }

    /// One transaction, or a part of the one that this thread is in already. What fails carries no
    /// statement on, since statements carry message text.
    ///
    /// @throws UserError where the disk is full, say; nothing is changed then
    public <R> R write(HandleCallback<R, RuntimeException> change) {
        turn.lock();
        try {
            Handle joined = transaction;
            if (joined != null) {
                return change.withHandle(joined);
            }
            return jdbi.inTransaction(handle -> {
                transaction = handle;
                try {
                    return change.withHandle(handle);
                } finally {
                    transaction = null;
                }
            });
        } catch (JdbiException e) {
            throw failed("could not be written; it is as it was before", e);
        } finally {
            turn.unlock();
        }
    }

    /// As [#change], but not waiting for the disk: it outlives the process, maybe not the power.
    void unforced(Consumer<Handle> change) {
        turn.lock();
        try {
            synchronous("NORMAL");
            try {
                change(change);
            } finally {
                synchronous("FULL");
            }
        } catch (JdbiException e) {
            throw failed("could not be written; it is as it was before", e);
        } finally {
            turn.unlock();
        }
    }

    private void synchronous(String how) {
        jdbi.useHandle(handle -> handle.execute("PRAGMA synchronous = " + how));
    }

    private UserError failed(String what, JdbiException e) {
        return new UserError(
                "the bot's store " + what,
                file.toString(),
                "make room on the disk, and start the bot again",
                ExitCode.UNEXPECTED_STATE,
                e.getCause());
    }

    /// As [#write], without a result.
    public void change(Consumer<Handle> change) {
        write(handle -> {
            change.accept(handle);
            return true;
        });
    }

    /// The newest lines of a conversation, oldest first.
    ///
    /// @param business see [HistoryLine#business()]
    public List<HistoryLine> history(long chat, boolean business, int limit) {
        return read(handle ->
                handle.createQuery(
                                """
                                SELECT * FROM (
                                    SELECT id, role, name, text, at_ms, message_id FROM history
                                    WHERE chat = ? AND business = ? ORDER BY id DESC LIMIT ?)
                                ORDER BY id
                                """)
                        .bind(0, chat)
                        .bind(1, business ? 1 : 0)
                        .bind(2, limit)
                        .map((row, context) -> {
                            long message = row.getLong("message_id");
                            Long id = row.wasNull() ? null : message;
                            return new HistoryLine(
                                    chat,
                                    business,
                                    Role.valueOf(row.getString("role")),
                                    row.getString("name"),
                                    row.getString("text"),
                                    Instant.ofEpochMilli(row.getLong("at_ms")),
                                    id);
                        })
                        .list());
    }

    /// Adds a line; a message that is there already is left as it is.
    public void remember(HistoryLine line) {
        change(handle ->
                handle.execute(
                        """
                        INSERT INTO history (chat, business, role, name, text, at_ms, message_id)
                        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                        """,
                        line.chat(),
                        line.business() ? 1 : 0,
                        line.role().name(),
                        line.name(),
                        line.text(),
                        line.at().toEpochMilli(),
                        line.message()));
    }

    /// Takes a message out of the history, or changes its text there.
    ///
    /// @param text null to take it out
    public void amend(long chat, boolean business, long message, @Nullable String text) {
        String where = " WHERE chat = ? AND business = ? AND message_id = ?";
        int flag = business ? 1 : 0;
        change(handle -> {
            if (text == null || text.isEmpty()) {
                handle.execute("DELETE FROM history" + where, chat, flag, message);
            } else {
                handle.execute("UPDATE history SET text = ?" + where, text, chat, flag, message);
            }
        });
    }

    /// Forgets a conversation: its lines, and the words of everything that was to be sent there
    /// and is not waiting any more.
    public void forget(long chat, boolean business) {
        change(handle -> {
            handle.execute(
                    "DELETE FROM history WHERE chat = ? AND business = ?", chat, business ? 1 : 0);
            handle.execute(
                    """
                    UPDATE parts SET text = '' WHERE outbox IN (
                        SELECT id FROM outbox WHERE chat = ? AND (business IS NOT NULL) = ?
                        AND state NOT IN ('GENERATED', 'SENDING'))
                    """,
                    chat,
                    business ? 1 : 0);
        });
    }

    /// Makes what was deleted leave the files, too: the store overwrites it, and the log of changes
    /// is emptied into the store.
    void scrub() {
        turn.lock();
        try {
            jdbi.useHandle(handle ->
                    handle.createQuery("PRAGMA wal_checkpoint(TRUNCATE)").mapToMap().list());
        } finally {
            turn.unlock();
        }
    }

    /// As [#scrub], and the file is built anew.
    void rebuild() {
        turn.lock();
        try {
            StoreFile.rebuild(jdbi, file, KIND);
        } finally {
            turn.unlock();
        }
    }

    /// Gives a group its new number, everywhere. Its messages are numbered anew, too.
    void move(long from, long to) {
        change(handle -> {
            handle.execute("UPDATE inbox SET chat = ? WHERE chat = ?", to, from);
            handle.execute("UPDATE outbox SET chat = ?, reply_to = NULL WHERE chat = ?", to, from);
            handle.execute(
                    "UPDATE history SET chat = ?, message_id = NULL WHERE chat = ?", to, from);
            handle.execute("DELETE FROM parked WHERE chat = ?", from);
        });
    }

    void park(long chat, Instant at) {
        change(handle ->
                handle.execute(
                        "INSERT INTO parked (chat, since_ms) VALUES (?, ?) ON CONFLICT DO NOTHING",
                        chat,
                        at.toEpochMilli()));
    }

    /// Whether nothing may be sent there: the bot was blocked or thrown out.
    public boolean parked(long chat) {
        return read(handle ->
                handle.createQuery("SELECT count(*) FROM parked WHERE chat = ?")
                                .bind(0, chat)
                                .mapTo(Integer.class)
                                .one()
                        > 0);
    }

    void unpark(long chat) {
        change(handle -> handle.execute("DELETE FROM parked WHERE chat = ?", chat));
    }

    /// Removes what was done with before `time`: updates, and answers with their causes. Of
    /// answers with a key only the words go, so that no occasion comes twice; the ambiguous stay.
    void prune(Instant time) {
        long ms = time.toEpochMilli();
        change(handle -> {
            handle.execute("DELETE FROM inbox WHERE state <> 'RECEIVED' AND received_ms < ?", ms);
            handle.execute(
                    """
                    DELETE FROM outbox WHERE created_ms < ? AND key IS NULL
                    AND state IN ('SENT', 'FAILED', 'DROPPED')
                    """,
                    ms);
            handle.execute(
                    """
                    UPDATE parts SET text = '' WHERE text <> '' AND outbox IN (
                        SELECT id FROM outbox
                        WHERE created_ms < ? AND state IN ('SENT', 'FAILED', 'DROPPED'))
                    """,
                    ms);
        });
    }

    @Override
    public void close() {
        turn.lock();
        try {
            quietly(connection);
            if (lock != null) {
                quietly(lock);
            }
        } finally {
            turn.unlock();
        }
    }

    private static void quietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) { // AutoCloseable says no more; in truth SQLException, IOException
            throw new IllegalStateException("the bot's store did not close", e);
        }
    }
}
