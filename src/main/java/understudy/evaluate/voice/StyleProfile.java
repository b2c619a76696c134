package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the training conversations say about the person's words: fixed before anything is compared,
/// so that no comparison chooses its own yardstick.
///
/// @param lexicon   words of the person and of those they write with
/// @param function  the 100 most frequent words of both, which are nearly all function words in any
///     language, and too frequent to depend on the subject (Burrows 2002)
/// @param grams     the person's 500 most frequent words and pairs of neighbouring words
/// @param sequences the person's 1,000 most frequent sequences of three characters
/// @param languages the person's
record StyleProfile(
        Lexicon lexicon,
        Set<String> function,
        Set<String> grams,
        Set<String> sequences,
        LanguageMix languages) {
    private static final int FUNCTION_WORDS = 100;
    private static final int WORD_GRAMS = 500;
    private static final int CHARACTER_GRAMS = 1000;

    /// @param own    the person's turns in the training conversations, in the order of time
    /// @param others other people's
    static StyleProfile of(List<String> own, List<String> others) {
        List<String> all = new ArrayList<>(own);
        all.addAll(others);
        Lexicon lexicon = new Lexicon(all);
        Map<String, Integer> grams = new HashMap<>();
        Map<String, Integer> sequences = new HashMap<>();
        for (String text : own) {
            wordGrams(text).forEach(gram -> grams.merge(gram, 1, Integer::sum));
            characterGrams(text).forEach(gram -> sequences.merge(gram, 1, Integer::sum));
        }
        return new StyleProfile(
                lexicon,
                top(lexicon.counts(), FUNCTION_WORDS),
                top(grams, WORD_GRAMS),
                top(sequences, CHARACTER_GRAMS),
                new LanguageMix(own));
    }

    private static Set<String> top(Map<String, Integer> counts, int most) {
        Set<String> top = new LinkedHashSet<>();
        counts.entrySet().stream()
                .sorted(
                        Comparator.comparingInt((Map.Entry<String, Integer> e) -> -e.getValue())
                                .thenComparing(Map.Entry::getKey))
                .limit(most)
                .forEach(e -> top.add(e.getKey()));
        return top;
    }

    /// Words, and pairs of neighbouring words of one bubble.
    static List<String> wordGrams(String text) {
        List<String> grams = new ArrayList<>();
        for (String bubble : Words.bubbles(text)) {
            List<String> words = Words.words(bubble);
            for (int i = 0; i < words.size(); i++) {
                grams.add(words.get(i));
                if (i > 0) {
                    grams.add(words.get(i - 1) + " " + words.get(i));
                }
            }
        }
        return grams;
    }

    /// Sequences of three characters, a blank before and behind each bubble included.
    static List<String> characterGrams(String text) {
        List<String> grams = new ArrayList<>();
        for (String bubble : Words.bubbles(text)) {
            int[] points = (" " + bubble + " ").codePoints().toArray();
            for (int i = 0; i + 3 <= points.length; i++) {
                grams.add(new String(points, i, 3));
            }
        }
        return grams;
    }
}
