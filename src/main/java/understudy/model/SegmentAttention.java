package understudy.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.tensor.Kernels;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// Causal attention inside each conversation of a row, written as batched multiplies.
///
/// Queries go in chunks against the keys up to their end, so that half of the square above the
/// diagonal is never computed. The G query heads of a key/value head are stacked as rows, so that
/// keys and values are not repeated. Sizes are padded to multiples of [#STEP]: oneDNN keeps what
/// it compiled for every shape it has met, and no two conversations are equally long. What is
/// padded comes later than every true token, so the causal mask already hides it.
/// Letters: c queries of a chunk, n keys up to its end, both padded; C queries without padding.
final class SegmentAttention {
    /// Queries a chunk; 256 measured as good as 128 and 512 on rows of 1,024.
    private static final int CHUNK = 256;

    /// Divides [#CHUNK].
    static final int STEP = 32;

    /// Scores of new tokens with those in the cache that exist at once, if more than one head's.
    private static final long MOST_SCORES = 1 << 23;

    private final int heads;
    private final int kvHeads;
    private final int group;
    private final int headSize;
    private final Scalar scale;
    private final Placement place;
    private final double factor;
    private final int window;
    private final @Nullable Kernels kernels;

    /// @param window latest tokens that a token sees; 0 for all
    SegmentAttention(ModelConfig config, int window, Placement place) {
        this.heads = config.heads();
        this.kvHeads = config.kvHeads();
        this.group = config.group();
        this.headSize = config.headSize();
        this.factor = 1 / Math.sqrt(config.queryScalar());
        this.window = window;
        this.scale = Scopes.own(new Scalar(factor));
        this.place = place;
        this.kernels = Kernels.of(place, STEP);
    }

    private int keyColumn() {
        return heads * headSize;
    }

    private int valueColumn() {
        return (heads + kvHeads) * headSize;
    }

    /// @param qkv   `(T,(H+2K)·D)`, queries and keys turned by their position
    /// @param causal gives `(L,L)`, see [Sight]
    /// @param saved receives the attention weights of each chunk, in the caller's scope; null when
    ///              there is no backward pass
    /// @return `(T,H·D)` in the caller's scope
    Tensor forward(Tensor qkv, Row row, Supplier<Tensor> causal, @Nullable List<Tensor> saved) {
        Tensor out = place.empty(row.length(), (long) heads * headSize);
        if (kernels != null && kernels.attends(headSize)) {
            Tensor sums = place.empty(torch.ScalarType.Float, row.length(), heads);
            kernels.attention(qkv, heads(row), out, sums);
            if (saved != null) {
                saved.add(sums);
            }
            return out;
        }
        PointerScope callers = Scopes.current();
        for (int s = 0; s < row.starts().length; s++) {
            int start = row.starts()[s];
            int length = row.end(s) - start;
            try (PointerScope inner = new PointerScope()) {
                Tensor keys = keysOrValues(qkv, keyColumn(), start, length);
                Tensor values = keysOrValues(qkv, valueColumn(), start, length);
                for (int from = 0; from < length; from += CHUNK) {
                    int count = Math.min(CHUNK, length - from);
                    int n = from + padded(count);
                    Tensor weights = weights(qkv, causal, keys, start, from, count);
                    if (saved != null) {
                        callers.attach(weights);
                        saved.add(weights);
                    }
                    Tensor mixed = torch.bmm(weights, values.narrow(1, 0, n));
                    unstack(out.narrow(0, start + from, count), mixed, count);
                }
            }
        }
        return out;
    }

    /// `count` or the next multiple of [#STEP].
    static int padded(int count) {
        return (count + STEP - 1) / STEP * STEP;
    }

    /// Softmax of the scaled and masked scores, `(K,G·c,n)`.
    private Tensor weights(
            Tensor qkv, Supplier<Tensor> causal, Tensor keys, int start, int from, int count) {
        int c = padded(count);
        int n = from + c;
        Tensor queries = stack(qkv.narrow(0, start + from, count), count);
        Tensor scores = torch.bmm(queries, keys.narrow(1, 0, n).transpose(1, 2));
        if (kernels != null) {
            kernels.softmax(scores, c, from, window, factor);
            return scores;
        }
        scores.mul_(scale);
        scores.view(kvHeads, group, c, n).add_(causal.get().narrow(0, from, c).narrow(1, 0, n));
        return scores.softmax(-1);
    }

