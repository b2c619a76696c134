package understudy.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import understudy.base.ExitCode;
import understudy.base.UserError;

/// Chooses the next token from the model's scores.
///
/// In the order of Hugging Face's generation and vLLM's: bias, repetition penalty, frequency and
/// presence penalty, temperature, top k, top p, min p.
final class Sampler {
    /// Chances that are nearly always enough to choose among, as shares of the likeliest's.
    private static final double LIKELY = 1e-4;

    /// Chances under this are none.
    private static final double LEAST = 1e-12;

    private final GenerateOptions options;
    private final SplittableRandom random;
    private final BitSet seen = new BitSet();
    private final Map<Integer, Integer> written = new HashMap<>();

    Sampler(GenerateOptions options) {
        this.options = options;
        this.random = new SplittableRandom(options.seed());
    }

    /// Tells of a token that stands in the prompt.
    void read(int id) {
        seen.set(id);
    }

    /// Tells of a token that was written.
    void wrote(int id) {
        seen.set(id);
        written.merge(id, 1, Integer::sum);
    }

    /// @param logits scores by token id; changed
    int choose(float[] logits) {
        options.logitBias().forEach((id, bias) -> add(logits, id, bias));
        penaliseSeen(logits);
        penaliseWritten(logits);
        if (options.temperature() == 0) {
            return likeliest(logits);
        }
        Candidates candidates = candidates(logits);
        return candidates.pick(random.nextDouble());
    }

    /// Keskar et al. 2019 (CTRL): a positive score is divided by the penalty, a negative one
    /// multiplied.
    private void penaliseSeen(float[] logits) {
        float penalty = (float) options.repetitionPenalty();
        if (penalty == 1) {
            return;
        }
        for (int id = seen.nextSetBit(0); id >= 0 && id < logits.length; ) {
            logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
            id = seen.nextSetBit(id + 1);
        }
    }

    /// OpenAI's two: what is taken off grows with every time the token was written, or is the same
    /// from the first time on.
    private void penaliseWritten(float[] logits) {
        if (options.frequencyPenalty() == 0 && options.presencePenalty() == 0) {
            return;
        }
        written.forEach((id, count) ->
                add(logits, id, -options.presencePenalty() - count * options.frequencyPenalty()));
    }

    private static void add(float[] logits, int id, double amount) {
        if (id >= 0 && id < logits.length) {
            logits[id] += (float) amount;
        }
    }

    /// Of equals the first; scores that are NaN are passed over.
    private static int likeliest(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[best] || Float.isNaN(logits[best])) {
                best = id;
            }
        }
        if (!Float.isFinite(logits[best])) {
            throw new UserError(
                    "the model's scores are no numbers",
                    null,
                    "train again with a lower rate, or fetch the base model again",
                    ExitCode.UNEXPECTED_STATE,
                    null);
        }
        return best;
    }

    /// Tokens with their chances, likeliest first.
    private record Candidates(int[] ids, double[] chances, int count) {
        int pick(double at) {
            double total = 0;
            for (int i = 0; i < count; i++) {
                total += chances[i];
            }
            double left = at * total;
            for (int i = 0; i < count; i++) {
                left -= chances[i];
                if (left < 0) {
                    return ids[i];
                }
            }
            return ids[0];
        }
    }

    private Candidates candidates(float[] logits) {
        double highest = logits[likeliest(logits)];
        double lowest = highest + Math.log(LEAST) * options.temperature();
        double[] chances = new double[logits.length];
        double total = 0;
        for (int id = 0; id < logits.length; id++) {
            if (!(logits[id] < lowest)) {
                chances[id] = Math.exp((logits[id] - highest) / options.temperature());
                total += chances[id];
            }
        }
        long[] order = ordered(chances, LIKELY, total);
        if (order.length == 0) {
            order = ordered(chances, LEAST, 0);
        }
        int count = order.length;
        if (options.topK() > 0) {
            count = Math.min(count, options.topK());
            total = 0;
            for (int i = 0; i < count; i++) {
                total += chances[(int) order[i]];
            }
        }
        return cut(order, chances, count, total);
    }

    /// Token ids in the low half of each number, likeliest first, of those that are likelier than
    /// `least`; sorting a whole vocabulary takes longer than a small model's step.
    ///
    /// @param total chance of all; where those found cannot be all that the options choose among,
    ///     nothing is returned
    private long[] ordered(double[] chances, double least, double total) {
        long[] order = new long[chances.length];
        int count = 0;
        double sum = 0;
        for (int id = 0; id < chances.length; id++) {
            double chance = chances[id];
            if (chance > least) {
                // ascending order of the key is descending chance, then ascending id
                long key = ~(long) Float.floatToIntBits((float) chance) << 32;
                order[count++] = key | id;
                sum += chance;
            }
        }
        boolean enough =
                options.topK() > 0 ? count >= options.topK() : sum >= options.topP() * total;
        if (total > 0 && !enough) {
            return new long[0];
        }
        Arrays.sort(order, 0, count);
        return Arrays.copyOf(order, count);
    }

    private Candidates cut(long[] order, double[] chances, int count, double total) {
        int[] ids = new int[count];
        double[] kept = new double[count];
        double sum = 0;
        double least = options.minP() * chances[(int) order[0]];
        int n = 0;
        while (n < count) {
            int id = (int) order[n];
            if (n > 0 && (sum >= options.topP() * total || chances[id] < least)) {
                break;
            }
            ids[n] = id;
            kept[n] = chances[id];
            sum += chances[id];
            n++;
        }
        return new Candidates(ids, kept, n);
    }
}
