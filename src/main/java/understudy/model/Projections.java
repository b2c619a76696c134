package understudy.model;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.tensor.FrozenMatrix;
import understudy.tensor.Kernels;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;
import understudy.tensor.WeightTensors;

/// Linear layers that share an input, as one multiply, each with its share of the adapter:
/// `y_j = x·W_jᵀ + b_j + (m∘x)·A_jᵀ·(s·B_j)ᵀ` with dropout mask m and s = alpha/r.
///
/// W and b are frozen, or else learn, and there is no adapter.
///
/// The A factors of the group are stacked, so that the low-rank input is one multiply too.
/// Letters: I inputs, O outputs of all members together, O_j of one member, n members with LoRA.
final class Projections {
    private static final ScalarTypeOptional F32 =
            Scopes.own(new ScalarTypeOptional(torch.ScalarType.Float));

    private final int layer;
    private final String path;
    private final int site;
    private final List<Member> members;
    private final int inputs;
    private final FrozenMatrix weight; // (O,I)
    private final @Nullable Tensor bias; // (O)
    private final Placement place;
    private final @Nullable Kernels kernels;
    private @Nullable LoraPart lora;
    private @Nullable MatrixGradient weightGradient;
    private @Nullable Tensor biasGradient;

    /// One linear layer of the group.
    ///
    /// @param name    such as `self_attn.q_proj`, or `self_attn.qkv_proj` where three are fused
    /// @param outputs O_j
    /// @param offset  its first row in the group's weight
    record Member(String name, int outputs, int offset) {
        /// Such as `q_proj`.
        String lastName() {
            return BlockShape.lastName(name);
        }
    }

    /// @param path where transformers keeps the block, such as `model.layers.3`
    Projections(
            int layer,
            String path,
            int site,
            List<Member> members,
            int inputs,
            FrozenMatrix weight,
            @Nullable Tensor bias,
            Placement place) {
        this.layer = layer;
        this.path = path;
        this.site = site;
        this.members = List.copyOf(members);
        this.inputs = inputs;
        this.weight = weight;
        this.bias = bias;
        this.place = place;
        this.kernels = Kernels.of(place, inputs);
    }

    List<Member> members() {
        return members;
    }

    int layer() {
        return layer;
    }

    String path() {
        return path;
    }

    int inputs() {
        return inputs;
    }

    int outputs() {
        return weight.rows();
    }

    FrozenMatrix weight() {
        return weight;
    }

    @Nullable Tensor bias() {
        return bias;
    }

    /// Makes the weight and the bias learn: the way back adds their gradients.
    ///
    /// @param ofWeight null to stop
    /// @param ofBias   `(O)` in f32; null without a bias
    void learn(@Nullable MatrixGradient ofWeight, @Nullable Tensor ofBias) {
        weightGradient = ofWeight;
        biasGradient = ofBias;
    }

    DecodeWeights.Group decodeWeights() {
        return new DecodeWeights.Group(weight, bias == null ? null : WeightTensors.floats(bias));
    }

    void attach(@Nullable LoraPart part) {
        lora = part;
    }

    /// The result of a forward pass and what its backward pass needs.
    ///
    /// @param y    `(T,O)`
    /// @param low  `(T,n·r)`; null without an adapter
    /// @param used what the learned numbers multiply: `m∘x`, or x itself without dropout; null
    ///     where nothing learns
    record Output(Tensor y, @Nullable Tensor low, @Nullable Tensor used) {}

    /// @param x `(T,I)`
    /// @return tensors in the caller's scope
    Output forward(Tensor x, @Nullable DropoutMasks masks) {
        PointerScope callers = Scopes.current();
        try (PointerScope inner = new PointerScope()) {
            Tensor y = weight.product(x);
            callers.attach(y);
            if (bias != null) {
                y.add_(bias);
            }
            LoraPart part = lora;
            if (part == null) {
                return new Output(y, null, weightGradient == null ? null : x);
            }
            if (kernels != null && fits(part, x)) {
                Output output = lowRank(kernels, part, x, masks, y);
                callers.attach(output.low);
                callers.attach(output.used);
                return output;
            }
            Tensor dropped = masks == null ? x : x.mul(mask(masks, x));
            Tensor low = torch.mm(dropped, part.a().t());
            callers.attach(low);
            for (LoraPart.Factor factor : part.factors()) {
                y.narrow(1, factor.offset(), factor.outputs())
                        .addmm_(part.slice(low, factor), factor.scaledB().t());
            }
            callers.attach(dropped);
            return new Output(y, low, dropped);
        }
    }

    /// Whether kernels can do the low-rank share, given x or dy.
    private boolean fits(LoraPart part, Tensor rows) {
        return kernels != null
                && rows.is_contiguous()
                && kernels.lowRanks(rows.size(0), inputs, part.rank(), part.outputs());
    }

    /// @param y `x·Wᵀ`, added to
    private Output lowRank(
            Kernels fast, LoraPart part, Tensor x, @Nullable DropoutMasks masks, Tensor y) {
        Tensor dropped = masks == null ? x : place.empty(x.size(0), inputs);
        Tensor low = place.empty(x.size(0), part.width());
        Tensor mask = masks == null ? null : mask(masks, x);
        fast.lowRank(part.lowRank(), x, mask, dropped, low, y);
        return new Output(y, low, dropped);
    }

