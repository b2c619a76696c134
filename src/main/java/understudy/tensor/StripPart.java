package understudy.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Some rows of a matrix that lie in strips. Owned by its maker, who closes it.
final class StripPart implements MatrixPart {
    private static final int STORED = 2 + Strips.GROUP; // a group of bytes in a file

    private final Strips form;
    private final Tensor memory;
    private final long address;

    private StripPart(Strips form) {
        this.form = form;
        Placement cpu = Placement.cpu(ComputeType.F32);
        this.memory = Scopes.owned(() -> cpu.empty(torch.ScalarType.Byte, form.bytes()));
        this.address = Native.packed(memory);
        Native.ALL.asSlice(address, form.bytes()).fill((byte) 0);
    }

    /// Takes over 4-bit numbers with minima that lie row after row, and closes those.
    static StripPart of(PackedPart rows, int columns) {
        try (rows) {
            int count = Math.toIntExact(rows.size() / columns);
            Strips.Kind kind =
                    Int4.halves(rows) ? Strips.Kind.QUARTERS_HALVES : Strips.Kind.QUARTERS_FLOATS;
            StripPart part = new StripPart(new Strips(count, columns, kind));
            Workers.rows(
                    count,
                    (from, to) -> {
                        for (long row = from; row < to; row++) {
                            part.take(rows, (int) row);
                        }
                    });
            return part;
        }
    }

    private void take(PackedPart rows, int row) {
        long in = rows.packed().address() + (long) row * form.columns() / 2;
        for (int word = 0; word < form.columns() / 8; word++) {
            int eight = Native.ALL.get(Native.INT, in + 4L * word);
            Native.ALL.set(Native.INT, address + form.word(row, word), eight);
        }
        long block = (long) row * form.groups();
        for (int group = 0; group < form.groups(); group++) {
            number(address + form.scale(row, group), rows.blocks().scale(block + group));
            number(address + form.minimum(row, group), rows.blocks().minimum(block + group));
        }
    }

    /// Takes over what a GGUF file stores as Q8_0.
    ///
    /// @param stored rows of whole groups, 34 bytes each
    static StripPart ofBytes(MemorySegment stored, int rows, int columns) {
        StripPart part = new StripPart(new Strips(rows, columns, Strips.Kind.BYTES));
        Workers.rows(
                rows,
                (from, to) -> {
                    for (long row = from; row < to; row++) {
                        part.take(stored, (int) row);
                    }
                });
        return part;
    }

    private void take(MemorySegment stored, int row) {
        int words = form.kind().words();
        for (int group = 0; group < form.groups(); group++) {
            long in = ((long) row * form.groups() + group) * STORED;
            short scale = stored.get(Native.SHORT, in);
            Native.ALL.set(Native.SHORT, address + form.scale(row, group), scale);
            for (int word = 0; word < words; word++) {
                int four = stored.get(Native.INT, in + 2 + 4L * word);
                Native.ALL.set(Native.INT, address + form.word(row, group * words + word), four);
            }
        }
    }

    Strips form() {
        return form;
    }

    @Override
    public long size() {
        return (long) form.rows() * form.columns();
    }

    @Override
    public long bytes() {
        return form.bytes();
    }

    @Override
    public RowBlock block(int columns) {
        return new StripBlock(this);
    }

    /// 32 bits of a row.
    int word(int row, int word) {
        return Native.ALL.get(Native.INT, address + form.word(row, word));
    }

    float scale(int row, int group) {
        return number(address + form.scale(row, group));
    }

    /// Of 4-bit numbers.
    float minimum(int row, int group) {
        return number(address + form.minimum(row, group));
    }

    long address() {
        return address;
    }

    private float number(long at) {
        return form.kind() == Strips.Kind.QUARTERS_FLOATS
                ? Native.ALL.get(Native.FLOAT, at)
                : Float.float16ToFloat(Native.ALL.get(Native.SHORT, at));
    }

    private void number(long at, float value) {
        if (form.kind() == Strips.Kind.QUARTERS_FLOATS) {
            Native.ALL.set(Native.FLOAT, at, value);
        } else {
            Native.ALL.set(Native.SHORT, at, Float.floatToFloat16(value));
        }
    }

    /// Of 4-bit numbers.
    @Override
    public void unpack(long out, boolean bfloat16) {
        int pair = 2 * Strips.WIDTH;
        Workers.rows(
                (form.rows() + pair - 1) / pair,
                (from, to) -> {
                    try (Arena arena = Arena.ofConfined()) {
                        Pair some = new Pair(arena.allocate(pair * Strips.GROUP / 2, 64).address());
                        for (long i = from; i < to; i++) {
                            some.unpack((int) i * pair, out, bfloat16);
                        }
                    }
                });
    }

    /// The rows of two strips, one after the other again.
    private final class Pair {
        private static final int ROWS = 2 * Strips.WIDTH;

        private final long packed; // a group of each row
        private final FourBit.Scaled scaled = new FourBit.Scaled(ROWS);

        Pair(long packed) {
            this.packed = packed;
        }

        void unpack(int first, long out, boolean bfloat16) {
            int rows = Math.min(ROWS, form.rows() - first);
            int width = bfloat16 ? 2 : 4;
            long apart = (long) form.columns() * width;
            long to = out + first * apart;
            for (int group = 0; group < form.groups(); group++) {
                gather(first, rows, group);
                if (bfloat16) {
                    Int4.KERNEL.bfloats(packed, scaled, to, rows, apart);
                } else {
                    Int4.KERNEL.floats(packed, scaled, to, rows, apart);
                }
                to += (long) Strips.GROUP * width;
            }
        }

        /// A group's words of each row, side by side, and what they are scaled with.
        private void gather(int first, int rows, int group) {
            long in = address + form.word(first, 4 * group);
            if (RowBlock.vectors(Strips.GROUP)) {
                StripVectors.scaled(
                        in - form.kind().scaleBytes(), StripScales.of(form.kind()), scaled);
                StripVectors.gather(in, packed);
                return;
            }
            for (int row = 0; row < rows; row++) {
                scaled.scales()[row] = StripPart.this.scale(first + row, group);
                scaled.minima()[row] = StripPart.this.minimum(first + row, group);
                for (int word = 0; word < 4; word++) {
                    int eight = StripPart.this.word(first + row, 4 * group + word);
                    Native.ALL.set(Native.INT, packed + 16L * row + 4L * word, eight);
                }
            }
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
