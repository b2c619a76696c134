package understudy.tensor;

import java.lang.foreign.MemorySegment;

/// A matrix in groups of 32 signed bytes with a scale each, as a GGUF file's Q8_0 holds it:
/// `weight = q * scale`.
///
/// Beside the same matrix in floats, where a multiply with one vector reads it: half the bytes of
/// bfloat16, and nothing is rounded again. Owned by its maker, who closes it.
public final class ByteGroups implements AutoCloseable {
    private final StripPart part;

    private ByteGroups(StripPart part) {
        this.part = part;
    }

    /// Takes over what a file stores.
    ///
    /// @param stored rows of whole groups, 34 bytes each
    public static ByteGroups of(MemorySegment stored, int rows, int columns) {
        long groups = (long) rows * columns / Strips.GROUP;
        if (columns % Strips.GROUP != 0 || stored.byteSize() != groups * (Strips.GROUP + 2)) {
            throw new IllegalArgumentException("no whole groups of bytes");
        }
        return new ByteGroups(StripPart.ofBytes(stored, rows, columns));
    }

    /// Of no use once this is closed.
    public RowBlock block() {
        return part.block(part.form().columns());
    }

    @Override
    public void close() {
        part.close();
    }
}
