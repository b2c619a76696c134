package understudy.text.jinja;

import java.util.function.IntPredicate;

/// Parts of texts by Python's rules for white space and indices.
final class TextParts {
    private TextParts() {}

    /// Python's `str.isspace` for one character.
    static boolean isSpace(int character) {
        return Character.isWhitespace(character)
                || Character.isSpaceChar(character)
                || character == 0x85;
    }

    /// Where `text` ends without its trailing white space.
    static int endOfStripped(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    /// `text` without the characters in `drop` at its ends.
    static Text strip(Text text, IntPredicate drop, boolean left, boolean right) {
        String all = text.characters();
        int start = 0;
        int end = all.length();
        while (left && start < end && drop.test(all.codePointAt(start))) {
            start += Character.charCount(all.codePointAt(start));
        }
        while (right && end > start && drop.test(all.codePointBefore(end))) {
            end -= Character.charCount(all.codePointBefore(end));
        }
        return text.slice(start, end);
    }

    /// `text` with `from` replaced by `to`, at most `most` times.
    static Text replace(Text text, Text from, Text to, long most, Budget budget) {
        Text.Builder result = new Text.Builder();
        String all = text.characters();
        String wanted = from.characters();
        int position = 0;
        if (wanted.isEmpty()) {
            throw new TemplateFault("a replacement of the empty string");
        }
        for (long n = 0; n < most; n++) {
            int found = all.indexOf(wanted, position);
            if (found < 0) {
                break;
            }
            budget.step();
            budget.text(result.length(), to.length());
            result.append(text, position, found).append(to);
            position = found + wanted.length();
        }
        budget.text(result.length(), all.length() - position);
        return result.append(text, position, all.length()).build();
    }

    /// One character, by its place in code points.
    static Text character(Text text, int index) {
        int at = text.characters().offsetByCodePoints(0, index);
        return text.slice(at, text.characters().offsetByCodePoints(at, 1));
    }

    static int length(Text text) {
        return text.characters().codePointCount(0, text.length());
    }

    /// Python's `str.title`: each letter behind a non-letter in upper case, the others in lower.
    static Text title(Text text) {
        return words(text, before -> !Character.isLetter(before));
    }

    /// Jinja's filter `title`: a word begins behind a blank or one of `-({[<`.
    static Text titleFilter(Text text) {
        return words(text, before -> isSpace(before) || "-({[<".indexOf(before) >= 0);
    }

    static Text capitalize(Text text) {
        return words(text, before -> false);
    }

    private static Text words(Text text, IntPredicate opensWord) {
        Text.Builder result = new Text.Builder();
        boolean opens = true;
        String all = text.characters();
        for (int i = 0; i < all.length(); i += Character.charCount(all.codePointAt(i))) {
            int character = all.codePointAt(i);
            int changed =
                    opens ? Character.toTitleCase(character) : Character.toLowerCase(character);
            result.append(Character.toString(changed), text.originAt(i));
            opens = opensWord.test(character);
        }
        return result.build();
    }
}
