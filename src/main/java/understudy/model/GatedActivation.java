package understudy.model;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import understudy.tensor.Kernels;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;

/// The gate of an MLP: `act(gate) ∘ up`, with the family's activation.
final class GatedActivation {
    private static final BytePointer TANH = Scopes.own(new BytePointer("tanh"));

    private final Activation kind;
    private final int intermediate;
    private final Placement place;
    private final @Nullable Kernels kernels;

    GatedActivation(ModelConfig config, Placement place) {
        this.kind = config.family().activation();
        this.intermediate = config.intermediate();
        this.place = place;
        this.kernels = kind == Activation.SILU ? Kernels.of(place, intermediate) : null;
    }

    /// @param wide gate and up side by side, `(T,2F)`
    /// @return `(T,F)` in the caller's scope
    Tensor forward(Tensor wide) {
        Kernels fast = kernels;
        if (fast != null) {
            Tensor gated = place.empty(wide.size(0), intermediate);
            fast.gate(wide, gated);
            return gated;
        }
        return Scopes.keep(() ->
                activated(wide.narrow(1, 0, intermediate))
                        .mul_(wide.narrow(1, intermediate, intermediate)));
    }

    /// @param dgated gradient of the result, `(T,F)`; overwritten
    /// @param wide   of the forward pass
    /// @return gradient of `wide`, `(T,2F)` in the caller's scope
    Tensor backward(Tensor dgated, Tensor wide) {
        Kernels fast = kernels;
        if (fast != null) {
            Tensor dwide = place.empty(wide.size(0), wide.size(1));
            fast.gateBack(dgated, wide, dwide);
            return dwide;
        }
        return Scopes.keep(() -> {
            Tensor gate = wide.narrow(1, 0, intermediate);
            Tensor up = wide.narrow(1, intermediate, intermediate);
            Tensor dwide = place.empty(wide.size(0), wide.size(1));
            torch.mul_out(dwide.narrow(1, intermediate, intermediate), activated(gate), dgated);
            dwide.narrow(1, 0, intermediate).copy_(slope(dgated.mul_(up), gate));
            return dwide;
        });
    }

    private Tensor activated(Tensor gate) {
        return switch (kind) {
            case SILU -> torch.silu(gate);
            case GELU_TANH -> torch.gelu(gate, TANH);
        };
    }

    private Tensor slope(Tensor dactivated, Tensor gate) {
        return switch (kind) {
            case SILU -> torch.silu_backward(dactivated, gate);
            case GELU_TANH -> torch.gelu_backward(dactivated, gate, TANH);
        };
    }
}
