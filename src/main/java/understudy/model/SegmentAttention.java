package understudy.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// Causal attention inside each conversation of a row, written as batched multiplies.
///
/// Queries go in chunks against the keys up to their end, so that half of the square above the
/// diagonal is never computed. The G query heads of a key/value head are stacked as rows, so that
/// keys and values are not repeated. Letters: c queries of a chunk, n keys up to its end.
final class SegmentAttention {
    /// Queries a chunk; 256 measured as good as 128 and 512 on rows of 1,024.
    private static final int CHUNK = 256;

    private final int heads;
    private final int kvHeads;
    private final int group;
    private final int headSize;
    private final Scalar scale;
    private final Placement place;

    SegmentAttention(ModelConfig config, Placement place) {
        this.heads = config.heads();
        this.kvHeads = config.kvHeads();
        this.group = config.group();
        this.headSize = config.headSize();
        this.scale = Scopes.own(new Scalar(1 / Math.sqrt(headSize)));
        this.place = place;
    }

    private int keyColumn() {
        return heads * headSize;
    }

    private int valueColumn() {
        return (heads + kvHeads) * headSize;
    }

    /// @param qkv   `(T,(H+2K)·D)`, queries and keys turned by their position
    /// @param saved receives the attention weights of each chunk, in the caller's scope; null when
    ///              there is no backward pass
    /// @return `(T,H·D)` in the caller's scope
    Tensor forward(Tensor qkv, Row row, @Nullable List<Tensor> saved) {
        Tensor out = place.empty(row.length(), (long) heads * headSize);
        PointerScope callers = Scopes.current();
        for (int s = 0; s < row.starts().length; s++) {
            int start = row.starts()[s];
            int length = row.end(s) - start;
            try (PointerScope inner = new PointerScope()) {
                Tensor keys = keysOrValues(qkv, keyColumn(), start, length);
                Tensor values = keysOrValues(qkv, valueColumn(), start, length);
                for (int from = 0; from < length; from += CHUNK) {
                    int c = Math.min(CHUNK, length - from);
                    int n = from + c;
                    Tensor weights = weights(qkv, row, keys, start, from, c);
                    if (saved != null) {
                        callers.attach(weights);
                        saved.add(weights);
                    }
                    Tensor mixed = torch.bmm(weights, values.narrow(1, 0, n));
                    unstack(out.narrow(0, start + from, c), mixed, c);
                }
            }
        }
        return out;
    }

    /// Softmax of the scaled and masked scores, `(K,G·c,n)`.
    private Tensor weights(Tensor qkv, Row row, Tensor keys, int start, int from, int c) {
        int n = from + c;
        Tensor queries = stack(qkv.narrow(0, start + from, c), c).mul_(scale);
        Tensor scores = torch.bmm(queries, keys.narrow(1, 0, n).transpose(1, 2));
        scores.view(kvHeads, group, c, n).add_(row.causal().narrow(0, from, c).narrow(1, 0, n));
        return scores.softmax(-1);
    }

    /// @param rows `(c, ≥ H·D)`
    /// @return `(K,G·c,D)`, a copy
    private Tensor stack(Tensor rows, int c) {
        return rows.narrow(1, 0, (long) heads * headSize)
                .view(c, kvHeads, group, headSize)
                .permute(1, 2, 0, 3)
                .clone(CONTIGUOUS)
                .view(kvHeads, (long) group * c, headSize);
    }

    private void unstack(Tensor rows, Tensor stacked, int c) {
        rows.narrow(1, 0, (long) heads * headSize)
                .view(c, kvHeads, group, headSize)
                .copy_(stacked.view(kvHeads, group, c, headSize).permute(2, 0, 1, 3));
    }

    /// @return `(K,L,D)`, a copy
    private Tensor keysOrValues(Tensor qkv, int column, int start, int length) {
        return qkv.narrow(0, start, length)
                .narrow(1, column, (long) kvHeads * headSize)
                .view(length, kvHeads, headSize)
                .permute(1, 0, 2)
                .contiguous();
    }

