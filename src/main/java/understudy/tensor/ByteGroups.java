package understudy.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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

    private final class Block extends GroupBlock {
        private final long address;

        Block(long address) {
            super(ByteGroups.this.rows, ByteGroups.this.columns, 8, GROUP, GroupVectors.OF_BYTES);
            this.address = address;
        }

        @Override
        long address(int row) {
            return address + (long) row * columns();
        }

        @Override
        void begin(int row, int count, Scratch scratch) {
            int all = count * inRow();
            scratch.groups(all);
            Int4.widen(scales, row * inRow(), all, scratch.scales);
            Arrays.fill(scratch.minima, 0, all, 0f);
        }

        @Override
        void dots(
                GroupVectors.Rows rows,
                GroupVectors.Scales scales,
                GroupVectors.Input x,
                float[] sums,
                int to) {
            GroupVectors.bytes(rows, scales, x, sums, to);
        }

        @Override
        void read(long in, int stretches, float[] out, int at) {
            GroupVectors.readBytes(in, stretches, out, at);
        }

        @Override
        void readPlain(int row, float[] to, int at) {
            for (int i = 0; i < columns(); i++) {
                float scale = Float.float16ToFloat(scales[row * inRow() + i / GROUP]);
                int q = Native.ALL.get(Native.BYTE, address + (long) row * columns() + i);
                to[at + i] = q * scale;
            }
        }
    }
}
