package understudy.tensor;

import java.util.ArrayList;
import java.util.List;
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
    /// @param floats gives them, `(count, columns)` in any float type on the CPU; called in a scope
    ///     of its own for some rows at a time, and for each row once
    /// @param groups gives the same numbers in groups of 4 bits; null where a file does not hold
    ///     them so
    public record Part(int rows, RowSource<Tensor> floats, @Nullable RowSource<Groups> groups) {
        public Part(int rows, RowSource<Tensor> floats) {
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
            case FILE ->
                    place.device().is_cpu() && parts.stream().allMatch(p -> p.groups != null)
                            ? new PackedMatrix(int4(parts, columns), columns, buffer)
                            : plain(parts, columns, place.type().scalar());
            case F32 -> plain(parts, columns, torch.ScalarType.Float);
            case BF16 -> plain(parts, columns, torch.ScalarType.BFloat16);
            case INT8 -> int8(parts, columns);
            case NF4 ->
                    new PackedMatrix(
                            parts.stream().map(part -> nf4(part, columns)).toList(),
                            columns,
                            buffer);
            case INT4 ->
                    Int4.fits(columns)
                            ? new PackedMatrix(int4(parts, columns), columns, buffer)
                            : plain(parts, columns, place.type().scalar());
        };
    }

    private FrozenMatrix plain(List<Part> parts, int columns, torch.ScalarType type) {
        int rows = parts.stream().mapToInt(Part::rows).sum();
        Tensor weight = Scopes.owned(() -> place.empty(type, rows, columns));
        int from = 0;
        for (Part part : parts) {
            int at = from;
            Scopes.run(() -> RowSource.copy(part.floats, weight.narrow(0, at, part.rows)));
            from += part.rows;
        }
        return new FloatMatrix(weight, buffer);
    }

    private Int8Matrix int8(List<Part> parts, int columns) {
        int rows = parts.stream().mapToInt(Part::rows).sum();
        Int8Matrix matrix = new Int8Matrix(rows, columns, buffer);
        int first = 0;
        for (Part part : parts) {
            int at = first;
            RowSource.each(
                    part.rows,
                    columns,
                    (from, count) -> matrix.take(at + from, floats(part, from, count)));
            first += part.rows;
        }
        return matrix;
    }

    private static PackedPart nf4(Part part, int columns) {
        Nf4.Packer packer = new Nf4.Packer((long) part.rows * columns);
        RowSource.each(part.rows, columns, (from, count) -> packer.take(floats(part, from, count)));
        return packer.packed();
    }

    /// A file's own groups are taken over: rounding them a second time would only lose.
    private static List<StripPart> int4(List<Part> parts, int columns) {
        List<StripPart> strips = new ArrayList<>();
        for (Part part : parts) {
            RowSource.each(
                    part.rows,
                    columns,
                    (from, count) -> {
                        Groups groups = part.groups == null ? null : part.groups.of(from, count);
                        PackedPart rows =
                                groups == null
                                        ? Int4.pack(floats(part, from, count))
                                        : Int4.take(groups.quants, groups.scales, groups.minima);
                        strips.add(StripPart.of(rows, columns));
                    });
        }
        return strips;
    }

    private static Tensor floats(Part part, int from, int count) {
        return part.floats.of(from, count).to(torch.ScalarType.Float).contiguous();
    }

    /// Frees the buffer; the matrices are their owners'.
    @Override
    public void close() {
        buffer.close();
    }
}
