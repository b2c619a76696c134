package understudy.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteConfig;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;

/// Opens the file of a store, safe against power cuts, and brings its tables up to date.
public final class StoreFile {

    private static final int BUSY_MS = 10_000;

    private StoreFile() {}

    /// A kind of store.
    ///
    /// @param name   for errors, such as `the chat store`
    /// @param rescue what to do where its file is damaged
    /// @param steps  names of resources below `/store/`, in the order in which a file gets them;
    ///     `PRAGMA user_version` says how many it has had, so new ones come last
    public record Kind(String name, String rescue, List<String> steps) {
        public Kind {
            steps = List.copyOf(steps);
        }
    }

    /// @param file created, mode 0600, where there is none; SQLite gives the `-wal` and `-shm`
    ///     files beside it the mode of this one
    public static Connection connect(Path file, Kind kind) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "true");
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setBusyTimeout(BUSY_MS);
        try {
            PrivateFiles.ensure(file);
            return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
        } catch (IOException | SQLException e) {
            throw unreadable(file, kind, e);
        }
    }

    /// Runs the steps that this file has not had, each in a transaction of its own.
    public static void migrate(Jdbi jdbi, Path file, Kind kind) {
        int version;
        try {
            version = jdbi.withHandle(StoreFile::version);
        } catch (JdbiException e) {
            throw unreadable(file, kind, e);
        }
        if (version > kind.steps().size()) {
            throw new UserError(
                    "%s was written by a newer understudy (format %d, known here: %d)"
                            .formatted(kind.name(), version, kind.steps().size()),
                    file.toString(),
                    "use that newer version, or another home with --home DIR");
        }
        for (int step = version; step < kind.steps().size(); step++) {
            int done = step;
            jdbi.useTransaction(handle -> {
                if (version(handle) == done) { // nobody else was faster
                    run(handle, resource(kind.steps().get(done)));
                    handle.execute("PRAGMA user_version = " + (done + 1));
                }
            });
        }
    }

    /// Builds a file anew without what was deleted from it, and empties its log of changes into it.
    ///
    /// @throws UserError where another process reads it, so that its log must stay
    public static void rebuild(Jdbi jdbi, Path file, Kind kind) {
        boolean emptied = false;
        try {
            emptied =
                    jdbi.withHandle(handle -> {
                        handle.execute("VACUUM");
                        return handle.createQuery("PRAGMA wal_checkpoint(TRUNCATE)")
                                        .map((row, context) -> row.getInt(1))
                                        .one()
                                == 0;
                    });
        } catch (JdbiException e) {
            // said below: what was deleted is gone from the tables, not yet from the file
        }
        if (!emptied) {
            throw new UserError(
                    "what was removed from " + kind.name() + " may still be in its file",
                    file.toString(),
                    "stop whatever else uses it, make room on the disk, and do it again",
                    ExitCode.UNEXPECTED_STATE,
                    null);
        }
    }

    /// SQLite's driver runs a whole script; Jdbi would cut it at the semicolons within a trigger.
    private static void run(Handle handle, String script) {
        try (Statement statement = handle.getConnection().createStatement()) {
            statement.executeUpdate(script);
        } catch (SQLException e) {
            throw new IllegalStateException("a step of the store's format failed", e);
        }
    }

    private static int version(Handle handle) {
        return handle.createQuery("PRAGMA user_version").mapTo(Integer.class).one();
    }

    private static String resource(String name) {
        try (InputStream in = StoreFile.class.getResourceAsStream("/store/" + name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("unreadable resource " + name, e);
        }
    }

    private static UserError unreadable(Path file, Kind kind, Exception cause) {
        return new UserError(
                kind.name() + " cannot be read: it is damaged, or no store at all",
                file.toString(),
                kind.rescue(),
                ExitCode.UNEXPECTED_STATE,
                cause);
    }
}
