package understudy.cli;

/// Text a model wrote, made safe to print: it may hold what drives a terminal.
final class TerminalText {
    private TerminalText() {}

    /// Line breaks and tabs stay; other control characters, and marks that turn the direction of
    /// what follows, are left out.
    static String safe(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints()
                .filter(
                        c ->
                                c == '\n'
                                        || c == '\t'
                                        || !(Character.isISOControl(c)
                                                || c >= 0x202A && c <= 0x202E
                                                || c >= 0x2066 && c <= 0x2069))
                .forEach(safe::appendCodePoint);
        return safe.toString();
    }
}
