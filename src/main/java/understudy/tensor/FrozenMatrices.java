package understudy.tensor;

import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import understudy.base.UserError;

/// Makes the frozen matrices of one model, all of them held the same way.
public final class FrozenMatrices {
    private final Placement place;
    private final Quantization quantization;

    public FrozenMatrices(Placement place, Quantization quantization) {
        if (quantization != Quantization.NONE) {
            throw new UserError(
                    "the base cannot be held as " + quantization.word() + " yet",
                    "quantization",
                    "leave it out");
        }
        this.place = place;
        this.quantization = quantization;
    }

    public Quantization quantization() {
        return quantization;
    }

    /// Some rows of a matrix.
    ///
    /// @param rows  how many
    /// @param floats gives them, `(rows, columns)` in any float type on the CPU; called once, in a
    ///     scope of its own, so that no more than one part exists at a time
    public record Part(int rows, Supplier<Tensor> floats) {}

    /// @param parts one below the other
    /// @return owned by the caller, who closes it
    public FrozenMatrix of(List<Part> parts, int columns) {
        int rows = parts.stream().mapToInt(Part::rows).sum();
        Tensor weight = Scopes.owned(() -> place.empty(rows, columns));
        int from = 0;
        for (Part part : parts) {
            int at = from;
            Scopes.run(() -> weight.narrow(0, at, part.rows).copy_(part.floats.get()));
            from += part.rows;
        }
        return new PlainMatrix(weight);
    }
}
