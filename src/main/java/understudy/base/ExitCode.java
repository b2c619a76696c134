package understudy.base;

/// Exit codes of every command.
public final class ExitCode {
    public static final int OK = 0;

    /// A check that was asked for failed: a file that could not be read among several, a gate.
    public static final int CHECK_FAILED = 1;

    /// The person can put it right: an option, a file, a missing step.
    public static final int USER = 2;

    /// The world is not as expected: disk full, network down, a damaged store.
    public static final int UNEXPECTED_STATE = 3;

    /// Our fault. The stack trace is in the log file.
    public static final int BUG = 4;

    private ExitCode() {}
}
