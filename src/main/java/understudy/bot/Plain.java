package understudy.bot;

/// Takes out of a text what a reader cannot see: control characters, which drive a terminal, marks
/// that turn the direction of what follows, and characters without width, which may carry a second
/// text under the first.
final class Plain {
    private static final int ZWNJ = 0x200C;
    private static final int ZWJ = 0x200D;
    private static final int BLACK_FLAG = 0x1F3F4;

    private Plain() {}

    static String of(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        boolean flag = false;
        int last = -1;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            boolean tag = c >= 0xE0020 && c <= 0xE007F;
            if (visible(c) || joins(c, last) || (tag && flag)) {
                plain.appendCodePoint(c);
                flag = c == BLACK_FLAG || (tag && flag && c != 0xE007F); // the flag of Wales
                last = c;
            }
        }
        return plain.toString();
    }

    private static boolean visible(int c) {
        boolean variation = c >= 0xE0100 && c <= 0xE01EF;
        return c == '\n'
                || (Character.getType(c) != Character.FORMAT
                        && Character.getType(c) != Character.UNASSIGNED
                        && !Character.isISOControl(c)
                        && !variation);
    }

    /// A joiner between letters of Persian or the parts of an emoji, and a mark of direction in
    /// Arabic or Hebrew; never two in a row.
    private static boolean joins(int c, int last) {
        boolean joiner = c == ZWNJ || c == ZWJ || c == 0x200E || c == 0x200F;
        return joiner && last > 0x7F && Character.getType(last) != Character.FORMAT;
    }
}
