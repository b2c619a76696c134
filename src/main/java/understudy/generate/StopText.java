package understudy.generate;

import java.util.List;

/// Passes text on until a stop string begins, and holds back what could become one.
final class StopText {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    StopText(List<String> stops) {
        this.stops = stops;
    }

    /// @return the text that may be shown now
    String add(String text) {
        if (stopped) {
            return "";
        }
        held.append(text);
        int earliest = -1;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            if (at >= 0 && (earliest < 0 || at < earliest)) {
                earliest = at;
            }
        }
        if (earliest >= 0) {
            stopped = true;
            return release(earliest);
        }
        return release(held.length() - longestBeginning());
    }

    /// How much of the end of the held text is the beginning of a stop string.
    private int longestBeginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
                if (held.substring(held.length() - n).equals(stop.substring(0, n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }

    private String release(int count) {
        String out = held.substring(0, count);
        held.delete(0, count);
        return out;
    }

    boolean stopped() {
        return stopped;
    }

    /// @return what was held back, when no stop string came of it
    String end() {
        return stopped ? "" : release(held.length());
    }
}