    private Tensor mask(DropoutMasks masks, Tensor x) {
        return masks.mask(layer, site, x.size(0), inputs);
    }

    /// Adds the gradients of what learns, and gives that of the input:
    /// `dlow_j = dy_j·(s·B_j)`, `dA = dlowᵀ·(m∘x)`, `dB_j = s·dy_jᵀ·low_j`,
    /// `dx = dy·W + m∘(dlow·A)`.
    ///
    /// @param dy    `(T,O)`
    /// @param of    the forward pass
    /// @param wanted whether the gradient of the input is needed
    /// @return `(T,I)` in the caller's scope; null where not wanted
    @Nullable Tensor backward(Tensor dy, Output of, @Nullable DropoutMasks masks, boolean wanted) {
        PointerScope callers = Scopes.current();
        try (PointerScope inner = new PointerScope()) {
            Tensor dx = wanted ? torch.mm(dy, weight.dense()) : null;
            LoraPart part = lora;
            Tensor low = of.low;
            Tensor used = of.used;
            if (part != null && low != null && used != null) {
                lowRankBackward(part, dy, low, used, dx, masks);
            }
            learnFrom(dy, used);
            if (dx != null) {
                callers.attach(dx);
            }
            return dx;
        }
    }

    private void lowRankBackward(
            LoraPart part,
            Tensor dy,
            Tensor low,
            Tensor used,
            @Nullable Tensor dx,
            @Nullable DropoutMasks masks) {
        Tensor dlow = place.empty(dy.size(0), part.width());
        if (kernels != null && fits(part, dy) && used.is_contiguous()) {
            Tensor mask = masks == null ? null : mask(masks, dy);
            kernels.lowRankBack(
                    part.lowRank(),
                    part.scale().toDouble(),
                    new Kernels.LowRankSaved(dy, used, low, dlow),
                    mask,
                    dx,
                    part.gradientA(),
                    part.factors().stream().map(LoraPart.Factor::gradientB).toList());
            return;
        }
        for (LoraPart.Factor factor : part.factors()) {
            Tensor dyj = dy.narrow(1, factor.offset(), factor.outputs());
            torch.mm_out(part.slice(dlow, factor), dyj, factor.scaledB());
            Tensor db = torch.mm(dyj.t(), part.slice(low, factor));
            factor.gradientB().add_(db, part.scale());
        }
        part.gradientA().add_(torch.mm(dlow.t(), used));
        if (dx != null) {
            addThrough(dx, torch.mm(dlow, part.a()), masks);
        }
    }

    /// Adds `dW = dyᵀ·x` and `db = Σ dy` where they learn.
    private void learnFrom(Tensor dy, @Nullable Tensor x) {
        if (weightGradient != null && x != null) {
            weightGradient.add(dy, x, 1);
        }
        if (biasGradient != null) {
            biasGradient.add_(dy.sum(new long[] {0}, false, F32));
        }
    }

    private void addThrough(Tensor dx, Tensor through, @Nullable DropoutMasks masks) {
        if (masks == null) {
            dx.add_(through);
            return;
        }
        Tensor mask = mask(masks, dx);
        if (kernels != null) {
            kernels.addMasked(dx, through, mask);
        } else {
            dx.add_(through.mul_(mask));
        }
    }

    void close() {
        weight.close();
        if (bias != null) {
            bias.close();
        }
    }

    /// The adapter's part at one group, as views of the adapter's memory.
    ///
    /// @param a         `(n·r,I)` in the compute type
    /// @param gradA `(n·r,I)` in f32; only present in training
    /// @param scale     s
    record LoraPart(
            Tensor a, @Nullable Tensor gradA, int rank, Scalar scale, List<Factor> factors) {

        Tensor gradientA() {
            if (gradA == null) {
                throw new IllegalStateException("the adapter was loaded without gradients");
            }
            return gradA;
        }

        int width() {
            return rank * factors.size();
        }

        /// Columns of y that begin or end a member's.
        int[] outputs() {
            return factors.stream().flatMapToInt(f -> IntStream.of(f.offset, f.outputs)).toArray();
        }

        Kernels.LowRank lowRank() {
            return new Kernels.LowRank(
                    a,
                    factors.stream().map(Factor::scaledB).toList(),
                    factors.stream().mapToInt(Factor::offset).toArray());
        }

        Tensor slice(Tensor low, Factor factor) {
            return low.narrow(1, (long) factor.index() * rank, rank);
        }

        /// @param index     position among the members with LoRA
        /// @param offset    first output column in the group
        /// @param scaledB   `s·B_j`, `(O_j,r)` in the compute type
        /// @param gradB     of `B_j`, f32
        record Factor(int index, int offset, int outputs, Tensor scaledB, @Nullable Tensor gradB) {
            Tensor gradientB() {
                if (gradB == null) {
                    throw new IllegalStateException("the adapter was loaded without gradients");
                }
                return gradB;
            }
        }
    }
}
