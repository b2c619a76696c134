package understudy.text;

import java.util.BitSet;

/// A stretch of conversation as the model reads it.
///
/// @param ids token ids, at most the row length
/// @param own bit i set: token i belongs to the text of an own turn or is its end mark, and
///     nothing else; what is learned follows from it and the recipe
public record TokenRow(int[] ids, BitSet own) {
    public TokenRow {
        if (own.length() > ids.length) {
            throw new IllegalArgumentException(
                    "mask of " + own.length() + " tokens for a row of " + ids.length);
        }
    }

    public int length() {
        return ids.length;
    }

    /// A mask of every token: what the recipe `seed` learns.
    public BitSet everything() {
        BitSet all = new BitSet(ids.length);
        all.set(0, ids.length);
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenRow(int[] otherIds, BitSet otherOwn)
                && java.util.Arrays.equals(ids, otherIds)
                && own.equals(otherOwn);
    }

    @Override
    public int hashCode() {
        return 31 * java.util.Arrays.hashCode(ids) + own.hashCode();
    }
}
