package understudy.dataset.facts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Answers that are none: "no idea", "depends", "why do you ask?", in every language there are
/// wordings in.
public final class Evasions {
    /// Different turns that are collected.
    public static final int MOST = 60;

    /// Words of an answer that can be taken for an evasion as a whole.
    private static final int MOST_WORDS = 12;

    private static final int MOST_COLLECTED_WORDS = 8;
    private static final int MOST_ASKED_WORDS = 5;
    private static final int MOST_CHARACTERS = 60;

    private static final Pattern SENTENCES = Pattern.compile("(?<=[.!?\u2026])\\s+|\\R+");
    private static final Pattern AFTER_MARK = Pattern.compile("[^\\p{L}\\p{N}?]+$");
    private static final Pattern PARTICULAR = Pattern.compile("[\\p{N}@#]|://|www\\.");

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
        return PHRASES.stream().anyMatch(phrase -> Normal.has(normal, phrase));
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
    /// first. Longer ones and those with numbers or addresses belong to their conversation.
    public static List<String> collect(List<Pair> pairs) {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (Pair pair : pairs) {
            String answer = pair.answer().strip();
            if (pair.asked().contains("?") && usable(answer)) {
                String normal = Normal.of(answer);
                texts.putIfAbsent(normal, answer);
                counts.merge(normal, 1, Integer::sum);
            }
        }
        List<String> order = new ArrayList<>(texts.keySet());
        order.sort(Comparator.comparingInt((String t) -> -counts.getOrDefault(t, 0)));
        return order.stream().limit(MOST).map(t -> texts.getOrDefault(t, t)).toList();
    }

    private static boolean usable(String answer) {
        String normal = Normal.of(answer);
        int words = Normal.words(normal);
        if (words == 0
                || answer.length() > MOST_CHARACTERS
                || PARTICULAR.matcher(answer).find()) {
            return false;
        }
        return words <= MOST_COLLECTED_WORDS && hasPhrase(normal)
                || words <= MOST_ASKED_WORDS && asks(answer);
    }
}
