package understudy.importer.whatsapp;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import understudy.chat.Message;

/// What a chat is called: the other person, or the group.
final class ChatName {
    /// ` (1)`, `-2`, `_3`: added when a file of that name was there already.
    private static final Pattern COPY = Pattern.compile("(?: ?\\(\\d{1,3}\\)|[-_]\\d{1,2})$");

    private static final Pattern DASHED =
            Pattern.compile("^.*whatsapp.*? [-–—] (.+)$", Pattern.CASE_INSENSITIVE);

    /// How many senders name a chat whose file does not.
    private static final int SHOWN = 3;

    private ChatName() {}

    /// Whether a file of this name is what an app calls a chat's text.
    static boolean isChatFile(String fileName) {
        String stem = stem(fileName);
        return stem.equals("_chat") || fromFile(fileName) != null;
    }

    /// The name in a file's name; null where there is none.
    static @Nullable String fromFile(String fileName) {
        String stem = stem(fileName);
        for (String pattern : Words.standard().names()) {
            int star = pattern.indexOf('*');
            String name = between(stem, pattern.substring(0, star), pattern.substring(star + 1));
            if (name != null) {
                return name;
            }
        }
        Matcher dashed = DASHED.matcher(stem);
        return dashed.matches() ? dashed.group(1).strip() : null;
    }

    private static @Nullable String between(String stem, String before, String after) {
        // Some tools write blanks as underscores, others all in lower case.
        String plain = stem.indexOf(' ') < 0 ? stem.replace('_', ' ') : stem;
        String folded = plain.toLowerCase(Locale.ROOT);
        String head = Marks.plain(before + "x").toLowerCase(Locale.ROOT);
        String tail = Marks.plain("x" + after).toLowerCase(Locale.ROOT);
        head = head.substring(0, head.length() - 1);
        tail = tail.substring(1);
        if (folded.length() != plain.length()
                || !folded.startsWith(head)
                || !folded.endsWith(tail)
                || plain.length() <= head.length() + tail.length()) {
            return null;
        }
        String name = plain.substring(head.length(), plain.length() - tail.length()).strip();
        return name.isEmpty() ? null : name;
    }

    /// Without the ending and the number of a copy.
    private static String stem(String fileName) {
        String plain = Marks.plain(fileName);
        String lower = plain.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".txt") || lower.endsWith(".zip")) {
            plain = plain.substring(0, plain.length() - 4);
        }
        Matcher copy = COPY.matcher(plain);
        return copy.find() && copy.start() > 0 && !plain.matches(".*\\d{4,}.*$")
                ? plain.substring(0, copy.start()).strip()
                : plain;
    }

    /// The senders, first come first named.
    static String fromSenders(List<Message> messages) {
        Set<String> senders = new LinkedHashSet<>();
        for (Message message : messages) {
            if (message.author() != null) {
                senders.add(message.author());
            }
        }
        List<String> named = senders.stream().limit(SHOWN).toList();
        String all = String.join(", ", named);
        return named.isEmpty() ? "WhatsApp" : senders.size() > SHOWN ? all + " …" : all;
    }
}