    /// @param rows `(C, ≥ H·D)`
    /// @return `(K,G·c,D)`, a copy with zeros behind the C queries of each head
    private Tensor stack(Tensor rows, int count) {
        int c = padded(count);
        Tensor heads =
                rows.narrow(1, 0, (long) this.heads * headSize)
                        .view(count, kvHeads, group, headSize)
                        .permute(1, 2, 0, 3);
        Tensor stacked =
                c == count
                        ? place.empty(kvHeads, group, c, headSize)
                        : place.zeros(kvHeads, group, c, headSize);
        stacked.narrow(2, 0, count).copy_(heads);
        return stacked.view(kvHeads, (long) group * c, headSize);
    }

    private void unstack(Tensor rows, Tensor stacked, int count) {
        rows.narrow(1, 0, (long) heads * headSize)
                .view(count, kvHeads, group, headSize)
                .copy_(
                        stacked.view(kvHeads, group, padded(count), headSize)
                                .narrow(2, 0, count)
                                .permute(2, 0, 1, 3));
    }

    /// @return `(K,L,D)` with L padded, a copy with zeros behind
    private Tensor keysOrValues(Tensor qkv, int column, int start, int length) {
        int longer = padded(length);
        Tensor copy =
                longer == length
                        ? place.empty(kvHeads, longer, headSize)
                        : place.zeros(kvHeads, longer, headSize);
        copy.narrow(1, 0, length).copy_(heads(qkv.narrow(0, start, length), column));
        return copy;
    }

    /// Keys or values of some rows, `(K,C,D)`, a view.
    private Tensor heads(Tensor rows, int column) {
        return rows.narrow(1, column, (long) kvHeads * headSize)
                .view(rows.size(0), kvHeads, headSize)
                .permute(1, 0, 2);
    }

    /// With weights P and the scale s of the scores, 1/√D in most families: `dV = Pᵀ·dO`,
    /// `dP = dO·Vᵀ`, `dS = s·P∘(dP − rowsum(P∘dP))`, `dQ = dS·K`, `dK = dSᵀ·Q`.
    ///
    /// @param dout  `(T,H·D)`
    /// @param saved from the forward pass, in its order
    /// @return `(T,(H+2K)·D)`, gradient of the turned queries, keys, and values
    Tensor backward(Tensor dout, Tensor qkv, Row row, List<Tensor> saved) {
        Tensor dqkv = place.empty(row.length(), (long) (heads + 2 * kvHeads) * headSize);
        if (kernels != null && kernels.attends(headSize)) {
            Kernels.Heads what = heads(row);
            int shares = kernels.shares(what, row.length());
            Tensor parts =
                    shares == 0
                            ? null
                            : place.empty(
                                    torch.ScalarType.Float,
                                    2L * row.length(),
                                    (long) shares * headSize);
            kernels.attentionBack(qkv, what, saved.getFirst(), dout, dqkv, parts);
            return dqkv;
        }
        List<Tensor> left = new ArrayList<>(saved);
        for (int s = 0; s < row.starts().length; s++) {
            int start = row.starts()[s];
            int length = row.end(s) - start;
            try (PointerScope inner = new PointerScope()) {
                Tensor keys = keysOrValues(qkv, keyColumn(), start, length);
                Tensor values = keysOrValues(qkv, valueColumn(), start, length);
                Tensor dkeys = place.zeros(kvHeads, padded(length), headSize);
                Tensor dvalues = place.zeros(kvHeads, padded(length), headSize);
                for (int from = 0; from < length; from += CHUNK) {
                    int count = Math.min(CHUNK, length - from);
                    int n = from + padded(count);
                    int at = start + from;
                    Tensor weights = left.removeFirst();
                    Tensor queries = stack(qkv.narrow(0, at, count), count);
                    Tensor dmixed = stack(dout.narrow(0, at, count), count);
                    Tensor before = values.narrow(1, 0, n);
                    dvalues.narrow(1, 0, n).add_(torch.bmm(weights.transpose(1, 2), dmixed));
                    Tensor dscores = slopes(weights, torch.bmm(dmixed, before.transpose(1, 2)));
                    Tensor dqueries = torch.bmm(dscores, keys.narrow(1, 0, n));
                    unstack(dqkv.narrow(0, at, count), dqueries, count);
                    dkeys.narrow(1, 0, n).add_(torch.bmm(dscores.transpose(1, 2), queries));
                }
                put(dqkv, keyColumn(), start, dkeys.narrow(1, 0, length));
                put(dqkv, valueColumn(), start, dvalues.narrow(1, 0, length));
            }
        }
        return dqkv;
    }

