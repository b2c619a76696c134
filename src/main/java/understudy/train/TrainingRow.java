package understudy.train;

import java.util.BitSet;

/// A conversation, or a part of one, to learn from.
///
/// @param ids     token ids, at least one
/// @param learned bit i: token i is learned, given those before it; the first token never is
/// @param weight  how often an epoch reads it in the mean, over 0; 1 for once
public record TrainingRow(int[] ids, BitSet learned, double weight) {
    public TrainingRow {
        if (ids.length == 0) {
            throw new IllegalArgumentException("a row without tokens");
        }
        if (learned.length() > ids.length) {
            throw new IllegalArgumentException(
                    "mask of " + learned.length() + " for " + ids.length + " tokens");
        }
        if (!(weight > 0) || weight > 1_000) {
            throw new IllegalArgumentException("a row that is read " + weight + " times");
        }
        learned = (BitSet) learned.clone();
        learned.clear(0);
    }

    /// A row that each epoch reads once.
    public TrainingRow(int[] ids, BitSet learned) {
        this(ids, learned, 1);
    }

    public int length() {
        return ids.length;
    }
}
