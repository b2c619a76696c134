package understudy.dataset.facts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Answers that are none: "no idea", "depends", "why do you ask?", in every language there are
/// wordings in.
public final class Evasions {
    /// Different turns that are collected.
    public static final int MOST = 60;

    /// Words of an answer that can be taken for an evasion as a whole.
    private static final int MOST_WORDS = 12;

    private static final int MOST_COLLECTED_WORDS = 8;

    /// "No idea, probably sandwiches" says something after all.
    private static final int MOST_AFTER = 1;

    private static final int MOST_ASKED_WORDS = 5;
    private static final int MOST_CHARACTERS = 60;

    private static final Pattern SENTENCES = Pattern.compile("(?<=[.!?\u2026])\\s+|\\R+");
    private static final Pattern AFTER_MARK = Pattern.compile("[^\\p{L}\\p{N}?]+$");
    private static final Pattern PARTICULAR = Pattern.compile("[\\p{N}@#]|://|www\\.");

    /// One of these words begins a phrase that says something of the speaker, if any does.
    private static final int FIRST_WORDS = 4;

    /// "You don't know" is no evasion.
    private static final Set<String> OTHERS =
            Set.of(
                    "you", "u", "he", "she", "they", "we", "du", "er", "sie", "wir", "ihr", "tu",
                    "vos", "el", "ella", "il", "elle", "ils", "vous", "voce", "voi", "lui", "lei");

    /// Words that are everybody's: the most used ones of the owner.
    private static final int COMMON = 300;

    /// Words that stand for something said before.
    private static final Set<String> POINTING =
            Set.of(
                    "this", "that", "thats", "these", "those", "it", "its", "he", "hes", "his",
                    "him", "she", "shes", "her", "they", "theyre", "them", "there", "here", "one",
                    "er", "sie", "es", "ihn", "ihr", "ihm", "das", "dies", "diese", "dieser",
                    "esto", "eso", "este", "ese", "ella", "ellos", "il", "elle", "ils", "ca",
                    "cela", "isso", "isto", "ele", "ela", "questo", "quello", "lui", "lei");

    private static final Set<String> PHRASES = phrases();

    private Evasions() {}

    /// A turn of somebody else and what the owner answered.
    public record Pair(String asked, String answer) {}

    private static Set<String> phrases() {
        Set<String> phrases = new LinkedHashSet<>();
        for (FactLanguage language : FactLanguage.values()) {
            Wordings.of(language).evasions().forEach(p -> phrases.add(Normal.of(p)));
        }
        return phrases;
    }

    /// Whether `text` says nothing: it is short and has one of the phrases, or it only asks.
    public static boolean evasive(String text) {
        String normal = Normal.of(text);
        int words = Normal.words(normal);
        return words > 0 && words <= MOST_WORDS && (hasPhrase(normal) || asks(text));
    }

    private static boolean hasPhrase(String normal) {
        return after(normal) >= 0;
    }

    /// Words behind the last phrase; -1 where there is none.
    private static int after(String normal) {
        int least = -1;
        String[] words = normal.split(" ");
        for (int first = 0; first < Math.min(FIRST_WORDS, words.length); first++) {
            String from = String.join(" ", Arrays.asList(words).subList(first, words.length)) + " ";
            boolean theirs = first > 0 && OTHERS.contains(words[first - 1]);
            for (String phrase : theirs ? Set.<String>of() : PHRASES) {
                if (from.startsWith(phrase + " ")) {
                    int left = words.length - first - Normal.words(phrase);
                    least = least < 0 ? left : Math.min(least, left);
                }
            }
        }
        return least;
    }

    /// Whether every sentence is a question; smileys behind the mark do not matter.
    static boolean asks(String text) {
        boolean any = false;
        for (String sentence : SENTENCES.split(text)) {
            if (Normal.of(sentence).isEmpty()) {
                continue;
            }
            String bare = AFTER_MARK.matcher(sentence).replaceAll("");
            if (!bare.endsWith("?")) {
                return false;
            }
            any = true;
        }
        return any;
    }

    /// The owner's own evasive answers to questions, as they wrote them, each once, the most used
    /// first: turns that only ask back, and first sentences that say that nothing is said. Longer
    /// ones, those with numbers or addresses, and questions with a word that the owner seldom uses
    /// or that points at something belong to their conversation.
    ///
    /// @param own   all turns of the owner
    /// @param pairs turns of others and the owner's answers to them
    public static List<String> collect(List<String> own, List<Pair> pairs) {
        Set<String> common = common(own);
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (Pair pair : pairs) {
            String whole = pair.answer().strip();
            String first = SENTENCES.split(whole, 2)[0].strip();
            boolean asked = pair.asked().contains("?");
            String answer = asks(whole, common) ? whole : says(first) ? first : "";
            if (asked && !answer.isEmpty()) {
                String normal = Normal.of(answer);
                texts.putIfAbsent(normal, answer);
                counts.merge(normal, 1, Integer::sum);
            }
        }
        List<String> order = new ArrayList<>(texts.keySet());
        order.sort(Comparator.comparingInt((String t) -> -counts.getOrDefault(t, 0)));
        return order.stream().limit(MOST).map(t -> texts.getOrDefault(t, t)).toList();
    }

    private static Set<String> common(List<String> own) {
        Map<String, Integer> counts = new HashMap<>();
        for (String text : own) {
            for (String word : Normal.of(text).split(" ")) {
                counts.merge(word, 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .sorted(
                        Comparator.comparingInt((Map.Entry<String, Integer> e) -> -e.getValue())
                                .thenComparing(Map.Entry::getKey))
                .limit(COMMON)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static boolean fits(String answer, int most) {
        int words = Normal.words(Normal.of(answer));
        return words > 0
                && words <= most
                && answer.length() <= MOST_CHARACTERS
                && !PARTICULAR.matcher(answer).find();
    }

    private static boolean says(String sentence) {
        int after = after(Normal.of(sentence));
        return fits(sentence, MOST_COLLECTED_WORDS) && after >= 0 && after <= MOST_AFTER;
    }

    private static boolean asks(String answer, Set<String> common) {
        List<String> words = List.of(Normal.of(answer).split(" "));
        return fits(answer, MOST_ASKED_WORDS)
                && asks(answer)
                && common.containsAll(words)
                && Collections.disjoint(words, POINTING);
    }
}
