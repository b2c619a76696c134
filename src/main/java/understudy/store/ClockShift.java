package understudy.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import understudy.chat.Message;
import understudy.store.MinuteMerge.Line;

/// Sets an export's clock to the one of the store.
///
/// WhatsApp writes the times of the zone in which the phone is at the moment of the export. After
/// a move, or on a journey, every line of the same chat would look new. Lines that both sides
/// have exactly once tell the difference; it may change inside an export, where two zones change
/// to summer time on different days.
final class ClockShift {
    /// Time zones differ by quarters of an hour, and by 26 hours at most.
    private static final int QUARTER = 15;

    private static final int MOST_MINUTES = 26 * 60;

    /// Fewer lines with one difference may be chance: somebody says the same again a day later.
    private static final int ENOUGH = 5;

    /// A line shorter than this is likely to be said again.
    private static final int TELLING_CHARACTERS = 8;

    private ClockShift() {}

    /// @param lines        the export's lines in the store's time
    /// @param minutesAtEnd how far its clock was ahead at its last line
    record Aligned(List<Line> lines, int minutesAtEnd) {}

    /// @param stored the chat as it is
    /// @param read   the export, in file order
    static Aligned align(List<Line> stored, List<Line> read) {
        Map<MinuteMerge.Key, Line> once = once(stored);
        Map<MinuteMerge.Key, Line> onceRead = once(read);
        Map<Integer, Integer> votes = new HashMap<>();
        for (Line line : onceRead.values()) {
            Line known = once.get(line.key());
            if (known != null) {
                votes.merge(minutes(known, line), 1, Integer::sum);
            }
        }
        int all = votes.values().stream().mapToInt(Integer::intValue).sum();
        votes.entrySet().removeIf(vote -> !believable(vote.getKey(), vote.getValue()));
        int believed = votes.values().stream().mapToInt(Integer::intValue).sum();
        boolean sameClock = votes.keySet().stream().allMatch(minutes -> minutes == 0);
        if (sameClock || believed * 5 < all * 4) {
            return new Aligned(read, 0);
        }
        return shifted(read, once, onceRead, votes.keySet());
    }

    private static boolean believable(int minutes, int votes) {
        return votes >= ENOUGH && minutes % QUARTER == 0 && Math.abs(minutes) <= MOST_MINUTES;
    }

    /// Every line by the difference of the telling line next to it in time, on either side.
    private static Aligned shifted(
            List<Line> read,
            Map<MinuteMerge.Key, Line> once,
            Map<MinuteMerge.Key, Line> onceRead,
            Set<Integer> clocks) {
        int[] next = new int[read.size()]; // index of the next telling line; -1 after the last
        int following = -1;
        for (int i = read.size() - 1; i >= 0; i--) {
            following = tells(read.get(i), once, onceRead, clocks) ? i : following;
            next[i] = following;
        }
        List<Line> lines = new ArrayList<>();
        int minutes = 0;
        int last = -1;
        for (int i = 0; i < read.size(); i++) {
            last = next[i] == i ? i : last;
            Line teller = nearer(read, i, last, next[i]);
            minutes = minutes(once.getOrDefault(teller.key(), teller), teller);
            lines.add(back(read.get(i), minutes));
        }
        return new Aligned(lines, minutes);
    }

    private static boolean tells(
            Line line,
            Map<MinuteMerge.Key, Line> once,
            Map<MinuteMerge.Key, Line> onceRead,
            Set<Integer> clocks) {
        Line known = onceRead.containsKey(line.key()) ? once.get(line.key()) : null;
        return known != null && clocks.contains(minutes(known, line));
    }

    /// @param before index of the telling line before `at`, or -1; there is one on one side
    /// @param after  index of the telling line after it, or -1
    private static Line nearer(List<Line> read, int at, int before, int after) {
        if (before < 0 || after < 0) {
            return read.get(Math.max(before, after));
        }
        long now = read.get(at).sentMs();
        long back = Math.abs(now - read.get(before).sentMs());
        long ahead = Math.abs(read.get(after).sentMs() - now);
        return read.get(back <= ahead ? before : after);
    }

    private static Line back(Line line, int minutes) {
        return line.at(line.sentMs() - minutes * MinuteMerge.MINUTE_MS);
    }

    /// How far `read` is ahead, in whole minutes: one side may not tell seconds.
    private static int minutes(Line stored, Line read) {
        long minutes =
                Math.floorDiv(read.sentMs(), MinuteMerge.MINUTE_MS)
                        - Math.floorDiv(stored.sentMs(), MinuteMerge.MINUTE_MS);
        return Math.clamp(minutes, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static Map<MinuteMerge.Key, Line> once(List<Line> lines) {
        Map<MinuteMerge.Key, Line> once = new HashMap<>();
        Set<MinuteMerge.Key> twice = new HashSet<>();
        for (Line line : lines) {
            boolean telling =
                    line.key().kind() == Message.Kind.TEXT
                            && line.key().text().length() >= TELLING_CHARACTERS;
            if (telling && once.put(line.key(), line) != null) {
                twice.add(line.key());
            }
        }
        once.keySet().removeAll(twice);
        return once;
    }
}
