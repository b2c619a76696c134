package understudy.model;

import java.util.ArrayList;
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

    /// @return of each text the summed loss of its scored tokens, nats
    public double[] nats(List<Scored> texts) {
        double[] sums = new double[texts.size()];
        List<Integer> row = new ArrayList<>();
        int length = 0;
        for (int i = 0; i < texts.size(); i++) {
            int size = texts.get(i).ids.length;
            if (!row.isEmpty() && length + size > ROW) {
                score(texts, row, sums);
                row.clear();
                length = 0;
            }
            row.add(i);
            length += size;
        }
        if (!row.isEmpty()) {
            score(texts, row, sums);
        }
        return sums;
    }

    private void score(List<Scored> texts, List<Integer> row, double[] sums) {
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
        float[] losses = pass.score(new PackedRow(ids, starts, scored));
        int next = 0;
        for (int i : row) {
            int count = texts.get(i).scored.get(1, texts.get(i).ids.length).cardinality();
            for (int j = 0; j < count; j++) {
                sums[i] += losses[next++];
            }
        }
    }
}
