package understudy.run;

import java.util.Locale;

/// Where a run stands.
public enum RunState {
    /// A process holds its lock.
    RUNNING,
    FINISHED,
    /// Stopped by an error; may be resumed from its last checkpoint.
    FAILED,
    /// Stopped on request, or its process was killed.
    INTERRUPTED;

    /// The name in tables and in JSON.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