    /// @param dweights dP, overwritten
    /// @return dS
    private Tensor slopes(Tensor weights, Tensor dweights) {
        if (kernels != null) {
            kernels.softmaxBack(weights, dweights, factor);
            return dweights;
        }
        Tensor sums = weights.mul(dweights).sum(new long[] {-1}, true, KEEP_TYPE);
        return dweights.sub_(sums).mul_(weights).mul_(scale);
    }

    private static final org.bytedeco.pytorch.ScalarTypeOptional KEEP_TYPE =
            Scopes.own(new org.bytedeco.pytorch.ScalarTypeOptional());

    private Kernels.Heads heads(Row row) {
        return new Kernels.Heads(row.starts(), heads, kvHeads, headSize, window, factor);
    }

    private void put(Tensor dqkv, int column, int start, Tensor part) {
        heads(dqkv.narrow(0, start, part.size(1)), column).copy_(part);
    }

    /// Attention of C new tokens over everything in the cache, which already holds them.
    ///
    /// @param causal `(C,n)`: minus infinity where a token does not see another, among them what
    ///               lies in the cache behind the last one
    /// @return `(C,H·D)` in the caller's scope
    Tensor cached(Tensor qkv, KvCache.Layer cache, Tensor causal) {
        int count = Math.toIntExact(qkv.size(0));
        int n = Math.toIntExact(causal.size(1));
        Tensor out = place.empty(count, (long) heads * headSize);
        Scopes.run(() -> {
            // one new token needs no padding: its shape is the same every time
            Tensor queries = count == 1 ? single(qkv) : stack(qkv, count).mul_(scale);
            Tensor keys = cache.keys().narrow(1, 0, n);
            Tensor values = cache.values().narrow(1, 0, n);
            int some = Math.clamp(MOST_SCORES / (queries.size(1) * n), 1, kvHeads);
            for (int from = 0; from < kvHeads; from += some) {
                int first = from;
                int heads = Math.min(some, kvHeads - from);
                Scopes.run(() ->
                        mix(
                                queries.narrow(0, first, heads),
                                keys.narrow(0, first, heads),
                                values.narrow(0, first, heads),
                                causal));
            }
            if (count == 1) {
                out.view(kvHeads, group, headSize).copy_(queries);
            } else {
                unstack(out, queries, count);
            }
        });
        return out;
    }

    /// Attention of some heads.
    ///
    /// @param queries `(k,G·c,D)`, scaled; what comes of them takes their place
    /// @param keys    `(k,n,D)`
    /// @param values  `(k,n,D)`
    /// @param causal  `(C,n)`
    private void mix(Tensor queries, Tensor keys, Tensor values, Tensor causal) {
        Tensor scores = torch.bmm(queries, keys.transpose(1, 2));
        scores.view(keys.size(0), group, queries.size(1) / group, keys.size(1))
                .narrow(2, 0, causal.size(0))
                .add_(causal);
        queries.copy_(torch.bmm(scores.softmax(-1), values));
    }

    private Tensor single(Tensor qkv) {
        return qkv.narrow(1, 0, (long) heads * headSize).view(kvHeads, group, headSize).mul(scale);
    }

    void close() {
        scale.close();
    }

    /// Writes the keys and values of new tokens into the cache.
    void remember(Tensor qkv, KvCache.Layer cache, int past) {
        Scopes.run(() -> {
            int c = Math.toIntExact(qkv.size(0));
            cache.keys().narrow(1, past, c).copy_(heads(qkv, keyColumn()));
            cache.values().narrow(1, past, c).copy_(heads(qkv, valueColumn()));
        });
    }
}
