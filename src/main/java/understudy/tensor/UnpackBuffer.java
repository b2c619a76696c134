package understudy.tensor;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// The one place into which the packed matrices of a model are unpacked, as large as the largest
/// that was.
final class UnpackBuffer implements AutoCloseable {
    /// Numbers that a kernel may write behind the last one.
    static final int SLACK = 64;

    private final Placement place;
    private @Nullable Tensor memory;

    UnpackBuffer(Placement place) {
        this.place = place;
    }

    /// @return `(rows, columns)` in the compute type and the CPU's memory, a view in the caller's
    ///     scope with old numbers in it
    Tensor of(int rows, int columns) {
        long size = (long) rows * columns;
        Tensor held = memory;
        if (held == null || held.numel() < size + SLACK) {
            close();
            held = Scopes.owned(() -> Placement.cpu(place.type()).empty(size + SLACK));
            memory = held;
        }
        Tensor buffer = held;
        return Scopes.keep(() -> buffer.narrow(0, 0, size).view(rows, columns));
    }

    /// Where the model computes.
    Placement place() {
        return place;
    }

    ComputeType type() {
        return place.type();
    }

    boolean bfloat16() {
        return place.type() == ComputeType.BF16;
    }

    /// The same numbers where the model computes, in the caller's scope.
    Tensor ready(Tensor filled) {
        return place.device().is_cpu()
                ? filled
                : filled.to(
                        place.device(),
                        place.type().scalar(),
                        false,
                        false,
                        new MemoryFormatOptional());
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close();
            memory = null;
        }
    }
}
