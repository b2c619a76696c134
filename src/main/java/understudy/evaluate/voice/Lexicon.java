package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The words that the person and those they write with used in what was learned from, to tell
/// slips of the finger without a dictionary of any language.
///
/// A word counts as a typo where it has four letters or more, nothing but letters and no letter
/// three times in a row, stands less than twice in the training conversations, and is one
/// insertion, deletion, replacement or swap of neighbours away from a word that stands there
/// five times or
/// more. A change at the very end does not count, since it is grammar more often than a slip.
final class Lexicon {
    private static final int LEAST_LETTERS = 4;
    private static final int RARE = 2;
    private static final int COMMON = 5;

    /// Bounds what very long histories cost; words rarer than these come up too seldom to matter.
    private static final int MOST_COMMON = 20_000;

    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, List<String>> near = new HashMap<>();

    Lexicon(List<String> texts) {
        for (String text : texts) {
            Words.words(text).forEach(word -> counts.merge(word, 1, Integer::sum));
        }
        counts.entrySet().stream()
                .filter(e -> e.getValue() >= COMMON && e.getKey().length() >= LEAST_LETTERS)
                .sorted(
                        Comparator.comparingInt((Map.Entry<String, Integer> e) -> -e.getValue())
                                .thenComparing(Map.Entry::getKey))
                .limit(MOST_COMMON)
                .forEach(e ->
                        shortened(e.getKey())
                                .forEach(part ->
                                        near.computeIfAbsent(part, p -> new ArrayList<>())
                                                .add(e.getKey())));
    }

    /// How often each word was written.
    Map<String, Integer> counts() {
        return counts;
    }

    boolean isTypo(String word) {
        if (word.length() < LEAST_LETTERS
                || !word.chars().allMatch(Character::isLetter)
                || Words.elongated(word)
                || counts.getOrDefault(word, 0) >= RARE) {
            return false;
        }
        for (String part : shortened(word)) {
            for (String common : near.getOrDefault(part, List.of())) {
                if (oneSlip(word, common)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// The word itself and what is left without one of its letters: words one change apart share
    /// one of these.
    private static Set<String> shortened(String word) {
        Set<String> all = new HashSet<>();
        all.add(word);
        for (int i = 0; i < word.length(); i++) {
            all.add(word.substring(0, i) + word.substring(i + 1));
        }
        return all;
    }

    /// Whether one change before the last letter makes `a` of `b`.
    static boolean oneSlip(String a, String b) {
        if (a.equals(b) || Math.abs(a.length() - b.length()) > 1) {
            return false;
        }
        int same = 0;
        int most = Math.min(a.length(), b.length());
        while (same < most && a.charAt(same) == b.charAt(same)) {
            same++;
        }
        String restA = a.substring(same);
        String restB = b.substring(same);
        boolean atEnd = Math.max(restA.length(), restB.length()) < 2;
        if (atEnd) {
            return false;
        }
        if (a.length() > b.length()) {
            return restA.substring(1).equals(restB);
        }
        if (a.length() < b.length()) {
            return restB.substring(1).equals(restA);
        }
        return restA.substring(1).equals(restB.substring(1))
                || (restA.charAt(0) == restB.charAt(1)
                        && restA.charAt(1) == restB.charAt(0)
                        && restA.substring(2).equals(restB.substring(2)));
    }
}
