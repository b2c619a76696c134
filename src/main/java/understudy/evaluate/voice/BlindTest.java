package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import understudy.evaluate.Bootstrap;
import understudy.evaluate.Estimate;

/// Can somebody who knows the person tell the clone's replies from the real ones?
///
/// Each trial shows a held-out conversation with both replies in an order drawn by the seed. Not
/// for several threads.
public final class BlindTest {
    /// Code points of a true reply below which there is nothing to judge.
    private static final int LEAST_CHARACTERS = 12;

    private final List<Trial> trials;
    private int right;
    private int answered;

    private BlindTest(List<Trial> trials) {
        this.trials = List.copyOf(trials);
    }

    /// A conversation and two replies, one of them real.
    ///
    /// @param question what was answered
    /// @param first    the reply shown first
    /// @param second   the one shown second
    /// @param firstIsReal which one the person wrote
    public record Trial(Exchange question, String first, String second, boolean firstIsReal) {
        @Override
        public String toString() {
            return "Trial[not shown]"; // holds what people wrote
        }
    }

    /// How it went.
    ///
    /// @param right guesses that found the real reply
    /// @param of    guesses
    /// @param share the same as a share, with Wilson's 95% interval; one half is chance
    public record Result(int right, int of, Estimate share) {
        /// As it is written to `blind.json`.
        public Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("right", right);
            tree.put("of", of);
            tree.put("share", share.tree());
            return tree;
        }

        /// The result in a sentence or two.
        public String words() {
            if (of == 0) {
                return "Nothing was guessed.";
            }
            String found =
                    "The real reply was found %d of %d times: %.0f%%, 95%% interval %.0f to %.0f%%."
                            .formatted(
                                    right,
                                    of,
                                    100 * share.value(),
                                    100 * share.low(),
                                    100 * share.high());
            return found
                    + (share.low() > 0.5
                            ? " The clone can be told from you."
                            : " That may be guessing: the clone is not surely told from you.");
        }
    }

    /// Which questions a test can use: those with a true reply long enough to judge.
    ///
    /// @param most how many
    public static List<Integer> usable(VoiceStudy study, int most, long seed) {
        List<Integer> usable = new ArrayList<>();
        for (int i = 0; i < study.truth().size(); i++) {
            String truth = study.truth().get(i);
            if (truth.codePointCount(0, truth.length()) >= LEAST_CHARACTERS) {
                usable.add(i);
            }
        }
        Collections.shuffle(usable, new Random(seed));
        return List.copyOf(usable.subList(0, Math.min(most, usable.size())));
    }

    /// @param questions what was answered
    /// @param truth     by the person
    /// @param clone     by the clone; empty ones, and ones equal to the truth, are left out
    public static BlindTest of(
            List<Exchange> questions, List<String> truth, List<String> clone, long seed) {
        Random random = new Random(seed);
        List<Trial> trials = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            boolean first = random.nextBoolean();
            String real = truth.get(i).strip();
            String made = clone.get(i).strip();
            if (!made.isEmpty() && !made.equals(real)) {
                trials.add(
                        new Trial(
                                questions.get(i), first ? real : made, first ? made : real, first));
            }
        }
        return new BlindTest(trials);
    }

    public List<Trial> trials() {
        return trials;
    }

    /// Counts a guess.
    ///
    /// @param first whether the reply shown first is taken for the real one
    /// @return whether that is right
    public boolean guess(Trial trial, boolean first) {
        boolean found = trial.firstIsReal == first;
        answered++;
        right += found ? 1 : 0;
        return found;
    }

    public Result result() {
        return new Result(right, answered, Bootstrap.share(right, answered));
    }
}
