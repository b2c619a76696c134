package understudy.text;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The first line of a conversation: who writes to whom, how they are related, and when.
///
/// Training and answering must say it in the same words, so both come here with the pattern that
/// the dataset's recipe names.
public final class SystemLine {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEEE, d MMMM yyyy", Locale.ENGLISH);

    private SystemLine() {}

    /// @param pattern  text with `{me}`, `{person}`, `{role}` and `{date}`; what stands in square
    ///                 brackets is left out where the relation is not known
    /// @param me       the owner's name
    /// @param person   the other person, or the group
    /// @param relation the other person's relation to the owner, such as `wife`; null if unknown
    /// @param date     day of the conversation's first message
    public static String render(
            String pattern, String me, String person, @Nullable String relation, LocalDate date) {
        StringBuilder line = new StringBuilder();
        int at = 0;
        while (at < pattern.length()) {
            int open = pattern.indexOf('[', at);
            int close = open < 0 ? -1 : pattern.indexOf(']', open);
            if (close < 0) {
                line.append(pattern, at, pattern.length());
                break;
            }
            line.append(pattern, at, open);
            if (relation != null) {
                line.append(pattern, open + 1, close);
            }
            at = close + 1;
        }
        return fill(line.toString(), me, person, relation, date);
    }

    /// A first line with the line that tells facts behind it; either may be empty.
    public static String with(String first, String facts) {
        return first.isBlank() ? facts : facts.isBlank() ? first : first + "\n" + facts;
    }

    /// One pass, so that a name with braces in it stays a name.
    private static String fill(
            String pattern, String me, String person, @Nullable String relation, LocalDate date) {
        StringBuilder filled = new StringBuilder();
        int at = 0;
        while (at < pattern.length()) {
            int close = pattern.charAt(at) == '{' ? pattern.indexOf('}', at) : -1;
            String word =
                    close < 0
                            ? null
                            : switch (pattern.substring(at + 1, close)) {
                                case "me" -> me;
                                case "person" -> person;
                                case "role" -> relation == null ? "" : relation;
                                case "date" -> DATE.format(date);
                                default -> null;
                            };
            filled.append(word == null ? pattern.substring(at, at + 1) : word);
            at = word == null ? at + 1 : close + 1;
        }
        return filled.toString();
    }
}
