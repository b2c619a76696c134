package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import understudy.chat.Role;
import understudy.text.Line;

/// What can be had without training: a description of the person's style, made from the same
/// conversations the run learned from, and the person's answers to the most similar messages, as
/// examples in the prompt.
public final class Persona {
    /// Examples in a prompt.
    static final int EXAMPLES = 6;

    private static final int MOST_EXCHANGES = 20_000;
    private static final int MOST_CHARACTERS = 200;
    private static final int LEAST_COUNT = 5;
    private static final int SHOWN_WORDS = 12;

    // BM25's usual constants (Robertson and Zaragoza 2009)
    private static final double K1 = 1.2;
    private static final double B = 0.75;

    private final String description;
    private final List<Exchange> known;
    private final List<Map<String, Integer>> asked = new ArrayList<>();
    private final Map<String, Integer> documents = new HashMap<>();
    private final double meanLength;

    /// @param me     the person's name
    /// @param own    what the person answered in the training conversations
    /// @param others what others answered there
    Persona(String me, List<Exchange> own, List<Exchange> others) {
        this.description = describe(me, own, others);
        this.known = own.subList(Math.max(0, own.size() - MOST_EXCHANGES), own.size());
        double words = 0;
        for (Exchange exchange : known) {
            Map<String, Integer> counts = new HashMap<>();
            Words.words(exchange.asked()).forEach(w -> counts.merge(w, 1, Integer::sum));
            counts.keySet().forEach(w -> documents.merge(w, 1, Integer::sum));
            asked.add(counts);
            words += counts.values().stream().mapToInt(n -> n).sum();
        }
        this.meanLength = known.isEmpty() ? 1 : words / known.size();
    }

    /// The description, a few sentences.
    public String description() {
        return description;
    }

    /// The prompt's lines for `exchange`: description, examples, then its conversation.
    public List<Line> lines(Exchange exchange) {
        List<Line> lines = new ArrayList<>();
        List<Line> before = new ArrayList<>(exchange.before());
        String first = "";
        if (before.getFirst().role() == Role.SYSTEM) {
            first = "\n" + before.removeFirst().content();
        }
        lines.add(Line.of(Role.SYSTEM, description + first));
        for (Exchange example : examples(exchange)) {
            lines.add(Line.of(Role.USER, cut(example.asked())));
            lines.add(Line.of(Role.ASSISTANT, cut(example.answer())));
        }
        lines.addAll(before);
        return lines;
    }

    private static String cut(String text) {
        int length = text.codePointCount(0, text.length());
        return length <= MOST_CHARACTERS
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MOST_CHARACTERS));
    }

    /// The exchanges whose messages are most like the one to answer, the most like it last; those
    /// with the same person first where several are alike.
    List<Exchange> examples(Exchange exchange) {
        List<String> query = List.copyOf(new HashSet<>(Words.words(exchange.asked())));
        double[] scores = new double[known.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = score(query, asked.get(i));
            scores[i] += known.get(i).person().equals(exchange.person()) ? 1e-6 : 0;
        }
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(
                        Comparator.comparingDouble((Integer i) -> -scores[i])
                                .thenComparing(Comparator.reverseOrder()))
                .limit(EXAMPLES)
                .map(known::get)
                .toList()
                .reversed();
    }

    private double score(List<String> query, Map<String, Integer> counts) {
        double length = counts.values().stream().mapToInt(n -> n).sum();
        double score = 0;
        for (String word : query) {
            int count = counts.getOrDefault(word, 0);
            if (count > 0) {
                int having = documents.getOrDefault(word, 0);
                double rare = Math.log1p((known.size() - having + 0.5) / (having + 0.5));
                score += rare * count * (K1 + 1) / (count + K1 * (1 - B + B * length / meanLength));
            }
        }
        return score;
    }

    private static String describe(String me, List<Exchange> own, List<Exchange> others) {
        List<String> texts = own.stream().map(Exchange::answer).toList();
        List<String> bubbles = texts.stream().flatMap(t -> Words.bubbles(t).stream()).toList();
        double characters = mean(texts.stream().map(t -> (double) t.length()).toList());
        double each = texts.isEmpty() ? 1 : (double) bubbles.size() / texts.size();
        double small = share(bubbles, b -> Character.isLowerCase(b.codePointAt(0)));
        double stop = share(bubbles, b -> b.endsWith("."));
        List<String> faces = texts.stream().flatMap(t -> Words.emoji(t).stream()).toList();
        StringBuilder text = new StringBuilder();
        text.append(
                "Write the next message exactly as %s writes. Messages of %s have about %.0f"
                                .formatted(me, me, characters)
                        + " characters");
        text.append(
                each < 1.3
                        ? ", sent as one line."
                        : String.format(Locale.ROOT, ", sent as %.1f short lines.", each));
        text.append(
                small > 0.6
                        ? " They begin in small letters."
                        : small < 0.3 ? " They begin with a capital." : " Capitals are mixed.");
        text.append(
                stop < 0.1
                        ? " They hardly ever end with a full stop."
                        : stop > 0.5 ? " They end with a full stop." : "");
        String favourites = String.join(" ", frequent(faces, 4));
        text.append(
                faces.size() < 0.02 * texts.size()
                        ? " They have no emoji."
                        : " Emoji such as " + favourites + " are used.");
        List<String> words = typical(texts, others.stream().map(Exchange::answer).toList());
        if (!words.isEmpty()) {
            text.append(" Typical words: ").append(String.join(", ", words)).append('.');
        }
        return text.append(" Stay in character; answer with the message only.").toString();
    }

    private interface Test {
        boolean holds(String bubble);
    }

    private static double share(List<String> texts, Test test) {
        long hits = texts.stream().filter(test::holds).count();
        return texts.isEmpty() ? 0 : (double) hits / texts.size();
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(v -> v).average().orElse(0);
    }

    private static List<String> frequent(List<String> all, int most) {
        return all.stream()
                .collect(Collectors.groupingBy(f -> f, Collectors.counting()))
                .entrySet()
                .stream()
                .sorted(
                        Comparator.comparingLong((Map.Entry<String, Long> e) -> -e.getValue())
                                .thenComparing(Map.Entry::getKey))
                .limit(most)
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Words the person uses more than others do: by count times the logarithm of the ratio.
    private static List<String> typical(List<String> own, List<String> others) {
        Map<String, Integer> mine = counts(own);
        Map<String, Integer> theirs = counts(others);
        double ofMine = mine.values().stream().mapToInt(n -> n).sum() + 1.0;
        double ofTheirs = theirs.values().stream().mapToInt(n -> n).sum() + 1.0;
        Map<String, Double> weight = new HashMap<>();
        mine.forEach((word, count) -> {
            double rate = (theirs.getOrDefault(word, 0) + 1) / ofTheirs;
            if (count >= LEAST_COUNT) {
                weight.put(word, count * Math.log(count / ofMine / rate));
            }
        });
        return weight.entrySet().stream()
                .filter(e -> e.getValue() > 0)
                .sorted(
                        Comparator.comparingDouble((Map.Entry<String, Double> e) -> -e.getValue())
                                .thenComparing(Map.Entry::getKey))
                .limit(SHOWN_WORDS)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static Map<String, Integer> counts(List<String> texts) {
        Map<String, Integer> counts = new HashMap<>();
        texts.forEach(t -> Words.words(t).forEach(w -> counts.merge(w, 1, Integer::sum)));
        return counts;
    }
}
