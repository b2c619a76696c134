package understudy.tensor;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// What a training step does between its big multiplies, each in one pass over memory where
/// libtorch needs several: written with the Vector API, on as many threads as libtorch uses.
///
/// Sizes along a row must be multiples of the vector's width; [#of] says so, and callers have the
/// same in libtorch's operations for what does not fit and for GPUs. All tensors are contiguous,
/// in the compute type unless said otherwise.
///
/// This class itself names no vectors, so that it loads where there are none.
public final class Kernels {
    /// So many pieces of work a thread, as large as the largest one, are enough.
    private static final int PIECES = 4;

    private static final AtomicLong CALLS = new AtomicLong();

    private final RowCodec codec;

    private Kernels(RowCodec codec) {
        this.codec = codec;
    }

    /// Whether this machine and these row lengths can use kernels.
    private static boolean fit(Placement place, int... sizes) {
        if (!place.device().is_cpu() || !VectorApi.available()) {
            return false;
        }
        for (int size : sizes) {
            if (size % RowCodec.WIDTH != 0) {
                return false;
            }
        }
        return true;
    }

    /// The kernels for rows of these lengths.
    ///
    /// @return null where this machine or one of the lengths cannot use them
    public static @Nullable Kernels of(Placement place, int... sizes) {
        return fit(place, sizes) ? new Kernels(RowCodec.of(place.type())) : null;
    }

    /// Root mean square norm: `y = w · x / sqrt(mean(x²) + ε)`.
    ///
    /// @param x       `(T,d)`
    /// @param weight  `(d)`
    /// @param y       `(T,d)`, written
    /// @param inverse `(T,1)` in f32, written: `1/sqrt(mean(x²) + ε)`
    public void norm(Tensor x, Tensor weight, Tensor y, Tensor inverse, double epsilon) {
        int size = Math.toIntExact(weight.numel());
        long[] at = {Native.packed(x), Native.packed(weight), Native.packed(y)};
        long inv = Native.packed(inverse);
        Workers.rows(
                x.numel() / size,
                (from, to) -> NormKernel.forward(codec, at, inv, size, epsilon, from, to));
    }

    /// Gradient of [#norm]: with `g = dy·w`, `dx = inv·(g − x·inv²·(g·x)/d) + plus`.
    ///
    /// @param plus    `(T,d)`, added to the gradient; null for nothing
    /// @param dx      `(T,d)`, written; may be `dy`
    public void normBack(
            Tensor dy, Tensor x, Tensor weight, Tensor inverse, @Nullable Tensor plus, Tensor dx) {
        int size = Math.toIntExact(weight.numel());
        long[] at = {
            Native.packed(dy),
            Native.packed(x),
            Native.packed(weight),
            plus == null ? 0 : Native.packed(plus),
            Native.packed(dx)
        };
        long inv = Native.packed(inverse);
        Workers.rows(
                x.numel() / size,
                (from, to) -> NormKernel.backward(codec, at, inv, size, from, to));
    }

    /// `silu(gate) ∘ up`.
    ///
    /// @param wide gate and up side by side, `(T,2F)`
    /// @param out  `(T,F)`, written
    public void gate(Tensor wide, Tensor out) {
        int size = Math.toIntExact(out.size(1));
        long in = Native.packed(wide);
        long to = Native.packed(out);
        Workers.rows(out.size(0), (a, b) -> GateKernel.forward(codec, in, to, size, a, b));
    }

    /// Gradient of [#gate].
    ///
    /// @param dy    `(T,F)`
    /// @param wide  `(T,2F)`
    /// @param dwide `(T,2F)`, written
    public void gateBack(Tensor dy, Tensor wide, Tensor dwide) {
        int size = Math.toIntExact(dy.size(1));
        long d = Native.packed(dy);
        long in = Native.packed(wide);
        long out = Native.packed(dwide);
        Workers.rows(
                dy.size(0), (from, to) -> GateKernel.backward(codec, d, in, out, size, from, to));
    }

