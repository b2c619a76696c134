package understudy.base;

import org.jspecify.annotations.Nullable;

/// An error that the person in front of the program can put right.
///
/// The command line prints it as three lines and never as a stack trace:
///
/// ```
/// error: what
///   at:  where
///   fix: fix
/// ```
///
/// None of the three may carry message text: errors are pasted into bug reports.
public class UserError extends RuntimeException {
    private final String what;
    private final @Nullable String where;
    private final String fix;
    private final int exitCode;

    /// @param what  lower case, one line: what went wrong
    /// @param where file and line, option, or address; null where there is no such place
    /// @param fix   what to do next, a command where one helps
    public UserError(String what, @Nullable String where, String fix) {
        this(what, where, fix, ExitCode.USER, null);
    }

    /// @param cause kept for the log file only
    public UserError(String what, @Nullable String where, String fix, @Nullable Throwable cause) {
        this(what, where, fix, ExitCode.USER, cause);
    }

    /// @param exitCode one of [ExitCode]
    public UserError(
            String what,
            @Nullable String where,
            String fix,
            int exitCode,
            @Nullable Throwable cause) {
        super(where == null ? what : what + " (" + where + ")", cause);
        this.what = what;
        this.where = where;
        this.fix = fix;
        this.exitCode = exitCode;
    }

    public String what() {
        return what;
    }

    public @Nullable String where() {
        return where;
    }

    public String fix() {
        return fix;
    }

    public int exitCode() {
        return exitCode;
    }
}
