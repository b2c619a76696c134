package understudy.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// One transformer block: `x1 = x + o(attention(qkv(norm(x))))`, then
/// `y = x1 + down(act(gate(norm(x1))) ∘ up(norm(x1)))`.
///
/// Parts that some families have: norms of every head's queries and keys, and norms of what each
/// of the two branches adds.
final class Block {
    private final Parts parts;
    private final Projections qkv;
    private final Projections output;
    private final Projections gateUp;
    private final Projections down;
    private final SegmentAttention attention;
    private final int window; // latest tokens that a token sees; 0 for all
    private final int turned; // columns of q and k together
    private final GatedActivation activation;

    /// What a block is made of.
    ///
    /// @param headNorms   null in families without
    /// @param projections q/k/v, o, gate/up, down
    /// @param local       whether its tokens see only the latest ones
    record Parts(
            RmsNorm attentionNorm,
            @Nullable HeadNorms headNorms,
            Residual attentionEnd,
            RmsNorm mlpNorm,
            Residual mlpEnd,
            List<Projections> projections,
            boolean local,
            Rope rope) {}

    Block(ModelConfig config, Parts parts, Placement place) {
        this.parts = parts;
        this.qkv = parts.projections.get(0);
        this.output = parts.projections.get(1);
        this.gateUp = parts.projections.get(2);
        this.down = parts.projections.get(3);
        this.window = parts.local ? config.window() : 0;
        this.attention = new SegmentAttention(config, window, place);
        this.turned = (config.heads() + config.kvHeads()) * config.headSize();
        this.activation = new GatedActivation(config, place);
    }

    List<Projections> projections() {
        return parts.projections;
    }

    DecodeWeights.Layer decodeWeights() {
        HeadNorms norms = parts.headNorms;
        return new DecodeWeights.Layer(
                parts.attentionNorm.numbers(),
                norms == null ? null : norms.queryNumbers(),
                norms == null ? null : norms.keyNumbers(),
                parts.attentionEnd.numbers(),
                parts.mlpNorm.numbers(),
                parts.mlpEnd.numbers(),
                parts.projections.stream().map(Projections::decodeWeights).toList(),
                window,
                parts.rope.speeds());
    }

    /// What a backward pass needs of the forward pass; its tensors live in the scope that was the
    /// caller's then.
    static final class Saved {
        private @Nullable Tensor x;
        private @Nullable Tensor inverse;
        private Projections.@Nullable Output qkv;
        private HeadNorms.@Nullable Saved heads;
        private final List<Tensor> weights = new ArrayList<>();
        private Projections.@Nullable Output output;
        private @Nullable Tensor endInverse;
        private @Nullable Tensor x1;
        private @Nullable Tensor inverse1;
        private Projections.@Nullable Output gateUp;
        private Projections.@Nullable Output down;
        private @Nullable Tensor endInverse1;
    }

    /// @param x     `(T,d)`
    /// @param saved filled for [#backward]; null where there will be none
    /// @return `(T,d)` in the caller's scope
    Tensor forward(Tensor x, Row row, @Nullable Saved saved) {
        PointerScope callers = Scopes.current();
        try (PointerScope inner = new PointerScope()) {
            Sight sight = row.sights().of(parts.local);
            RmsNorm.Normed normed = parts.attentionNorm.forward(x);
            Projections.Output heads = qkv.forward(normed.y(), row.masks());
            HeadNorms.Saved headsBefore = position(heads.y(), sight.angles());
            List<Tensor> weights = saved == null ? null : saved.weights;
            Tensor mixed = attention.forward(heads.y(), row, sight.causal(), weights);
            Projections.Output attended = output.forward(mixed, row.masks());
            Residual.Output middle = parts.attentionEnd.forward(attended.y(), x);
            Tensor x1 = middle.y();
            RmsNorm.Normed normed1 = parts.mlpNorm.forward(x1);
            Projections.Output wide = gateUp.forward(normed1.y(), row.masks());
            Tensor gated = activation.forward(wide.y());
            Projections.Output narrow = down.forward(gated, row.masks());
            Residual.Output end = parts.mlpEnd.forward(narrow.y(), x1);
            callers.attach(end.y());
            if (saved != null) {
                saved.x = x;
                saved.inverse = kept(callers, normed.inverse());
                saved.qkv = kept(callers, heads);
                saved.heads = headsBefore;
                if (headsBefore != null) {
                    headsBefore.attachTo(callers);
                }
                saved.weights.forEach(callers::attach);
                saved.output = kept(callers, attended);
                saved.endInverse = keptOrNone(callers, middle.inverse());
                saved.x1 = kept(callers, x1);
                saved.inverse1 = kept(callers, normed1.inverse());
                saved.gateUp = kept(callers, wide);
                saved.down = kept(callers, narrow);
                saved.endInverse1 = keptOrNone(callers, end.inverse());
            }
            return end.y();
        }
    }

