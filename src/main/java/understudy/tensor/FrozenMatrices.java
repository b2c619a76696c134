package understudy.tensor;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// Makes the frozen matrices of one model, all of them held the same way.
public final class FrozenMatrices implements AutoCloseable {
    private final Placement place;
    private final Quantization quantization;
    private final UnpackBuffer buffer;

    public FrozenMatrices(Placement place, Quantization quantization) {
        this.place = place;
        this.quantization = quantization;
        this.buffer = new UnpackBuffer(place);
    }

    public Quantization quantization() {
        return quantization;
    }

    /// Some rows of a matrix.
    ///
    /// @param rows   how many
    /// @param floats gives them, `(rows, columns)` in any float type on the CPU; called once, in a
    ///     scope of its own, so that no more than one part exists at a time
    /// @param groups gives the same numbers in groups of 4 bits; null, or giving null, where a file
    ///     does not hold them so
    public record Part(
            int rows, Supplier<Tensor> floats, @Nullable Supplier<@Nullable Groups> groups) {
        public Part(int rows, Supplier<Tensor> floats) {
            this(rows, floats, null);
        }
    }

    /// Numbers as `q * scale + minimum`, 32 neighbours of a row to a group.
    ///
    /// @param quants q from 0 to 15, row after row
    /// @param scales one a group
    /// @param minima one a group
    public record Groups(byte[] quants, float[] scales, float[] minima) {}

    /// A matrix of which the parts lie one below the other, and are quantised each for itself.
    ///
    /// Rows that do not fill whole groups are not held as `int4`, but in the compute type.
    ///
    /// @return owned by the caller, who closes it
    public FrozenMatrix of(List<Part> parts, int columns) {
        return switch (quantization) {
            case NONE -> plain(parts, columns, place.type().scalar());
            case F32 -> plain(parts, columns, torch.ScalarType.Float);
            case BF16 -> plain(parts, columns, torch.ScalarType.BFloat16);
            case INT8 -> new Int8Matrix(packed(parts, Int8Matrix::pack), columns, buffer);
            case NF4 -> new PackedMatrix(packed(parts, Nf4::pack), columns, buffer);
            case INT4 ->
                    Int4.fits(columns)
                            ? new PackedMatrix(
                                    parts.stream().map(part -> int4(part, columns)).toList(),
                                    columns,
                                    buffer)
                            : plain(parts, columns, place.type().scalar());
        };
    }

    private FrozenMatrix plain(List<Part> parts, int columns, torch.ScalarType type) {
        int rows = parts.stream().mapToInt(Part::rows).sum();
        Tensor weight = Scopes.owned(() -> place.empty(type, rows, columns));
        int from = 0;
        for (Part part : parts) {
            int at = from;
            Scopes.run(() -> weight.narrow(0, at, part.rows).copy_(part.floats.get()));
            from += part.rows;
        }
        return new FloatMatrix(weight, buffer);
    }

    private static <P> List<P> packed(List<Part> parts, Function<Tensor, P> pack) {
        return parts.stream().map(part -> packed(part, pack)).toList();
    }

    private static <P> P packed(Part part, Function<Tensor, P> pack) {
        try (PointerScope scope = new PointerScope()) {
            return pack.apply(part.floats.get().to(torch.ScalarType.Float).contiguous());
        }
    }

    /// A file's own groups are taken over: rounding them a second time would only lose.
    private static StripPart int4(Part part, int columns) {
        Groups groups = part.groups == null ? null : part.groups.get();
        PackedPart rows =
                groups == null
                        ? packed(part, Int4::pack)
                        : Int4.take(groups.quants, groups.scales, groups.minima);
        return StripPart.of(rows, columns);
    }

    /// Frees the buffer; the matrices are their owners'.
    @Override
    public void close() {
        buffer.close();
    }
}
