package understudy.generate;

import java.util.List;

/// Passes text on until a stop string is complete, and holds back what could become one.
///
/// The stop string that is complete first ends the text; of several that are complete at the same
/// character, the longest is cut off. So the pieces in which a text comes make no difference.
public final class StopText {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    public StopText(List<String> stops) {
        this.stops = stops;
    }

    /// @return the text that may be shown now
    public String add(String text) {
        if (stopped) {
            return "";
        }
        held.append(text);
        int begin = -1;
        int end = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            int behind = at + stop.length();
            if (at >= 0 && (behind < end || (behind == end && at < begin))) {
                begin = at;
                end = behind;
            }
        }
        if (begin >= 0) {
            stopped = true;
            return release(begin);
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

    public boolean stopped() {
        return stopped;
    }

    /// @return what was held back, when no stop string came of it
    public String end() {
        return stopped ? "" : release(held.length());
    }
}
