package understudy.tensor;

import java.util.Arrays;

/// A few vectors that are multiplied by the same matrices, one for each text that is written.
///
/// Holds them again in the order of pairs, and the sums of their groups, where a matrix asks for
/// it; made once for all matrices. Not for use by several threads while it is filled.
public final class Activations {
    private final int columns;
    private final float[] plain;
    private final float[] paired;
    private final float[] groupSums;
    private final int groups; // a vector, rounded up to whole lanes
    private final float[] partial;

    /// @param most vectors at most
    public Activations(int most, int columns) {
        this.columns = columns;
        this.plain = new float[most * columns];
        this.paired = new float[most * columns];
        this.groups = (columns / 32 + 15) / 16 * 16;
        this.groupSums = new float[most * groups];
        this.partial = new float[groups * 16];
    }

    /// The vectors, one behind the other; call [#filled] after a change.
    public float[] values() {
        return plain;
    }

    public int columns() {
        return columns;
    }

    /// Makes the other forms of the first `count` vectors anew.
    public void filled(int count) {
        if (!RowBlock.vectors(columns)) {
            return;
        }
        for (int i = 0; i < count; i++) {
            DotVectors.pair(plain, i * columns, paired, i * columns, columns);
            DotVectors.groups(paired, i * columns, columns, partial);
            DotVectors.collapse(partial, groups);
            System.arraycopy(partial, 0, groupSums, i * groups, groups);
            Arrays.fill(groupSums, i * groups + columns / 32, (i + 1) * groups, 0f);
        }
    }

    float[] paired() {
        return paired;
    }

    float[] groupSums() {
        return groupSums;
    }

    /// How far apart the sums of two vectors are; a multiple of every vector's width.
    int groups() {
        return groups;
    }
}
