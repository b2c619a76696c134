package understudy.tensor;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Some rows of a matrix in 4 bits a number.
///
/// @param size   numbers
/// @param packed two a byte
/// @param blocks what a block's 16 values are scaled with
/// @param scaleBytes that `blocks` takes
record PackedPart(long size, FourBit kernel, Bytes packed, FourBit.Blocks blocks, long scaleBytes)
        implements MatrixPart {
    /// Blocks that are unpacked with scales made at once.
    private static final int AT_ONCE = 256;

    /// Native memory that is freed by [#close].
    record Bytes(Tensor memory, long address, long size) {
        /// Vectors read that much beyond the last row at most; see [CodeBlock].
        private static final int SPARE = 64;

        static Bytes of(long size) {
            Placement cpu = Placement.cpu(ComputeType.F32);
            Tensor memory = Scopes.owned(() -> cpu.empty(torch.ScalarType.Byte, size + SPARE));
            return new Bytes(memory, Native.packed(memory), size);
        }
    }

    @Override
    public void unpack(long out, boolean bfloat16) {
        int block = kernel.blockSize();
        long count = (size + block - 1) / block;
        Workers.rows(
                count,
                (from, to) -> {
                    FourBit.Scaled scaled = new FourBit.Scaled(AT_ONCE);
                    for (long at = from; at < to; at += AT_ONCE) {
                        unpack(at, (int) Math.min(AT_ONCE, to - at), scaled, out, bfloat16);
                    }
                });
    }

    private void unpack(long at, int count, FourBit.Scaled scaled, long out, boolean bfloat16) {
        blocks.scales(at, count, scaled.scales());
        if (kernel.minima()) {
            blocks.minima(at, count, scaled.minima());
        }
        int block = kernel.blockSize();
        int apart = block * (bfloat16 ? 2 : 4);
        long in = packed.address + at * (block / 2);
        if (bfloat16) {
            kernel.bfloats(in, scaled, out + at * apart, count, apart);
        } else {
            kernel.floats(in, scaled, out + at * apart, count, apart);
        }
    }

    @Override
    public RowBlock block(int columns) {
        return new CodeBlock(this, columns);
    }

    @Override
    public long bytes() {
        return packed.size + scaleBytes;
    }

    @Override
    public void close() {
        packed.memory.close();
    }
}
