package understudy.tensor;

import java.util.Arrays;

/// Attention of one new token over what is cached of its text, one key/value head at a time:
/// `softmax(q·Kᵀ)·V`, in f32 whatever the cache is held in.
///
/// Holds the memory that a thread works in; not for use by several.
public final class CachedAttention {
    private static final int ALIGNED = 16;

    private final int group;
    private final int headSize;
    private final boolean half;
    private final Activations queries;
    private final RowBlock.Scratch scratch;
    private final float[] mixed;
    private float[] weights = new float[0];

    /// @param group    query heads of the key/value head
    /// @param half     whether the cache is in bfloat16, else f32
    public CachedAttention(int group, int headSize, boolean half) {
        this.group = group;
        this.headSize = headSize;
        this.half = half;
        this.queries = new Activations(group, headSize);
        this.scratch = new RowBlock.Scratch(group);
        this.mixed = new float[(group + 3) * headSize];
    }

    /// @param keys   address of the head's keys, `(tokens, D)`
    /// @param values address of its values, `(tokens, D)`
    /// @param from   first token that is seen
    /// @param to     behind the last
    /// @param q      the scaled queries, `group` times D
    /// @param out    receives as many numbers, from `place` on
    public void run(
            long keys, long values, int from, int to, float[] q, int at, float[] out, int place) {
        System.arraycopy(q, at, queries.values(), 0, group * headSize);
        queries.filled(group);
        int begin = from / ALIGNED * ALIGNED;
        int count = (to - begin + ALIGNED - 1) / ALIGNED * ALIGNED;
        int padded = (group + 3) / 4 * 4; // sums are made four at a time
        if (weights.length < padded * count) {
            weights = new float[padded * (count + 16 * ALIGNED)];
        }
        float[] w = weights;
        Arrays.fill(w, 0, group * count, Float.NEGATIVE_INFINITY);
        Arrays.fill(w, group * count, padded * count, 0f);
        new FloatBlock(keys, to, headSize, half)
                .multiply(
                        queries,
                        0,
                        group,
                        from,
                        to,
                        scratch,
                        (row, rows, head, sums, i) ->
                                System.arraycopy(sums, i, w, head * count + row - begin, rows));
        for (int head = 0; head < group; head++) {
            RowOps.softmax(w, head * count, count);
        }
        mix(values + (long) begin * headSize * (half ? 2 : 4), to - begin, count);
        System.arraycopy(mixed, 0, out, place, group * headSize);
    }

    private void mix(long values, int seen, int gap) {
        int whole = half ? 32 : 16;
        if (!RowBlock.vectors(headSize) || headSize % whole != 0) {
            mixPlain(values, seen, gap);
            return;
        }
        for (int head = 0; head < group; head += 4) {
            int at = head * headSize;
            int from = head * gap;
            if (group - head == 1) {
                if (half) {
                    MixVectors.halves1(values, headSize, seen, weights, from, mixed, at);
                } else {
                    MixVectors.floats1(values, headSize, seen, weights, from, mixed, at);
                }
            } else if (half) {
                MixVectors.halves4(values, headSize, seen, weights, from, gap, mixed, at);
            } else {
                MixVectors.floats4(values, headSize, seen, weights, from, gap, mixed, at);
            }
        }
        if (half) {
            RowOps.unpair(mixed, group * headSize);
        }
    }

    private void mixPlain(long values, int seen, int gap) {
        Arrays.fill(mixed, 0f);
        float[] row = new float[headSize];
        FloatBlock block = new FloatBlock(values, seen, headSize, half);
        for (int t = 0; t < seen; t++) {
            if (weights[t] == 0 && allZero(t, gap)) {
                continue; // not seen, and perhaps never written
            }
            block.readPlain(t, row, 0);
            for (int head = 0; head < group; head++) {
                float weight = weights[head * gap + t];
                for (int i = 0; i < headSize; i++) {
                    mixed[head * headSize + i] += weight * row[i];
                }
            }
        }
    }

    private boolean allZero(int t, int gap) {
        for (int head = 0; head < group; head++) {
            if (weights[head * gap + t] != 0) {
                return false;
            }
        }
        return true;
    }
}
