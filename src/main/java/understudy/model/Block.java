package understudy.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// One transformer block: `x1 = x + o(attention(qkv(norm(x))))`, then
/// `y = x1 + down(silu(gate(norm(x1))) ∘ up(norm(x1)))`.
final class Block {
    private final RmsNorm attentionNorm;
    private final RmsNorm mlpNorm;
    private final Projections qkv;
    private final Projections output;
    private final Projections gateUp;
    private final Projections down;
    private final SegmentAttention attention;
    private final Rope rope;
    private final int turned; // columns of q and k together
    private final GatedActivation activation;

    Block(
            ModelConfig config,
            RmsNorm attentionNorm,
            RmsNorm mlpNorm,
            List<Projections> projections,
            Rope rope,
            Placement place) {
        this.attentionNorm = attentionNorm;
        this.mlpNorm = mlpNorm;
        this.qkv = projections.get(0);
        this.output = projections.get(1);
        this.gateUp = projections.get(2);
        this.down = projections.get(3);
        this.attention = new SegmentAttention(config, place);
        this.rope = rope;
        this.turned = (config.heads() + config.kvHeads()) * config.headSize();
        this.activation = new GatedActivation(config, place);
    }

    List<Projections> projections() {
        return List.of(qkv, output, gateUp, down);
    }

    /// What a backward pass needs of the forward pass; its tensors live in the scope that was the
    /// caller's then.
    static final class Saved {
        private @Nullable Tensor x;
        private @Nullable Tensor inverse;
        private Projections.@Nullable Output qkv;
        private final List<Tensor> weights = new ArrayList<>();
        private Projections.@Nullable Output output;
        private @Nullable Tensor x1;
        private @Nullable Tensor inverse1;
        private Projections.@Nullable Output gateUp;
        private Projections.@Nullable Output down;
    }

    /// @param x     `(T,d)`
    /// @param saved filled for [#backward]; null where there will be none
    /// @return `(T,d)` in the caller's scope
    Tensor forward(Tensor x, Row row, @Nullable Saved saved) {
        PointerScope callers = Scopes.current();
        try (PointerScope inner = new PointerScope()) {
            RmsNorm.Normed normed = attentionNorm.forward(x);
            Projections.Output heads = qkv.forward(normed.y(), row.masks());
            rope.turn(heads.y().narrow(1, 0, turned), row.angles());
            List<Tensor> weights = saved == null ? null : saved.weights;
            Tensor mixed = attention.forward(heads.y(), row, weights);
            Projections.Output attended = output.forward(mixed, row.masks());
            Tensor x1 = attended.y().add_(x);
            RmsNorm.Normed normed1 = mlpNorm.forward(x1);
            Projections.Output wide = gateUp.forward(normed1.y(), row.masks());
            Tensor gated = activation.forward(wide.y());
            Projections.Output narrow = down.forward(gated, row.masks());
            Tensor y = narrow.y().add_(x1);
            callers.attach(y);
            if (saved != null) {
                saved.x = x;
                saved.inverse = kept(callers, normed.inverse());
                saved.qkv = kept(callers, heads);
                saved.weights.forEach(callers::attach);
                saved.output = kept(callers, attended);
                saved.x1 = x1;
                saved.inverse1 = kept(callers, normed1.inverse());
                saved.gateUp = kept(callers, wide);
                saved.down = kept(callers, narrow);
            }
            return y;
        }
    }

    private static Tensor kept(PointerScope callers, Tensor tensor) {
        callers.attach(tensor);
        return tensor;
    }

    private static Projections.Output kept(PointerScope callers, Projections.Output output) {
        callers.attach(output.y());
        if (output.low() != null) {
            callers.attach(output.low());
        }
        if (output.dropped() != null) {
            callers.attach(output.dropped());
        }
        return output;
    }

    /// Adds the gradients of the adapter and gives that of the block's input.
    ///
    /// @param dy     `(T,d)`
    /// @param wanted whether the gradient of the input is needed; not for the first block
    /// @return `(T,d)` in the caller's scope; null where not wanted
    @Nullable Tensor backward(Tensor dy, Row row, Saved saved, boolean wanted) {
        PointerScope callers = Scopes.current();
        try (PointerScope inner = new PointerScope()) {
            Tensor dx1 = mlpBackward(dy, row, saved);
            Tensor x = some(saved.x);
            Projections.Output heads = some(saved.qkv);
            Tensor dmixed = some(output.backward(dx1, some(saved.output), row.masks(), true));
            Tensor dqkv = attention.backward(dmixed, heads.y(), row, saved.weights);
            rope.turnBack(dqkv.narrow(1, 0, turned), row.angles());
            Tensor dnormed = qkv.backward(dqkv, heads, row.masks(), wanted);
            if (dnormed == null) {
                return null;
            }
            Tensor dx = attentionNorm.backward(dnormed, x, some(saved.inverse), dx1);
            callers.attach(dx);
            return dx;
        }
    }

    /// Gradient of x1: through the MLP and beside it.
    private Tensor mlpBackward(Tensor dy, Row row, Saved saved) {
        return Scopes.keep(() -> {
            Tensor dgated = some(down.backward(dy, some(saved.down), row.masks(), true));
            Tensor dwide = activation.backward(dgated, some(saved.gateUp).y());
            Tensor dnormed = some(gateUp.backward(dwide, some(saved.gateUp), row.masks(), true));
            return mlpNorm.backward(dnormed, some(saved.x1), some(saved.inverse1), dy);
        });
    }

    private static <T> T some(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("backward without a saved forward pass");
        }
        return value;
    }

    /// New tokens of a conversation whose earlier ones are in the cache.
    ///
    /// @param x `(c,d)`
    /// @return `(c,d)` in the caller's scope
    Tensor step(Tensor x, Rope.Angles angles, KvCache.Layer cache, int past, Tensor mask) {
        return Scopes.keep(() -> {
            Tensor normed = attentionNorm.forward(x).y();
            Tensor heads = qkv.forward(normed, null).y();
            rope.turn(heads.narrow(1, 0, turned), angles);
            attention.remember(heads, cache, past);
            Tensor mixed = attention.cached(heads, cache, mask);
            Tensor x1 = output.forward(mixed, null).y().add_(x);
            Tensor normed1 = mlpNorm.forward(x1).y();
            Tensor gated = activation.forward(gateUp.forward(normed1, null).y());
            return down.forward(gated, null).y().add_(x1);
        });
    }

    void close() {
        attentionNorm.close();
        mlpNorm.close();
        attention.close();
        projections().forEach(Projections::close);
    }
}
