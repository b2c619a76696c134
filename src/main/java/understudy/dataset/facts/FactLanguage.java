package understudy.dataset.facts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Languages in which questions about facts can be made.
public enum FactLanguage {
    EN,
    DE,
    ES,
    FR,
    PT,
    IT;

    /// Share of the small words from which on a second language is one of the owner's.
    private static final double LEAST_SHARE = 0.25;

    private static final int LEAST_WORDS = 10;
    private static final int MOST_TEXTS = 20_000;
    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{M}']+");

    /// Such as `de`.
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The languages that somebody writes in, the most used first, two at most; English where
    /// there is too little to tell.
    ///
    /// Counted are the small words of each language ("and", "und"); one that several languages
    /// have counts for each of them by its part.
    ///
    /// @param texts what they wrote
    public static List<FactLanguage> of(List<String> texts) {
        Map<String, List<FactLanguage>> owners = new HashMap<>();
        for (FactLanguage language : values()) {
            for (String word : Wordings.of(language).words()) {
                owners.computeIfAbsent(word, w -> new ArrayList<>()).add(language);
            }
        }
        Map<FactLanguage, Double> counts = new EnumMap<>(FactLanguage.class);
        double all = 0;
        for (String text : texts.subList(Math.max(0, texts.size() - MOST_TEXTS), texts.size())) {
            String plain = text.toLowerCase(Locale.ROOT).replace('\u2019', '\'');
            for (String word : NO_WORD.split(plain)) {
                List<FactLanguage> of = owners.getOrDefault(word, List.of());
                of.forEach(language -> counts.merge(language, 1.0 / of.size(), Double::sum));
                all += of.isEmpty() ? 0 : 1;
            }
        }
        double least = LEAST_SHARE * all;
        List<FactLanguage> found =
                all < LEAST_WORDS
                        ? List.of()
                        : counts.entrySet().stream()
                                .filter(e -> e.getValue() >= least)
                                .sorted(
                                        Comparator.comparingDouble(
                                                (Map.Entry<FactLanguage, Double> e) ->
                                                        -e.getValue()))
                                .map(Map.Entry::getKey)
                                .limit(2)
                                .toList();
        return found.isEmpty() ? List.of(EN) : found;
    }
}