    /// With weights P, output O = P·V and `δ = rowsum(dO∘O)`:
    /// `dV = Pᵀ·dO`, `dS = P∘(dO·Vᵀ − δ)`, `dQ = dS·K/√D`, `dK = dSᵀ·Q/√D`.
    ///
    /// @param dout  `(T,H·D)`
    /// @param out   from the forward pass
    /// @param saved from the forward pass, in its order
    /// @return `(T,(H+2K)·D)`, gradient of the turned queries, keys, and values
    Tensor backward(Tensor dout, Tensor qkv, Tensor out, Row row, List<Tensor> saved) {
        Tensor dqkv = place.empty(row.length(), (long) (heads + 2 * kvHeads) * headSize);
        List<Tensor> left = new ArrayList<>(saved);
        for (int s = 0; s < row.starts().length; s++) {
            int start = row.starts()[s];
            int length = row.end(s) - start;
            try (PointerScope inner = new PointerScope()) {
                Tensor keys = keysOrValues(qkv, keyColumn(), start, length);
                Tensor values = keysOrValues(qkv, valueColumn(), start, length);
                Tensor dkeys = place.zeros(kvHeads, length, headSize);
                Tensor dvalues = place.zeros(kvHeads, length, headSize);
                for (int from = 0; from < length; from += CHUNK) {
                    int c = Math.min(CHUNK, length - from);
                    int n = from + c;
                    Tensor weights = left.removeFirst();
                    Tensor queries = stack(qkv.narrow(0, start + from, c), c).mul_(scale);
                    Tensor dmixed = stack(dout.narrow(0, start + from, c), c);
                    Tensor delta =
                            stack(out.narrow(0, start + from, c), c)
                                    .mul_(dmixed)
                                    .sum(new long[] {-1}, true, KEEP_TYPE);
                    Tensor before = values.narrow(1, 0, n);
                    dvalues.narrow(1, 0, n).add_(torch.bmm(weights.transpose(1, 2), dmixed));
                    Tensor dscores =
                            torch.bmm(dmixed, before.transpose(1, 2)).sub_(delta).mul_(weights);
                    Tensor dqueries = torch.bmm(dscores, keys.narrow(1, 0, n)).mul_(scale);
                    unstack(dqkv.narrow(0, start + from, c), dqueries, c);
                    dkeys.narrow(1, 0, n).add_(torch.bmm(dscores.transpose(1, 2), queries));
                }
                put(dqkv, keyColumn(), start, dkeys);
                put(dqkv, valueColumn(), start, dvalues);
            }
        }
        return dqkv;
    }

    /// A copy even where the order already fits: it is scaled in place.
    private static final org.bytedeco.pytorch.MemoryFormatOptional CONTIGUOUS =
            Scopes.own(
                    new org.bytedeco.pytorch.MemoryFormatOptional(torch.MemoryFormat.Contiguous));

    private static final org.bytedeco.pytorch.ScalarTypeOptional KEEP_TYPE =
            Scopes.own(new org.bytedeco.pytorch.ScalarTypeOptional());

    private void put(Tensor dqkv, int column, int start, Tensor part) {
        long length = part.size(1);
        dqkv.narrow(0, start, length)
                .narrow(1, column, (long) kvHeads * headSize)
                .view(length, kvHeads, headSize)
                .copy_(part.permute(1, 0, 2));
    }

    /// Attention of `c` new tokens over everything in the cache, which already holds them.
    ///
    /// @param causal `(c,n)` mask, or null where every new token sees all
    /// @return `(c,H·D)` in the caller's scope
    Tensor cached(Tensor qkv, KvCache.Layer cache, int n, @Nullable Tensor causal) {
        int c = Math.toIntExact(qkv.size(0));
        Tensor out = place.empty(c, (long) heads * headSize);
        Scopes.run(() -> {
            Tensor queries = stack(qkv, c).mul_(scale);
            Tensor keys = cache.keys().narrow(1, 0, n);
            Tensor scores = torch.bmm(queries, keys.transpose(1, 2));
            if (causal != null) {
                scores.view(kvHeads, group, c, n).add_(causal);
            }
            Tensor mixed = torch.bmm(scores.softmax(-1), cache.values().narrow(1, 0, n));
            unstack(out, mixed, c);
        });
        return out;
    }

    void close() {
        scale.close();
    }

    /// Writes the keys and values of new tokens into the cache.
    void remember(Tensor qkv, KvCache.Layer cache, int past) {
        Scopes.run(() -> {
            int c = Math.toIntExact(qkv.size(0));
            cache.keys().narrow(1, past, c).copy_(keysOrValues(qkv, keyColumn(), 0, c));
            cache.values().narrow(1, past, c).copy_(keysOrValues(qkv, valueColumn(), 0, c));
        });
    }
}
