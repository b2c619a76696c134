package understudy.train;

import java.util.BitSet;

/// A conversation, or a part of one, to learn from.
///
/// @param ids     token ids, at least one
/// @param learned bit i: token i is learned, given those before it; the first token never is
public record TrainingRow(int[] ids, BitSet learned) {
    public TrainingRow {
        if (ids.length == 0) {
            throw new IllegalArgumentException("a row without tokens");
        }
        if (learned.length() > ids.length) {
            throw new IllegalArgumentException(
                    "mask of " + learned.length() + " for " + ids.length + " tokens");
        }
        learned = (BitSet) learned.clone();
        learned.clear(0);
    }

    public int length() {
        return ids.length;
    }
}