    /// Turns heads by their positions, in place: of both halves a and b of each
    /// `(a·cos − b·sin, b·cos + a·sin)`.
    ///
    /// @param x       `(T, heads·D)`, may be some columns of a wider tensor
    /// @param cosines `(T,1,D/2)`
    /// @param sines   `(T,1,D/2)`
    /// @param back    by the opposite angles, which is also the gradient
    public void turn(Tensor x, Tensor cosines, Tensor sines, boolean back) {
        int half = Math.toIntExact(cosines.size(-1));
        if (x.stride(1) != 1 || cosines.size(0) != x.size(0) || sines.size(0) != x.size(0)) {
            throw new IllegalArgumentException("rows of heads, with an angle for each row");
        }
        RopeKernel.Rows rows =
                new RopeKernel.Rows(
                        Native.address(x),
                        x.stride(0) * codec.bytes(),
                        Math.toIntExact(x.size(1) / (2L * half)),
                        half,
                        Native.packed(cosines),
                        Native.packed(sines),
                        back ? -1 : 1);
        Workers.rows(x.size(0), (from, to) -> RopeKernel.turn(codec, rows, from, to));
    }

    /// Softmax of `scale · scores` under the causal mask, in place.
    ///
    /// @param scores `(heads, c, n)` or with more heads in front; query i of the c sees columns up
    ///     to `past + i`
    /// @param c      queries
    /// @param past   columns before the first query's own
    /// @param window latest columns that a query sees; 0 for all
    public void softmax(Tensor scores, int c, int past, int window, double scale) {
        int n = Math.toIntExact(scores.size(-1));
        int[] shape = {n, c, past, window};
        long at = Native.packed(scores);
        Workers.rows(
                scores.numel() / n,
                (from, to) -> SoftmaxKernel.forward(codec, at, shape, (float) scale, from, to));
    }

    /// Gradient of [#softmax] with respect to the scores: `scale · P ∘ (dP − Σ P∘dP)`.
    ///
    /// @param weights P
    /// @param slopes  dP; becomes the result
    public void softmaxBack(Tensor weights, Tensor slopes, double scale) {
        int n = Math.toIntExact(weights.size(-1));
        long p = Native.packed(weights);
        long d = Native.packed(slopes);
        Workers.rows(
                weights.numel() / n,
                (from, to) -> SoftmaxKernel.backward(codec, p, d, n, (float) scale, from, to));
    }

    /// Whether [#attention] can be used for heads of a size.
    public boolean attends(int headSize) {
        return headSize % TileMath.COLUMNS == 0;
    }

    /// The heads of a row, and what each of its tokens sees.
    ///
    /// @param starts  first token of each conversation
    /// @param heads   H of the queries
    /// @param kvHeads K, which divides H
    /// @param size    D of each
    /// @param window  latest tokens that a token sees; 0 for all
    /// @param scale   of the scores
    public record Heads(int[] starts, int heads, int kvHeads, int size, int window, double scale) {}

    /// Causal attention inside each conversation.
    ///
    /// @param qkv  `(T,(H+2K)·D)`
    /// @param out  `(T,H·D)`, written
    /// @param sums `(T,H)` in f32, written: logarithm of each softmax's sum, for the way back
    public void attention(Tensor qkv, Heads heads, Tensor out, Tensor sums) {
        AttentionKernel.Shape shape = shape(heads, qkv);
        AttentionKernel.Row row =
                new AttentionKernel.Row(
                        Native.packed(qkv),
                        Native.packed(out),
                        Native.packed(sums),
                        0,
                        0,
                        0,
                        CALLS.incrementAndGet());
        boolean split = splits(heads, qkv.size(0));
        List<AttentionKernel.Piece> pieces = pieces(heads, shape.tokens(), split);
        Workers.run(pieces.size(), part -> forward(shape, row, pieces.get(part)));
    }

    private void forward(
            AttentionKernel.Shape shape, AttentionKernel.Row row, AttentionKernel.Piece piece) {
        if (HalfAttention.fits(codec)) {
            HalfAttention.forward(shape, row, piece);
        } else {
            AttentionKernel.forward(codec, shape, row, piece);
        }
    }

