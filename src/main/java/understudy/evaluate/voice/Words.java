package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes messages apart the way style is measured: bubbles, words, marks, emoji.
final class Words {
    /// Faces made of marks, between blanks: `:)`, `;-P`, `xD`, `<3`, `^^`.
    private static final Pattern FACE =
            Pattern.compile(
                    "(?<![\\p{L}\\p{N}])(?:[:;=8][-^o']?[)(DPpOo3/\\\\|*\\]\\[]+|"
                            + "<3+|[xX]D+|\\^_?\\^)"
                            + "(?![\\p{L}\\p{N}])");

    private static final int VARIATION = 0xFE0F;
    private static final int JOINER = 0x200D;

    private Words() {}

    /// The lines of a turn: what was sent as messages of their own.
    static List<String> bubbles(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    /// Runs of letters and digits in small letters, with the apostrophes inside them. Scripts
    /// without blanks (Han, Kana) give a word a character; runs of Thai or Khmer stay whole.
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        int[] points = text.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            int c = points[i];
            if (alone(c)) {
                end(word, words);
                words.add(Character.toString(c));
            } else if (Character.isLetterOrDigit(c) || isMark(c)) {
                word.appendCodePoint(c);
            } else if (isApostrophe(c)
                    && !word.isEmpty()
                    && i + 1 < points.length
                    && Character.isLetter(points[i + 1])) {
                word.append('\'');
            } else {
                end(word, words);
            }
        }
        end(word, words);
        return words;
    }

    private static void end(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString().toLowerCase(Locale.ROOT));
            word.setLength(0);
        }
    }

    private static boolean alone(int c) {
        return switch (Character.UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA -> Character.isLetter(c);
            default -> false;
        };
    }

    private static boolean isApostrophe(int c) {
        return c == '\'' || c == 0x2019;
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return (type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK)
                && c != VARIATION;
    }

    /// Emoji, joined ones as their first, and faces made of marks.
    static List<String> emoji(String text) {
        List<String> found = new ArrayList<>();
        int[] points = text.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            boolean joined = i > 0 && points[i - 1] == JOINER;
            if (isEmoji(points[i]) && !joined) {
                found.add(Character.toString(points[i]));
            }
        }
        Matcher faces = FACE.matcher(text);
        while (faces.find()) {
            found.add(faces.group());
        }
        return found;
    }

    static boolean isEmoji(int c) {
        return c > 0xFF
                && !Character.isEmojiModifier(c)
                && (Character.isEmojiPresentation(c) || Character.isExtendedPictographic(c));
    }

    /// Runs of marks such as `?`, `...` and `?!`, cut to three, without apostrophes and faces.
    static List<String> punctuation(String text) {
        List<String> runs = new ArrayList<>();
        StringBuilder run = new StringBuilder();
        String bare = FACE.matcher(text).replaceAll(" ");
        bare.codePoints()
                .forEach(c -> {
                    if (isPunctuation(c) && !isApostrophe(c)) {
                        run.appendCodePoint(c == 0x2026 ? '.' : c);
                    } else if (!run.isEmpty()) {
                        runs.add(run.substring(0, Math.min(3, run.length())));
                        run.setLength(0);
                    }
                });
        if (!run.isEmpty()) {
            runs.add(run.substring(0, Math.min(3, run.length())));
        }
        return runs;
    }

    static boolean isPunctuation(int c) {
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION ->
                    true;
            default -> false;
        };
    }

    /// Whether a letter stands three times in a row, as in "sooo".
    static boolean elongated(String word) {
        int[] points = word.codePoints().toArray();
        for (int i = 2; i < points.length; i++) {
            if (Character.isLetter(points[i])
                    && points[i] == points[i - 1]
                    && points[i] == points[i - 2]) {
                return true;
            }
        }
        return false;
    }
}