    /// Norms heads where the family does, and turns them by their positions.
    ///
    /// @param heads `(T,(H+2K)·D)`
    /// @return null without norms
    private HeadNorms.@Nullable Saved position(Tensor heads, Rope.Angles angles) {
        Tensor queriesAndKeys = heads.narrow(1, 0, turned);
        HeadNorms norms = parts.headNorms;
        HeadNorms.Saved saved = norms == null ? null : norms.forward(queriesAndKeys);
        parts.rope.turn(queriesAndKeys, angles);
        return saved;
    }

    /// Gradient of what [#position] got, in place of that of what it gave.
    private void positionBackward(Tensor dheads, Rope.Angles angles, Saved saved) {
        Tensor dqueriesAndKeys = dheads.narrow(1, 0, turned);
        parts.rope.turnBack(dqueriesAndKeys, angles);
        if (parts.headNorms != null) {
            parts.headNorms.backward(dqueriesAndKeys, some(saved.heads));
        }
    }

    private static Tensor kept(PointerScope callers, Tensor tensor) {
        callers.attach(tensor);
        return tensor;
    }

    private static @Nullable Tensor keptOrNone(PointerScope callers, @Nullable Tensor tensor) {
        return tensor == null ? null : kept(callers, tensor);
    }

    private static Projections.Output kept(PointerScope callers, Projections.Output output) {
        callers.attach(output.y());
        if (output.low() != null) {
            callers.attach(output.low());
        }
        if (output.used() != null) {
            callers.attach(output.used());
        }
        return output;
    }

    /// Adds the gradients of what learns and gives that of the block's input.
    ///
    /// @param dy     `(T,d)`
    /// @param wanted whether the gradient of the input is needed; not for the first block of a
    ///     model whose embedding is frozen
    /// @return `(T,d)` in the caller's scope; null where not wanted
    @Nullable Tensor backward(Tensor dy, Row row, Saved saved, boolean wanted) {
        PointerScope callers = Scopes.current();
        try (PointerScope inner = new PointerScope()) {
            Tensor dx1 = mlpBackward(dy, row, saved);
            Tensor x = some(saved.x);
            Projections.Output heads = some(saved.qkv);
            Projections.Output attended = some(saved.output);
            Tensor dattended = parts.attentionEnd.backward(dx1, attended.y(), saved.endInverse);
            Tensor dmixed = some(output.backward(dattended, attended, row.masks(), true));
            Tensor dqkv = attention.backward(dmixed, heads.y(), row, saved.weights);
            positionBackward(dqkv, row.sights().of(parts.local).angles(), saved);
            Tensor dnormed = qkv.backward(dqkv, heads, row.masks(), wanted);
            if (dnormed == null) {
                return null;
            }
            Tensor dx = parts.attentionNorm.backward(dnormed, x, some(saved.inverse), dx1);
            callers.attach(dx);
            return dx;
        }
    }

    /// Gradient of x1: through the MLP and beside it.
    private Tensor mlpBackward(Tensor dy, Row row, Saved saved) {
        return Scopes.keep(() -> {
            Projections.Output narrow = some(saved.down);
            Tensor dnarrow = parts.mlpEnd.backward(dy, narrow.y(), saved.endInverse1);
            Tensor dgated = some(down.backward(dnarrow, narrow, row.masks(), true));
            Tensor dwide = activation.backward(dgated, some(saved.gateUp).y());
            Tensor dnormed = some(gateUp.backward(dwide, some(saved.gateUp), row.masks(), true));
            return parts.mlpNorm.backward(dnormed, some(saved.x1), some(saved.inverse1), dy);
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
    Tensor step(Tensor x, Sights sights, KvCache.Layer cache, int past) {
        return Scopes.keep(() -> {
            Sight sight = sights.of(parts.local);
            Tensor normed = parts.attentionNorm.forward(x).y();
            Tensor heads = qkv.forward(normed, null).y();
            position(heads, sight.angles());
            attention.remember(heads, cache, past);
            Tensor mixed = attention.cached(heads, cache, sight.causal().get());
            Tensor x1 = parts.attentionEnd.forward(output.forward(mixed, null).y(), x).y();
            Tensor normed1 = parts.mlpNorm.forward(x1).y();
            Tensor gated = activation.forward(gateUp.forward(normed1, null).y());
            return parts.mlpEnd.forward(down.forward(gated, null).y(), x1).y();
        });
    }

    void close() {
        parts.attentionNorm.close();
        if (parts.headNorms != null) {
            parts.headNorms.close();
        }
        parts.attentionEnd.close();
        parts.mlpNorm.close();
        parts.mlpEnd.close();
        attention.close();
        projections().forEach(Projections::close);
    }
}
