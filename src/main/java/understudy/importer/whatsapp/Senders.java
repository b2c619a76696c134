package understudy.importer.whatsapp;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tells from the whole file which beginnings of lines are names.
///
/// `Ann: hi` is Ann's, but `Ann changed the subject to "Plan: B"` is nobody's, and a contact may
/// be called `Dr: Ann`. What is ambiguous in one line rarely is in all of them.
final class Senders {
    /// A name that holds a colon must stand before at least this many lines.
    private static final int MIN_LINES = 3;

    /// The longest name a phone's address book is likely to hold.
    private static final int MAX_NAME = 100;

    private final Map<String, Integer> counts = new HashMap<>();
    private final Set<String> longer = new HashSet<>();
    private final Set<String> speaking = new HashSet<>();
    private final Words words = Words.standard();
    private final @Nullable String chatName;

    private Senders(@Nullable String chatName) {
        this.chatName = chatName;
    }

    /// @param chatName from the file's name; null where that does not tell
    static Senders of(List<Entry> entries, @Nullable String chatName) {
        Senders senders = new Senders(chatName);
        Map<String, Map<String, Integer>> extended = new HashMap<>();
        for (Entry entry : entries) {
            int end = end(entry.rest(), 0);
            if (end < 0) {
                continue;
            }
            String name = Marks.plain(entry.rest().substring(0, end));
            senders.counts.merge(name, 1, Integer::sum);
            if (entry.rest().indexOf(Marks.LEFT_TO_RIGHT, end) < 0) {
                senders.speaking.add(name);
            }
            int next = end(entry.rest(), end + 1);
            if (next >= 0 && next <= MAX_NAME) {
                extended.computeIfAbsent(name, n -> new HashMap<>())
                        .merge(Marks.plain(entry.rest().substring(0, next)), 1, Integer::sum);
            }
        }
        extended.forEach(senders::acceptLonger);
        return senders;
    }

    /// All lines of `name` go on with one of few words and a colon: those belong to the name.
    private void acceptLonger(String name, Map<String, Integer> extensions) {
        int lines = counts.getOrDefault(name, 0);
        int covered = 0;
        for (int count : extensions.values()) {
            covered += count >= 2 ? count : 0;
        }
        if (lines >= MIN_LINES && covered == lines) {
            longer.addAll(extensions.keySet());
        }
    }

    /// Where the author's name ends in `rest`, the position of the colon; -1 where it has none.
    int authorEnd(String rest) {
        int end = end(rest, 0);
        if (end < 0) {
            return -1;
        }
        int next = end(rest, end + 1);
        if (next >= 0) {
            String two = Marks.plain(rest.substring(0, next));
            if (longer.contains(two) || two.equals(chatName)) {
                return next;
            }
        }
        return isName(rest.substring(0, end)) ? end : -1;
    }

    /// Whether some line of this author has words of their own; a group's name has none.
    boolean speaks(String author) {
        return speaking.contains(author);
    }

    private boolean isName(String prefix) {
        String name = Marks.plain(prefix);
        if (name.isEmpty()) {
            return false;
        }
        if (counts.getOrDefault(name, 0) > 2 || name.equals(chatName)) {
            return true;
        }
        return name.length() <= MAX_NAME && !quoteOpen(name) && !words.isAboutTheChat(name);
    }

    /// Whether a quotation begins and does not end: the colon is part of what is quoted.
    private static boolean quoteOpen(String name) {
        long plain = name.chars().filter(c -> c == '"').count();
        return plain % 2 == 1
                || (count(name, '“') > count(name, '”') && name.indexOf('„') < 0)
                || count(name, '„') > count(name, '“') + count(name, '”')
                || count(name, '«') > count(name, '»')
                || count(name, '「') > count(name, '」')
                || count(name, '『') > count(name, '』');
    }

    private static long count(String name, char c) {
        return name.chars().filter(x -> x == c).count();
    }

    /// The next colon from `from` on that a blank or the end of the line follows.
    private static int end(String rest, int from) {
        for (int at = rest.indexOf(':', from); at >= 0; at = rest.indexOf(':', at + 1)) {
            int after = Marks.skip(rest, at + 1);
            if (at > 0 && (after >= rest.length() || Marks.isBlank(rest.charAt(after)))) {
                return at;
            }
        }
        return -1;
    }
}
