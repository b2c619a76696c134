package understudy.privacy;

import java.text.Normalizer;
import java.util.Arrays;

/// A text in plain characters, with the way back to the places they come from.
///
/// Full-width letters, digits of other scripts, circled and raised ones become ASCII; every dash
/// becomes `-`, every blank a space; marks without width, which may stand between two digits and
/// cannot be seen, are gone.
final class Fold {
    private final String source;
    private final StringBuilder plain;
    private int[] starts;

    private Fold(String source) {
        this.source = source;
        this.plain = new StringBuilder(source.length());
        this.starts = new int[source.length() + 1];
    }

    static Fold of(String source) {
        Fold fold = new Fold(source);
        for (int at = 0; at < source.length(); ) {
            int c = source.codePointAt(at);
            if (c < 0x80) {
                fold.add((char) c, at);
            } else {
                fold.addOther(c, at);
            }
            at += Character.charCount(c);
        }
        return fold;
    }

    /// This text with other characters in places.
    static final class Editor {
        private final Fold from;
        private final Fold to;
        private int at;

        Editor(Fold from) {
            this.from = from;
            this.to = new Fold(from.source);
        }

        /// Writes `with` for what stands from `start` to `end`; places only go forward.
        void replace(int start, int end, String with) {
            copy(start);
            for (int i = 0; i < with.length(); i++) {
                to.add(with.charAt(i), from.start(Math.min(end - 1, start + i)));
            }
            at = end;
        }

        Fold done() {
            copy(from.plain.length());
            return to;
        }

        private void copy(int until) {
            for (; at < until; at++) {
                to.add(from.plain.charAt(at), from.start(at));
            }
        }
    }

    private void add(char c, int start) {
        if (plain.length() + 1 >= starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length + 8);
        }
        starts[plain.length()] = start;
        plain.append(c);
    }

    private void addOther(int c, int start) {
        int type = Character.getType(c);
        if (type == Character.FORMAT
                || type == Character.NON_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || type == Character.CONTROL) {
            return; // joiners, variation selectors, keycap squares, loose accents
        }
        int digit = Character.isDigit(c) ? Character.digit(c, 10) : -1;
        if (digit >= 0) {
            add((char) ('0' + digit), start);
        } else if (type == Character.DASH_PUNCTUATION || c == 0x2212) {
            add('-', start);
        } else if (Character.isSpaceChar(c)) {
            add(' ', start);
        } else if (compatible(c)) {
            String same = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC);
            for (int i = 0; i < same.length(); i++) {
                add(same.charAt(i), start);
            }
        } else {
            for (char half : Character.toChars(c)) {
                add(half, start);
            }
        }
    }

    /// Letters and digits in another dress: raised, circled, full-width, mathematical.
    private static boolean compatible(int c) {
        return c == 0xB2
                || c == 0xB3
                || c == 0xB9
                || (c >= 0x2070 && c <= 0x209F)
                || (c >= 0x2460 && c <= 0x24FF)
                || (c >= 0xFF00 && c <= 0xFFEF)
                || (c >= 0x1D400 && c <= 0x1D7FF);
    }

    String text() {
        return plain.toString();
    }

    /// Where in the source the character at `index` comes from.
    int start(int index) {
        return starts[index];
    }

    /// @param end index after the last character of a range that is not empty
    /// @return where in the source that range ends
    int end(int end) {
        int last = starts[end - 1];
        int next = end < plain.length() ? starts[end] : source.length();
        int least = last + Character.charCount(source.codePointAt(last));
        return Math.max(least, Math.min(next, least));
    }
}
