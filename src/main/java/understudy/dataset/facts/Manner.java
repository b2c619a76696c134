package understudy.dataset.facts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/// How somebody writes, as far as an answer of a rule can be dressed in it.
///
/// @param flat  share of lines with at least three words that have no capital at all
/// @param small share of lines that begin with a small letter
/// @param stop  share of lines with at least three words that end with a full stop
/// @param faces share of lines with an emoji
/// @param emoji the most used ones, three at most
/// @param words of a line, median
public record Manner(
        double flat, double small, double stop, double faces, List<String> emoji, int words) {
    /// Of somebody who wrote nothing.
    public static final Manner PLAIN = new Manner(0, 0, 0, 0, List.of(), 5);

    private static final int SENTENCE = 3;
    private static final int MOST_TEXTS = 20_000;
    private static final double MOST_FACES = 0.3;
    private static final int KEPT_EMOJI = 3;

    public Manner {
        emoji = List.copyOf(emoji);
    }

    /// @param texts own turns; lines of a turn count each
    public static Manner of(List<String> texts) {
        Counts counts = new Counts();
        texts.subList(Math.max(0, texts.size() - MOST_TEXTS), texts.size()).stream()
                .flatMap(String::lines)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .forEach(counts::add);
        return counts.lines == 0 ? PLAIN : counts.manner();
    }

    private static final class Counts {
        int lines;
        int lettered;
        int small;
        int sentences;
        int flat;
        int stops;
        int faces;
        final List<Integer> lengths = new ArrayList<>();
        final Map<String, Integer> emoji = new HashMap<>();

        void add(String line) {
            lines++;
            int words = line.split("\\s+").length;
            lengths.add(words);
            if (Character.isLetter(line.codePointAt(0))) {
                lettered++;
                small += Character.isLowerCase(line.codePointAt(0)) ? 1 : 0;
            }
            if (words >= SENTENCE) {
                sentences++;
                flat += line.codePoints().anyMatch(Character::isUpperCase) ? 0 : 1;
                stops += line.endsWith(".") && !line.endsWith("..") ? 1 : 0;
            }
            List<String> found =
                    line.codePoints()
                            .filter(Manner::isEmoji)
                            .mapToObj(Character::toString)
                            .toList();
            faces += found.isEmpty() ? 0 : 1;
            found.forEach(face -> emoji.merge(face, 1, Integer::sum));
        }

        Manner manner() {
            lengths.sort(Comparator.naturalOrder());
            List<String> most =
                    emoji.entrySet().stream()
                            .sorted(
                                    Comparator.comparingInt(
                                                    (Map.Entry<String, Integer> e) -> -e.getValue())
                                            .thenComparing(Map.Entry::getKey))
                            .limit(KEPT_EMOJI)
                            .map(Map.Entry::getKey)
                            .toList();
            return new Manner(
                    share(flat, sentences),
                    share(small, lettered),
                    share(stops, sentences),
                    share(faces, lines),
                    most,
                    lengths.get(lengths.size() / 2));
        }

        private static double share(int of, int all) {
            return all == 0 ? 0 : (double) of / all;
        }
    }

    private static boolean isEmoji(int c) {
        return c > 0xFF
                && !Character.isEmojiModifier(c)
                && (Character.isEmojiPresentation(c) || Character.isExtendedPictographic(c));
    }

    /// Whether an answer is to be the bare value rather than a sentence; as a rule where lines are
    /// short.
    boolean bare(RandomGenerator random) {
        return random.nextDouble() < (words <= 4 ? 0.6 : 0.3);
    }

    /// `answer` as this person would write it: capitals, full stop and emoji as often as they do.
    String dress(String answer, RandomGenerator random) {
        String text = answer.strip();
        double capital = random.nextDouble();
        if (capital < flat) {
            text = text.toLowerCase(Locale.ROOT);
        } else if (capital < small) {
            text = first(text, false);
        } else {
            text = first(text, true);
        }
        boolean sentence = text.split("\\s+").length >= SENTENCE;
        boolean ends = text.endsWith(".") && !text.endsWith("..");
        double full = random.nextDouble();
        if (ends && full >= stop) {
            text = text.substring(0, text.length() - 1);
        } else if (!ends && sentence && full < stop && Character.isLetterOrDigit(last(text))) {
            text += ".";
        }
        double face = random.nextDouble();
        int which = emoji.isEmpty() ? 0 : random.nextInt(emoji.size());
        return face < Math.min(faces, MOST_FACES) && !emoji.isEmpty()
                ? text + " " + emoji.get(which)
                : text;
    }

    private static int last(String text) {
        return text.isEmpty() ? ' ' : text.codePointBefore(text.length());
    }

    private static String first(String text, boolean large) {
        if (text.isEmpty()) {
            return text;
        }
        int c = text.codePointAt(0);
        int changed = large ? Character.toTitleCase(c) : Character.toLowerCase(c);
        return Character.toString(changed) + text.substring(Character.charCount(c));
    }
}
