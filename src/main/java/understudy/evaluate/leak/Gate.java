package understudy.evaluate.leak;

import java.util.Locale;

/// One thing that must hold before a clone talks to others.
///
/// @param key    in files
/// @param what   it says, in words
/// @param state  what was seen
/// @param detail the numbers, in words
public record Gate(String key, String what, State state, String detail) {
    /// What was seen.
    public enum State {
        PASSED,
        FAILED,
        /// Nothing to measure with, or too little.
        UNKNOWN;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Gate of(String key, String what, boolean enough, boolean holds, String detail) {
        State state = !enough ? State.UNKNOWN : holds ? State.PASSED : State.FAILED;
        return new Gate(key, what, state, detail);
    }
}
