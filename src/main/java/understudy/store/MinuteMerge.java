package understudy.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.chat.Message;

/// Places the lines that an export has for one minute among those stored for the same minute.
///
/// Two equal lines in one minute are two real messages, so a line has no key of its own: the
/// first "ok" of the export is the first "ok" stored, the second the second, and only what is left
/// over is new. Most exports tell no seconds while some formats of the same chat do, so a line
/// also matches one of the same minute whose seconds the other side does not know.
///
/// Exports cover a stretch of the chat without holes (WhatsApp cuts the oldest part at 40,000
/// messages). New lines before a known one therefore go before it, the others to the end.
final class MinuteMerge {
    static final long MINUTE_MS = 60_000;

    private MinuteMerge() {}

    /// What makes two lines the same. Text that stands for media, or for a message taken back,
    /// depends on the phone's language and on how the export was made, so it does not count.
    record Key(@Nullable String author, Message.Kind kind, String text) {
        static Key of(@Nullable String author, Message.Kind kind, String text) {
            boolean counts = kind != Message.Kind.MEDIA && kind != Message.Kind.DELETED;
            return new Key(author, kind, counts ? text : "");
        }
    }

    /// A line of the store or of the export.
    ///
    /// @param id     the store's key; null for a line of the export
    /// @param sentMs milliseconds since 1970
    /// @param index  position in the minute as stored, or line in the export
    record Line(@Nullable Long id, long sentMs, int index, Key key) {
        boolean wholeMinute() {
            return sentMs % MINUTE_MS == 0;
        }

        Line at(long newSentMs) {
            return new Line(id, newSentMs, index, key);
        }
    }

    private record Exact(Key key, long sentMs) {}

    /// @param stored       lines of one minute, in stored order
    /// @param read         lines of the same minute, in file order
    /// @param wholeMinutes whether the export tells no seconds at all
    /// @return all lines of the minute in order; new ones have no id
    static List<Line> merge(List<Line> stored, List<Line> read, boolean wholeMinutes) {
        if (stored.isEmpty()) {
            return List.copyOf(read);
        }
        int[] partner = partners(stored, read, wholeMinutes);
        List<Line> known = new ArrayList<>(stored);
        List<Line> merged = new ArrayList<>();
        List<Line> pending = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < read.size(); i++) {
            int j = partner[i];
            if (j < 0) {
                pending.add(read.get(i));
                continue;
            }
            if (!read.get(i).wholeMinute() && known.get(j).wholeMinute()) {
                known.set(j, known.get(j).at(read.get(i).sentMs()));
            }
            if (j >= next) {
                merged.addAll(known.subList(next, j));
                merged.addAll(pending);
                pending.clear();
                merged.add(known.get(j));
                next = j + 1;
            }
        }
        merged.addAll(known.subList(next, known.size()));
        merged.addAll(pending);
        return withLaterTimes(merged, known);
    }

    /// Times that became exact after their line was placed.
    private static List<Line> withLaterTimes(List<Line> merged, List<Line> known) {
        Map<Long, Line> byId = new HashMap<>();
        for (Line line : known) {
            if (line.id() != null) {
                byId.put(line.id(), line);
            }
        }
        merged.replaceAll(line -> line.id() == null ? line : byId.getOrDefault(line.id(), line));
        return merged;
    }

    /// @return for each line read the index of its stored partner, or -1
    private static int[] partners(List<Line> stored, List<Line> read, boolean wholeMinutes) {
        int[] partner = new int[read.size()];
        Arrays.fill(partner, -1);
        boolean[] taken = new boolean[stored.size()];
        Map<Exact, Deque<Integer>> exact = new HashMap<>();
        for (int j = 0; j < stored.size(); j++) {
            Line line = stored.get(j);
            exact.computeIfAbsent(new Exact(line.key(), line.sentMs()), k -> new ArrayDeque<>())
                    .add(j);
        }
        for (int i = 0; i < read.size(); i++) {
            Deque<Integer> same = exact.get(new Exact(read.get(i).key(), read.get(i).sentMs()));
            if (same != null && !same.isEmpty()) {
                partner[i] = same.remove();
                taken[partner[i]] = true;
            }
        }
        Map<Key, Deque<Integer>> coarse = new HashMap<>();
        for (int j = 0; j < stored.size(); j++) {
            if (!taken[j] && (wholeMinutes || stored.get(j).wholeMinute())) {
                coarse.computeIfAbsent(stored.get(j).key(), k -> new ArrayDeque<>()).add(j);
            }
        }
        for (int i = 0; i < read.size(); i++) {
            Deque<Integer> same = partner[i] < 0 ? coarse.get(read.get(i).key()) : null;
            if (same != null && !same.isEmpty()) {
                partner[i] = same.remove();
            }
        }
        return partner;
    }
}
