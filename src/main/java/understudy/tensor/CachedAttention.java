package understudy.tensor;

import java.util.Arrays;
import java.util.List;

/// Attention of one new token over a stretch of what is cached of its text, for one key/value head:
/// `softmax(q·Kᵀ)·V`, in f32 whatever the cache is held in.
///
/// Stretches are as long whatever else is done, so that a text does not depend on it; [#join] puts
/// them together. Holds the memory that a thread works in, and the result; not for use by several.
public final class CachedAttention {
    /// Tokens of a stretch.
    public static final int STRETCH = 256;

    private static final int ALIGNED = 16;

    private final int group;
    private final int headSize;
    private final boolean half;
    private final Activations queries;
    private final RowBlock.Scratch scratch;
    private final float[] mixed;
    private final float[] weights;
    private final float[] greatest; // by query head
    private final float[] sums; // of e to the power of what a score is below the greatest

    /// @param group    query heads of the key/value head
    /// @param half     whether the cache is in bfloat16, else f32
    public CachedAttention(int group, int headSize, boolean half) {
        this.group = group;
        this.headSize = headSize;
        this.half = half;
        this.queries = new Activations((group + 3) / 4 * 4, headSize);
        this.scratch = new RowBlock.Scratch((group + 3) / 4 * 4);
        this.mixed = new float[(group + 3) * headSize];
        this.weights = new float[(group + 3) * (STRETCH + ALIGNED)];
        this.greatest = new float[group];
        this.sums = new float[group];
    }

    /// @param keys   address of the head's keys, `(tokens, D)`
    /// @param values address of its values, `(tokens, D)`
    /// @param from   first token that is seen
    /// @param to     behind the last; [#STRETCH] tokens at most
    /// @param q      the scaled queries, `group` times D
    public void run(long keys, long values, int from, int to, float[] q, int at) {
        System.arraycopy(q, at, queries.values(), 0, group * headSize);
        queries.filled(group);
        int begin = from / ALIGNED * ALIGNED;
        int count = (to - begin + ALIGNED - 1) / ALIGNED * ALIGNED;
        float[] w = weights;
        Arrays.fill(w, 0, group * count, Float.NEGATIVE_INFINITY);
        // sums are made of four query heads at a time
        Arrays.fill(w, group * count, (group + 3) / 4 * 4 * count, 0f);
        if (half && group > 1 && RowBlock.vectors(headSize)) {
            queries.filled(queries.values().length / headSize);
            queries.prepare(Activations.Form.PAIRED);
            for (int head = 0; head < group; head += 4) {
                scores(keys, from, to, head, w, head * count - begin, count);
            }
        } else {
            RowBlock block = new FloatBlock(keys, to, headSize, half);
            block.prepare(queries);
            block.multiply(
                    queries,
                    0,
                    group,
                    from,
                    to,
                    scratch,
                    (row, rows, head, products, i) ->
                            System.arraycopy(products, i, w, head * count + row - begin, rows));
        }
        for (int head = 0; head < group; head++) {
            greatest[head] = RowOps.greatest(w, head * count, count);
            sums[head] = RowOps.exponents(w, head * count, count, greatest[head]);
        }
        mix(values + (long) begin * headSize * (half ? 2 : 4), to - begin, count);
    }

    /// Scores of four heads from `head` on, or of those that are left.
    ///
    /// @param place where the first head's score of the text's first token would be
    /// @param apart of two heads' scores
    private void scores(
            long keys, int from, int to, int head, float[] scores, int place, int apart) {
        float[] q = queries.in(Activations.Form.PAIRED);
        float[] sums = scratch.sums();
        int heads = Math.min(4, group - head);
        for (int token = from; token < to; token += RowBlock.TILE) {
            int count = Math.min(RowBlock.TILE, to - token);
            KeyVectors.four(
                    keys + 2L * headSize * token, count, headSize, q, head * headSize, sums);
            DotVectors.collapse(sums, heads * RowBlock.TILE);
            for (int i = 0; i < heads; i++) {
                System.arraycopy(sums, i * RowBlock.TILE, scores, place + i * apart + token, count);
            }
        }
    }

    /// Puts the stretches of a token and head together.
    ///
    /// @param parts in their order
    /// @param out   receives `group` times D numbers, from `place` on
    public static void join(List<CachedAttention> parts, float[] out, int place) {
        CachedAttention first = parts.getFirst();
        int size = first.headSize;
        for (int head = 0; head < first.group; head++) {
            float most = Float.NEGATIVE_INFINITY;
            for (CachedAttention part : parts) {
                most = Math.max(most, part.greatest[head]);
            }
            int to = place + head * size;
            Arrays.fill(out, to, to + size, 0f);
            float sum = 0;
            for (CachedAttention part : parts) {
                float weight = (float) Math.exp(part.greatest[head] - most);
                sum += weight * part.sums[head];
                for (int i = 0; i < size; i++) {
                    out[to + i] += weight * part.mixed[head * size + i];
                }
            }
            for (int i = 0; i < size; i++) {
                out[to + i] /= sum;
            }
        }
    }

    private void mix(long values, int seen, int gap) {
        int whole = half ? 32 : 16;
        if (!RowBlock.vectors(headSize) || headSize % whole != 0) {
            mixPlain(values, seen, gap);
            return;
        }
        boolean two = headSize % (4 * Lanes.WIDTH) == 0;
        for (int head = 0; head < group; head += two ? 2 : 1) {
            int at = head * headSize;
            int from = head * gap;
            if (half && two) {
                MixVectors.halves2(values, headSize, seen, weights, from, gap, mixed, at);
            } else if (half) {
                MixVectors.halves1(values, headSize, seen, weights, from, mixed, at);
            } else if (two) {
                MixVectors.floats2(values, headSize, seen, weights, from, gap, mixed, at);
            } else {
                MixVectors.floats1(values, headSize, seen, weights, from, mixed, at);
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
