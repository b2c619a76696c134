package understudy.privacy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What somebody may hear again: texts by their letters and by their digits.
///
/// A conversation may be long and a reply may have many numbers; the time to look all of them up
/// is linear in both.
final class Heard {
    /// Of a number without its country's code or leading zero.
    private static final int TAIL = 8;

    private static final int LEAST_KNOWN = 3;

    /// So many are looked for one by one, which is faster while they are few.
    private static final int FEW = 16;

    private static final long BASE = 0x9E3779B97F4A7C15L | 1;

    private final String letters;
    private final String digits;

    private Heard(String letters, String digits) {
        this.letters = letters;
        this.digits = digits;
    }

    static Heard of(Collection<String> texts) {
        StringBuilder letters = new StringBuilder();
        StringBuilder digits = new StringBuilder();
        for (String text : texts) {
            String folded = Fold.of(text).text();
            letters.append(Bare.letters(folded).characters()).append('\n');
            digits.append(Bare.digits(folded).characters()).append('\n');
        }
        return new Heard(letters.toString(), digits.toString());
    }

    /// Those of `values`, each folded, that stand in one of the texts, in any spelling.
    Set<String> among(Collection<String> values) {
        Map<String, List<String>> byDigits = new HashMap<>();
        Map<String, List<String>> byLetters = new HashMap<>();
        for (String value : new HashSet<>(values)) {
            String number = Bare.digits(value).characters();
            String bare = Bare.letters(value).characters();
            if (bare.length() == number.length() && number.length() > TAIL) {
                add(byDigits, number.substring(number.length() - TAIL), value);
            } else if (bare.length() >= LEAST_KNOWN) {
                add(byLetters, bare, value);
            }
        }
        Set<String> heard = new HashSet<>();
        within(digits, byDigits.keySet()).forEach(n -> heard.addAll(byDigits.get(n)));
        within(letters, byLetters.keySet()).forEach(n -> heard.addAll(byLetters.get(n)));
        return heard;
    }

    private static void add(Map<String, List<String>> all, String needle, String value) {
        all.computeIfAbsent(needle, n -> new ArrayList<>()).add(value);
    }

    private static Set<String> within(String text, Set<String> needles) {
        Map<Integer, Set<String>> byLength = new HashMap<>();
        needles.forEach(n -> byLength.computeIfAbsent(n.length(), l -> new HashSet<>()).add(n));
        Set<String> found = new HashSet<>();
        byLength.forEach((length, same) -> {
            if (same.size() > FEW) {
                search(text, length, same, found);
            } else {
                same.stream().filter(text::contains).forEach(found::add);
            }
        });
        return found;
    }

    /// A hash that rolls over the text, after Rabin and Karp.
    private static void search(String text, int length, Set<String> needles, Set<String> found) {
        Set<Long> hashes = new HashSet<>();
        needles.forEach(n -> hashes.add(hash(n, n.length())));
        if (text.length() < length) {
            return;
        }
        long leaving = 1; // what the first character of a window counts
        for (int i = 1; i < length; i++) {
            leaving *= BASE;
        }
        long hash = hash(text, length);
        for (int start = 0; ; start++) {
            if (hashes.contains(hash)) {
                String window = text.substring(start, start + length);
                if (needles.contains(window)) {
                    found.add(window);
                }
            }
            if (start + length == text.length()) {
                return;
            }
            hash = (hash - text.charAt(start) * leaving) * BASE + text.charAt(start + length);
        }
    }

    private static long hash(String text, int end) {
        long hash = 0;
        for (int i = 0; i < end; i++) {
            hash = hash * BASE + text.charAt(i);
        }
        return hash;
    }
}