    private void backward(
            AttentionKernel.Shape shape,
            int shares,
            AttentionKernel.Row row,
            AttentionKernel.Piece piece) {
        if (HalfAttention.fits(codec)) {
            HalfAttention.backward(shape, shares, row, piece);
        } else {
            AttentionKernel.backward(codec, shape, shares, row, piece);
        }
    }

    /// Whether there are so few long conversations and key/value heads that query heads which share
    /// one should be worked on apart.
    private boolean splits(Heads heads, long rowLength) {
        double all = 0;
        double most = 0;
        for (int s = 0; s < heads.starts.length; s++) {
            double length = end(heads, s, rowLength) - heads.starts[s];
            all += length * length;
            most = Math.max(most, length * length);
        }
        return heads.heads > heads.kvHeads
                && heads.kvHeads * all < PIECES * Workers.threads() * most;
    }

    /// How many shares of its gradients of keys and values a token has, for which [#attentionBack]
    /// needs room; 0 where it needs none.
    public int shares(Heads heads, long rowLength) {
        return splits(heads, rowLength) ? apart(heads).shares() : 0;
    }

    private static AttentionPieces apart(Heads heads) {
        return AttentionPieces.of(heads.heads, Workers.threads());
    }

    private static List<AttentionKernel.Piece> pieces(Heads heads, int tokens, boolean split) {
        return apart(heads).of(heads.starts, tokens, heads.heads / heads.kvHeads, split);
    }

    /// Gradient of [#attention].
    ///
    /// @param sums  as [#attention] wrote them
    /// @param dout  `(T,H·D)`
    /// @param dqkv  `(T,(H+2K)·D)`, written
    /// @param parts `(2,T,S·D)` in f32 with S of [#shares], overwritten; null where S is 0
    public void attentionBack(
            Tensor qkv,
            Heads heads,
            Tensor sums,
            Tensor dout,
            Tensor dqkv,
            @Nullable Tensor parts) {
        AttentionKernel.Shape shape = shape(heads, qkv);
        AttentionKernel.Row row =
                new AttentionKernel.Row(
                        Native.packed(qkv),
                        0,
                        Native.packed(sums),
                        Native.packed(dout),
                        Native.packed(dqkv),
                        parts == null ? 0 : Native.packed(parts),
                        CALLS.incrementAndGet());
        AttentionPieces apart = apart(heads);
        int shares = apart.shares();
        if (parts != null && parts.numel() != 2L * shape.tokens() * shares * heads.size) {
            throw new IllegalArgumentException("room for another number of shares");
        }
        List<AttentionKernel.Piece> pieces = pieces(heads, shape.tokens(), parts != null);
        Workers.run(pieces.size(), part -> backward(shape, shares, row, pieces.get(part)));
        if (parts != null) {
            Workers.rows(
                    shape.tokens(),
                    (from, to) -> AttentionKernel.join(codec, shape, apart, row, from, to));
        }
    }

    private static AttentionKernel.Shape shape(Heads heads, Tensor qkv) {
        return new AttentionKernel.Shape(
                Math.toIntExact(qkv.size(0)),
                heads.heads,
                heads.kvHeads,
                heads.size,
                heads.window,
                (float) heads.scale);
    }

    private static int end(Heads heads, int conversation, long rowLength) {
        boolean last = conversation + 1 == heads.starts.length;
        return last ? Math.toIntExact(rowLength) : heads.starts[conversation + 1];
    }

    /// Cross-entropy of the first `targets.length` rows.
    ///
    /// @param logits `(n,V)`; those rows become `softmax − onehot(target)` where `slope`
    /// @return −log of each target's chance
    public float[] loss(Tensor logits, int[] targets, boolean slope) {
        int vocabulary = Math.toIntExact(logits.size(1));
        for (int target : targets) {
            Objects.checkIndex(target, vocabulary);
        }
        float[] losses = new float[targets.length];
        long at = Native.packed(logits);
        Workers.rows(
                targets.length,
                (from, to) ->
                        LossKernel.run(codec, at, vocabulary, targets, losses, slope, from, to));
        return losses;
    }

