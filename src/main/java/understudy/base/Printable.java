package understudy.base;

/// Names and texts that strangers wrote, made safe to print in one line of a terminal.
public final class Printable {
    private Printable() {}

    /// @return `text` with control characters, line breaks and direction marks as U+FFFD: an
    ///     escape sequence would drive the reader's terminal, a mark would turn the line around
    public static String line(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().map(c -> harmless(c) ? c : 0xFFFD).forEach(clean::appendCodePoint);
        return clean.toString();
    }

    /// [#line(String)] that keeps line breaks.
    public static String lines(String text) {
        return String.join("\n", text.lines().map(Printable::line).toList());
    }

    private static boolean harmless(int c) {
        boolean direction =
                (c >= 0x202A && c <= 0x202E)
                        || (c >= 0x2066 && c <= 0x2069)
                        || c == 0x200E
                        || c == 0x200F
                        || c == 0x2028
                        || c == 0x2029;
        return !Character.isISOControl(c) && !direction;
    }
}
