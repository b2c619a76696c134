package understudy.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import understudy.model.RowPass.PackedRow;

/// How well a model foresees given tokens, without learning from them.
public final class Scorer {
    /// Tokens worked on at once; a longer text goes alone.
    private static final int ROW = 1024;

    private final RowPass pass;

    public Scorer(LanguageModel model) {
        this.pass = new RowPass(model, false);
    }

    /// A text and the tokens of it that count.
    ///
    /// @param scored bit i: the loss of token i, given those before it, counts; the first token's
    ///               never does, since nothing precedes it
    public record Scored(int[] ids, BitSet scored) {}

    /// What a model made of a text's scored tokens, in their order.
    ///
    /// @param losses    nats each
    /// @param likeliest whether it was the token the model found likeliest, given the true ones
    ///     before it
    public record Foreseen(float[] losses, boolean[] likeliest) {
        public double nats() {
            double sum = 0;
            for (float loss : losses) {
                sum += loss;
            }
            return sum;
        }
    }

    /// @return of each text the summed loss of its scored tokens, nats
    public double[] nats(List<Scored> texts) {
        double[] sums = new double[texts.size()];
        rows(
                texts,
                (row, packed) -> {
                    float[] losses = pass.score(packed);
                    int next = 0;
                    for (int i : row) {
                        int count = scored(texts.get(i)).cardinality();
                        for (int j = 0; j < count; j++) {
                            sums[i] += losses[next++];
                        }
                    }
                });
        return sums;
    }

    /// @return of each text what the model made of each scored token
    public List<Foreseen> foreseen(List<Scored> texts) {
        Foreseen[] all = new Foreseen[texts.size()];
        rows(
                texts,
                (row, packed) -> {
                    boolean[] likeliest = new boolean[packed.scored().cardinality()];
                    float[] losses = pass.score(packed, likeliest);
                    int next = 0;
                    for (int i : row) {
                        int end = next + scored(texts.get(i)).cardinality();
                        all[i] =
                                new Foreseen(
                                        Arrays.copyOfRange(losses, next, end),
                                        Arrays.copyOfRange(likeliest, next, end));
                        next = end;
                    }
                });
        return List.of(all);
    }

    /// Takes the texts of one row.
    private interface Taker {
        void take(List<Integer> row, PackedRow packed);
    }

    private static void rows(List<Scored> texts, Taker taker) {
        List<Integer> row = new ArrayList<>();
        int length = 0;
        for (int i = 0; i < texts.size(); i++) {
            int size = texts.get(i).ids.length;
            if (!row.isEmpty() && length + size > ROW) {
                taker.take(row, packed(texts, row));
                row.clear();
                length = 0;
            }
            row.add(i);
            length += size;
        }
        if (!row.isEmpty()) {
            taker.take(row, packed(texts, row));
        }
    }

    private static BitSet scored(Scored text) {
        return text.scored.get(1, Math.max(1, text.ids.length));
    }

    private static PackedRow packed(List<Scored> texts, List<Integer> row) {
        int length = row.stream().mapToInt(i -> texts.get(i).ids.length).sum();
        int[] ids = new int[length];
        int[] starts = new int[row.size()];
        BitSet scored = new BitSet(length);
        int at = 0;
        for (int n = 0; n < row.size(); n++) {
            Scored text = texts.get(row.get(n));
            starts[n] = at;
            System.arraycopy(text.ids, 0, ids, at, text.ids.length);
            for (int j = text.scored.nextSetBit(1); j >= 0; j = text.scored.nextSetBit(j + 1)) {
                scored.set(at + j);
            }
            at += text.ids.length;
        }
        return new PackedRow(ids, starts, scored);
    }
}
