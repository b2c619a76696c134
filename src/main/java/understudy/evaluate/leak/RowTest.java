package understudy.evaluate.leak;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import understudy.dataset.DatasetRow;
import understudy.model.Scorer;
import understudy.text.Tokenizer;

/// Reads conversations as the model does, token by token: how well their own turns are foreseen,
/// and which passages the model would have written word by word.
final class RowTest {
    /// A passage: so many tokens in a row of one turn.
    static final int PASSAGE = 20;

    /// What stands before a passage at least.
    private static final int PREFIX = 50;

    /// Own turns with fewer tokens say too little each.
    private static final int LEAST_TOKENS = 4;

    private RowTest() {}

    /// @param passages looked at, none overlapping another
    /// @param repeated those whose every token was the likeliest one, given what stands before
    record Passages(int passages, int repeated) {
        Passages plus(Passages other) {
            return new Passages(passages + other.passages, repeated + other.repeated);
        }
    }

    /// @param losses mean loss of each own turn, nats a token, by conversation
    /// @param own    passages of own turns
    /// @param others passages of the other side, which are read and never learned
    record Outcome(List<double[]> losses, Passages own, Passages others) {
        int turns() {
            return losses.stream().mapToInt(l -> l.length).sum();
        }
    }

    /// Rows in random order until they have so many tokens.
    static List<DatasetRow> sample(List<DatasetRow> rows, int tokens, long seed) {
        List<DatasetRow> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, new Random(seed));
        List<DatasetRow> chosen = new ArrayList<>();
        int sum = 0;
        for (DatasetRow row : shuffled) {
            if (sum >= tokens) {
                break;
            }
            chosen.add(row);
            sum += row.tokens().length();
        }
        return chosen;
    }

    static Outcome run(Scorer scorer, List<DatasetRow> rows, Tokenizer tokenizer) {
        List<Scorer.Scored> texts = new ArrayList<>();
        for (DatasetRow row : rows) {
            texts.add(new Scorer.Scored(row.tokens().ids(), row.tokens().everything()));
        }
        List<Scorer.Foreseen> foreseen = scorer.foreseen(texts);
        List<double[]> losses = new ArrayList<>();
        Passages own = new Passages(0, 0);
        Passages others = new Passages(0, 0);
        for (int i = 0; i < rows.size(); i++) {
            int[] ids = rows.get(i).tokens().ids();
            BitSet mine = rows.get(i).tokens().own();
            losses.add(turns(mine, foreseen.get(i).losses()));
            BitSet control = new BitSet();
            for (int t = 0; t < ids.length; t++) {
                control.set(t, tokenizer.isControl(ids[t]));
            }
            boolean[] likeliest = foreseen.get(i).likeliest();
            own = own.plus(passages(mine, control, true, likeliest));
            others = others.plus(passages(mine, control, false, likeliest));
        }
        return new Outcome(losses, own, others);
    }

    /// Mean loss of each own turn; `losses[t - 1]` is that of token t.
    private static double[] turns(BitSet own, float[] losses) {
        List<Double> means = new ArrayList<>();
        for (int start = own.nextSetBit(1); start >= 0; ) {
            int end = own.nextClearBit(start);
            double sum = 0;
            for (int t = start; t < end; t++) {
                sum += losses[t - 1];
            }
            if (end - start >= LEAST_TOKENS) {
                means.add(sum / (end - start));
            }
            start = own.nextSetBit(end);
        }
        return means.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Passages passages(
            BitSet own, BitSet control, boolean mine, boolean[] likeliest) {
        int passages = 0;
        int repeated = 0;
        int run = 0;
        int hits = 0;
        for (int t = PREFIX; t <= likeliest.length; t++) {
            if (own.get(t) != mine || control.get(t)) {
                run = 0;
                hits = 0;
                continue;
            }
            run++;
            hits += likeliest[t - 1] ? 1 : 0;
            if (run == PASSAGE) {
                passages++;
                repeated += hits == PASSAGE ? 1 : 0;
                run = 0;
                hits = 0;
            }
        }
        return new Passages(passages, repeated);
    }
}
