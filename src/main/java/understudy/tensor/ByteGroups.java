package understudy.tensor;

import java.lang.foreign.MemorySegment;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A matrix in groups of 32 signed bytes with a scale each, as a GGUF file's Q8_0 holds it:
/// `weight = q * scale`.
///
/// Beside the same matrix in floats, where a multiply with one vector reads it: half the bytes of
/// bfloat16, and nothing is rounded again. Owned by its maker, who closes it.
public final class ByteGroups implements AutoCloseable {
    private static final int GROUP = 32;
    private static final int STORED = GROUP + 2; // a half, then the numbers

    private final Tensor memory; // (rows, columns), bytes
    private final short[] scales;
    private final int rows;
    private final int columns;

    private ByteGroups(Tensor memory, short[] scales, int rows, int columns) {
        this.memory = memory;
        this.scales = scales;
        this.rows = rows;
        this.columns = columns;
    }

    /// Takes over what a file stores.
    ///
    /// @param stored rows of whole groups, 34 bytes each
    public static ByteGroups of(MemorySegment stored, int rows, int columns) {
        int groups = Math.toIntExact((long) rows * columns / GROUP);
        if (columns % GROUP != 0 || stored.byteSize() != (long) groups * STORED) {
            throw new IllegalArgumentException("no whole groups of bytes");
        }
        Placement cpu = Placement.cpu(ComputeType.F32);
        Tensor memory = Scopes.owned(() -> cpu.empty(torch.ScalarType.Byte, rows, columns));
        short[] scales = new short[groups];
        long out = Native.packed(memory);
        Workers.rows(
                groups,
                (from, to) -> {
                    for (long group = from; group < to; group++) {
                        long at = group * STORED;
                        scales[(int) group] = stored.get(Native.SHORT, at);
                        MemorySegment.copy(stored, at + 2, Native.ALL, out + group * GROUP, GROUP);
                    }
                });
        return new ByteGroups(memory, scales, rows, columns);
    }

    /// Of no use once this is closed.
    public RowBlock block() {
        return new Block(Native.packed(memory));
    }

    @Override
    public void close() {
        memory.close();
    }

    private final class Block extends RowBlock {
        private final long address;
        private final int inRow = ByteGroups.this.columns / GROUP;

        Block(long address) {
            super(ByteGroups.this.rows, ByteGroups.this.columns, true);
            this.address = address;
        }

        private DotVectors.Rows at(int row, int count) {
            return new DotVectors.Rows(address + (long) row * columns(), columns(), count);
        }

        @Override
        boolean paired() {
            return false;
        }

        @Override
        void begin(int row, int count, Scratch scratch) {
            scratch.groups(TILE * inRow);
            Int4.widen(scales, row * inRow, count * inRow, scratch.scales);
        }

        @Override
        void dots(int row, int count, float[] x, Scratch scratch, float[] sums) {
            DotVectors.scaledBytes(at(row, count), scratch.scales, inRow, x, columns(), sums);
        }

        @Override
        void unpack(
                int row,
                int skip,
                int count,
                int from,
                int to,
                Scratch scratch,
                float[] out,
                int gap) {
            DotVectors.readScaledBytes(
                    at(row + skip, count), scratch.scales, skip * inRow, inRow, from, to, out, gap);
        }

        @Override
        void readPlain(int row, float[] to, int at) {
            for (int i = 0; i < columns(); i++) {
                float scale = Float.float16ToFloat(scales[row * inRow + i / GROUP]);
                int q = Native.ALL.get(Native.BYTE, address + (long) row * columns() + i);
                to[at + i] = q * scale;
            }
        }
    }
}
