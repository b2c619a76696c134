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
                    if (bfloat16) {
                        kernel.bfloats(packed.address, blocks, out, from, to);
                    } else {
                        kernel.floats(packed.address, blocks, out, from, to);
                    }
                });
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
