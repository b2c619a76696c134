package understudy.privacy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import understudy.base.UserError;

/// The owner's own list of names and words that nobody is to learn.
///
/// Found are whole words, in any case; a name of four letters and more with a capital also with an
/// `s` behind it, and one with accents also without. In scripts without blanks a name is found
/// wherever it stands.
public final class RedactionWords {
    /// Nobody's.
    public static final RedactionWords NONE = new RedactionWords(List.of());

    private static final long MOST_BYTES = 1 << 20;
    private static final int MOST_WORDS = 10_000;
    private static final int LONGEST = 100;
    private static final int LEAST_INFLECTED = 4;

    private final Map<Integer, List<Entry>> byFirst = new HashMap<>();
    private final Set<String> words = new HashSet<>();

    /// @param lower folded and lower case
    private record Entry(String lower, boolean capital) {}

    /// @param words each at least two letters or digits, or one of a script without blanks
    public RedactionWords(List<String> words) {
        Set<String> spellings = new LinkedHashSet<>(words);
        words.forEach(word -> spellings.add(withoutAccents(word)));
        for (String word : spellings) {
            String folded = Fold.of(word).text().strip();
            String lower = folded.toLowerCase(Locale.ROOT);
            boolean capital = !folded.isEmpty() && Character.isUpperCase(folded.codePointAt(0));
            byFirst.computeIfAbsent(lower.codePointAt(0), c -> new ArrayList<>())
                    .add(new Entry(lower, capital));
            for (String part : lower.split("[^\\p{L}\\p{N}]+")) {
                this.words.add(part);
            }
        }
        byFirst.values()
                .forEach(list ->
                        list.sort(
                                Comparator.comparingInt((Entry e) -> e.lower.length()).reversed()));
    }

    /// Reads a list: one name or word a line, `#` before remarks, UTF-8.
    ///
    /// @throws UserError where it cannot be read, or a line is no word; the line's number is told,
    ///     never its text
    public static RedactionWords read(Path file) {
        List<String> lines;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw wrong("the list of words is over 1 MB", file.toString());
            }
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UserError(
                    "the list of words to replace cannot be read",
                    file.toString(),
                    "name a text file, UTF-8, one name or word a line",
                    e);
        }
        List<String> words = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replace("\uFEFF", "").strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (!usable(line) || words.size() == MOST_WORDS) {
                throw wrong("this is no name or word to replace", file + " line " + (i + 1));
            }
            words.add(line);
        }
        return new RedactionWords(words);
    }

    /// People leave accents out, and some systems write them behind the letter.
    static String withoutAccents(String word) {
        String apart = Normalizer.normalize(word, Normalizer.Form.NFD);
        return Normalizer.normalize(apart.replaceAll("\\p{Mn}", ""), Normalizer.Form.NFC);
    }

    private static UserError wrong(String what, String where) {
        return new UserError(
                what, where, "two letters and more, 100 at most; up to 10,000 lines of a list");
    }

    private static boolean usable(String line) {
        String folded = Fold.of(line).text().strip();
        if (folded.isEmpty() || folded.length() > LONGEST) {
            return false;
        }
        int first = folded.codePointAt(0);
        long letters = folded.codePoints().filter(Character::isLetterOrDigit).count();
        return Character.isLetterOrDigit(first) && (letters >= 2 || unspaced(first));
    }

    boolean isEmpty() {
        return byFirst.isEmpty();
    }

    /// Every single word of the list, lower case.
    Set<String> words() {
        return words;
    }

    /// @param folded see [Fold]
    void find(String folded, Findings findings) {
        if (isEmpty()) {
            return;
        }
        int before = ' ';
        for (int at = 0; at < folded.length(); ) {
            int c = folded.codePointAt(at);
            boolean begins = !Character.isLetterOrDigit(before) || unspaced(c) || unspaced(before);
            if (begins && Character.isLetterOrDigit(c)) {
                for (Entry entry : byFirst.getOrDefault(Character.toLowerCase(c), List.of())) {
                    int end = at + entry.lower.length();
                    if (matches(folded, at, entry) && findings.add(Kind.NAME, at, end)) {
                        break;
                    }
                }
            }
            before = c;
            at += Character.charCount(c);
        }
    }

    private static boolean matches(String folded, int at, Entry entry) {
        int length = entry.lower.length();
        if (!folded.regionMatches(true, at, entry.lower, 0, length)) {
            return false;
        }
        int end = at + length;
        int last = folded.codePointBefore(end);
        if (ends(folded, end, last)) {
            return true;
        }
        boolean inflected = entry.capital && length >= LEAST_INFLECTED;
        return inflected
                && Character.isUpperCase(folded.charAt(at))
                && folded.charAt(end) == 's'
                && ends(folded, end + 1, 's');
    }

    private static boolean ends(String folded, int end, int last) {
        return end == folded.length()
                || !Character.isLetterOrDigit(folded.codePointAt(end))
                || unspaced(last);
    }

    private static boolean unspaced(int c) {
        return switch (Character.UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
            default -> false;
        };
    }
}
