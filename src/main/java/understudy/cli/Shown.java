package understudy.cli;

/// Names and other words of strangers, made safe for a terminal.
final class Shown {
    private Shown() {}

    /// Control characters and direction marks become U+FFFD: an escape sequence in a contact's
    /// name would drive the terminal, a line break would forge a line of ours.
    static String safe(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.isISOControl(c) || steers(c) ? 0xFFFD : c)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    /// The same, at most `width` characters.
    static String safe(String text, int width) {
        String safe = safe(text);
        int length = safe.codePointCount(0, safe.length());
        return length <= width
                ? safe
                : safe.substring(0, safe.offsetByCodePoints(0, width - 1)) + "…";
    }

    /// What a model wrote: line breaks and tabs stay, what could drive the terminal is left out.
    static String answer(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .filter(c -> c == '\n' || c == '\t' || !(Character.isISOControl(c) || steers(c)))
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    private static boolean steers(int c) {
        return (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x2028
                || c == 0x2029;
    }
}
