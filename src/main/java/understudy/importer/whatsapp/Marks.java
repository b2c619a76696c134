package understudy.importer.whatsapp;

import java.util.Locale;

/// Characters that do not show: direction marks, joiners, odd blanks.
///
/// WhatsApp puts U+200E before what it writes itself, U+202A..U+202C around phone numbers, U+2068
/// and U+2069 around mentioned names, U+202F before `PM` and after `~`.
final class Marks {
    static final char LEFT_TO_RIGHT = '\u200E';

    private Marks() {}

    /// Whether `c` only steers the direction of the text, or is a byte order mark.
    static boolean isMark(char c) {
        return c == '\u200E'
                || c == '\u200F'
                || c == '\u061C'
                || c == '\u200B'
                || c == '\uFEFF'
                || (c >= '\u202A' && c <= '\u202E')
                || (c >= '\u2060' && c <= '\u2069');
    }

    /// Whether `c` is a blank within a line, of any width.
    static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    /// Position of the first character of `text` that is no mark, at most its length.
    static int skip(String text, int from) {
        int at = from;
        while (at < text.length() && isMark(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /// Without marks, with plain single blanks, trimmed: how names are shown.
    static String plain(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isMark(c)) {
                continue;
            }
            if (!isBlank(c)) {
                out.append(c);
            } else if (!out.isEmpty() && out.charAt(out.length() - 1) != ' ') {
                out.append(' ');
            }
        }
        int end = out.length();
        while (end > 0 && out.charAt(end - 1) == ' ') {
            end--;
        }
        return out.substring(0, end);
    }

    /// For comparing with a list: [#plain] in lower case, without joiners and a closing full stop.
    static String folded(String text) {
        String lower =
                plain(text).toLowerCase(Locale.ROOT).replace("\u200C", "").replace("\u200D", "");
        int end = lower.length();
        while (end > 0 && ".。।۔".indexOf(lower.charAt(end - 1)) >= 0) {
            end--;
        }
        return lower.substring(0, end).strip();
    }
}
