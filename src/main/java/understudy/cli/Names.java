package understudy.cli;

/// Names that strangers chose, made safe to print.
final class Names {
    private Names() {}

    /// Control and direction characters as `?`, since they can drive a terminal or swap columns;
    /// shortened to `width` characters.
    static String shown(String name, int width) {
        StringBuilder clean = new StringBuilder();
        name.codePoints()
                .forEach(
                        c -> {
                            int type = Character.getType(c);
                            boolean drives =
                                    type == Character.CONTROL
                                            || type == Character.FORMAT && c != 0x200D
                                            || type == Character.SURROGATE
                                            || type == Character.LINE_SEPARATOR
                                            || type == Character.PARAGRAPH_SEPARATOR;
                            clean.appendCodePoint(drives ? '?' : c);
                        });
        int length = clean.codePointCount(0, clean.length());
        return length <= width
                ? clean.toString()
                : clean.substring(0, clean.offsetByCodePoints(0, width - 1)) + "…";
    }
}
