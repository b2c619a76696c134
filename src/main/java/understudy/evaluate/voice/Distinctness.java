package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How varied a set of replies is.
///
/// Distinct-n is the share of different n-grams among all (Li et al. 2016). It falls with the
/// length of the text, so it is taken over windows of 100 n-grams each and averaged: long and short
/// replies are then measured alike.
///
/// @param one  distinct-1 of words, 0 to 1; NaN where there are fewer than 100 words
/// @param two  distinct-2 of pairs of words within a reply; NaN where there are fewer than 100
/// @param same share of the replies that say, capitals aside, just what another one says
record Distinctness(double one, double two, double same) {
    static final int WINDOW = 100;

    static Distinctness of(List<String> replies) {
        List<String> words = new ArrayList<>();
        List<String> pairs = new ArrayList<>();
        Map<String, Integer> whole = new HashMap<>();
        for (String reply : replies) {
            List<String> its = Words.words(reply);
            words.addAll(its);
            for (int i = 1; i < its.size(); i++) {
                pairs.add(its.get(i - 1) + " " + its.get(i));
            }
            whole.merge(reply.strip().toLowerCase(Locale.ROOT), 1, Integer::sum);
        }
        int repeated = whole.values().stream().filter(n -> n > 1).mapToInt(n -> n).sum();
        double same = replies.isEmpty() ? Double.NaN : (double) repeated / replies.size();
        return new Distinctness(distinct(words), distinct(pairs), same);
    }

    private static double distinct(List<String> grams) {
        int windows = grams.size() / WINDOW;
        double sum = 0;
        for (int i = 0; i < windows; i++) {
            sum += new HashSet<>(grams.subList(i * WINDOW, (i + 1) * WINDOW)).size();
        }
        return windows == 0 ? Double.NaN : sum / windows / WINDOW;
    }
}