    /// `sum + part ∘ mask`, in place.
    ///
    /// @param sum  and the others of the same shape
    public void addMasked(Tensor sum, Tensor part, Tensor mask) {
        long[] at = {Native.packed(sum), Native.packed(part), Native.packed(mask)};
        long size = sum.numel();
        Workers.rows(
                (size + MaskKernel.PIECE - 1) / MaskKernel.PIECE,
                (from, to) -> MaskKernel.add(codec, at, size, from, to));
    }

    /// Whether [#lowRank] and [#lowRankBack] can be used for layers of these sizes.
    ///
    /// @param tokens  T
    /// @param columns where layers begin in O, and how many columns they have
    public boolean lowRanks(long tokens, int inputs, int rank, int... columns) {
        return codec.bytes() == 2
                && HalfTiles.available()
                && LowRankKernel.fits(tokens, inputs, rank, columns);
    }

    /// The low-rank factors of linear layers that have one input.
    ///
    /// @param a `(n·r,I)`
    /// @param b of each layer `(O_j,r)`, scaled
    /// @param offsets of each layer, its first output
    public record LowRank(Tensor a, List<Tensor> b, int[] offsets) {}

    private static LowRankKernel.Layers layers(
            LowRank what, long tokens, long outputs, @Nullable List<Tensor> gradB) {
        int count = what.b.size();
        LowRankKernel.Factor[] factors = new LowRankKernel.Factor[count];
        for (int j = 0; j < count; j++) {
            Tensor b = what.b.get(j);
            factors[j] =
                    new LowRankKernel.Factor(
                            Native.packed(b),
                            gradB == null ? 0 : Native.packed(gradB.get(j)),
                            what.offsets[j],
                            Math.toIntExact(b.size(0)));
        }
        return new LowRankKernel.Layers(
                Math.toIntExact(tokens),
                Math.toIntExact(what.a.size(1)),
                Math.toIntExact(outputs),
                Math.toIntExact(what.a.size(0) / count),
                Native.packed(what.a),
                factors);
    }

    /// `dropped = m∘x`, `low = dropped·Aᵀ`, `y_j = y_j + low_j·B_jᵀ`.
    ///
    /// @param x       `(T,I)`
    /// @param mask    `(T,I)`; null for none
    /// @param dropped `(T,I)`, written; x itself without a mask
    /// @param low     `(T,n·r)`, written
    /// @param y       `(T,O)`, added to
    public void lowRank(
            LowRank what, Tensor x, @Nullable Tensor mask, Tensor dropped, Tensor low, Tensor y) {
        LowRankKernel.forward(
                layers(what, x.size(0), y.size(1), null),
                Native.packed(x),
                mask == null ? 0 : Native.packed(mask),
                Native.packed(dropped),
                Native.packed(low),
                Native.packed(y));
    }

    /// What the way back of [#lowRank] needs.
    ///
    /// @param dy   `(T,O)`
    /// @param used `(T,I)`: `dropped` of the way forward
    /// @param low  `(T,n·r)`
    /// @param dlow `(T,n·r)`, written
    public record LowRankSaved(Tensor dy, Tensor used, Tensor low, Tensor dlow) {}

    /// Gradients of [#lowRank]: `dlow_j = dy_j·B_j`, `dx = dx + m∘(dlow·A)`,
    /// `dA = dA + dlowᵀ·used`, `dB_j = dB_j + scale·dy_jᵀ·low_j`.
    ///
    /// @param mask  `(T,I)`; null for none
    /// @param dx    `(T,I)`, added to; null where not wanted
    /// @param gradA `(n·r,I)` in f32, added to
    /// @param gradB of each layer `(O_j,r)` in f32, added to
    public void lowRankBack(
            LowRank what,
            double scale,
            LowRankSaved saved,
            @Nullable Tensor mask,
            @Nullable Tensor dx,
            Tensor gradA,
            List<Tensor> gradB) {
        LowRankKernel.backward(
                layers(what, saved.dy.size(0), saved.dy.size(1), gradB),
                (float) scale,
                new LowRankKernel.Back(
                        Native.packed(saved.dy),
                        Native.packed(saved.used),
                        Native.packed(saved.low),
                        Native.packed(saved.dlow),
                        mask == null ? 0 : Native.packed(mask),
                        dx == null ? 0 : Native.packed(dx),
                        Native.packed(gradA)));
    }
}
