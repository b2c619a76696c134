package understudy.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// 4-bit NormalFloat with double quantisation, as QLoRA defines it (Dettmers et al. 2023, section
/// 3) and bitsandbytes computes it; the dequantised floats are equal to the last bit.
///
/// Blocks of 64 numbers, row after row, are divided by their largest magnitude `a`, and each goes
/// to the nearest of 16 quantiles of the normal distribution. The `a`, less their mean, are in
/// turn divided by the largest magnitude of 256 of them and held as 8-bit dynamic numbers.
final class Nf4 {
    static final int BLOCK = 64;
    static final int SECOND = 256;

    /// Quantiles of N(0,1), scaled to -1 to 1, with an exact 0 (QLoRA, appendix E).
    private static final float[] CODE = {
        -1.0f,
        -0.6961928f,
        -0.52507305f,
        -0.3949175f,
        -0.28444138f,
        -0.18477343f,
        -0.091050036f,
        0.0f,
        0.0795803f,
        0.1609302f,
        0.2461123f,
        0.33791524f,
        0.44070983f,
        0.562617f,
        0.72295684f,
        1.0f
    };

    private static final float[] BOUNDS = bounds();
    private static final float[] MAP = DynamicMap.signed();
    private static final byte[] NEAREST = DynamicMap.nearest(MAP);
    private static final FourBit KERNEL = FourBit.of(CODE, BLOCK, false);

    private Nf4() {}

    /// The 16 values as the bits of floats.
    static int[] bits() {
        int[] bits = new int[CODE.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(CODE[i]);
        }
        return bits;
    }

    private static float[] bounds() {
        float[] bounds = new float[CODE.length - 1];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = (CODE[i] + CODE[i + 1]) / 2;
        }
        return bounds;
    }

    /// Quantises a part of a matrix, some rows after the other.
    static final class Packer {
        private final long size;
        private final PackedPart.Bytes packed;
        private final float[] largest; // of each block
        private long taken; // blocks

        /// @param size numbers of the part
        Packer(long size) {
            long blocks = (size + BLOCK - 1) / BLOCK;
            this.size = size;
            this.packed = PackedPart.Bytes.of(blocks * BLOCK / 2);
            this.largest = new float[Math.toIntExact(blocks)];
        }

        /// The next numbers.
        ///
        /// @param floats f32, contiguous, on the CPU; whole blocks, but for the last call
        void take(Tensor floats) {
            long count = floats.numel();
            long blocks = (count + BLOCK - 1) / BLOCK;
            long first = taken;
            long in = Native.packed(floats);
            Workers.rows(
                    blocks,
                    (from, to) -> {
                        float[] values = new float[BLOCK];
                        for (long block = from; block < to; block++) {
                            int some = (int) Math.min(BLOCK, count - block * BLOCK);
                            Arrays.fill(values, 0);
                            for (int i = 0; i < some; i++) {
                                long at = in + 4 * (block * BLOCK + i);
                                values[i] = Native.ALL.get(Native.FLOAT, at);
                            }
                            put(values, first + block, some < BLOCK);
                        }
                    });
            taken += blocks;
        }

        private void put(float[] values, long block, boolean last) {
            float most = largest(values);
            largest[(int) block] = most;
            quantise(values, most, last);
            long out = packed.address() + block * (BLOCK / 2);
            for (int i = 0; i < BLOCK; i += 2) {
                int pair = (int) values[i] << 4 | (int) values[i + 1];
                Native.ALL.set(Native.BYTE, out + i / 2, (byte) pair);
            }
        }

        /// The part, once all numbers are taken.
        PackedPart packed() {
            Scales scales = scales(largest);
            long bytes = scales.codes.length + 4L * scales.blocks.length;
            return new PackedPart(size, KERNEL, packed, scales, bytes);
        }
    }

    private static float largest(float[] values) {
        float most = 0;
        for (float value : values) {
            most = Math.max(most, Math.abs(value));
        }
        return most;
    }

    /// Numbers become their index in [#CODE].
    ///
    /// @param last whether the block is cut short: bitsandbytes divides there, and multiplies by
    ///     the inverse elsewhere, which rounds otherwise
    private static void quantise(float[] values, float most, boolean last) {
        float divisor = Math.max(most, 1e-38f);
        float inverse = 1 / divisor;
        for (int i = 0; i < values.length; i++) {
            float scaled = last ? values[i] / divisor : values[i] * inverse;
            int index = 0;
            for (float bound : BOUNDS) {
                index += scaled > bound ? 1 : 0;
            }
            values[i] = index;
        }
    }

    private static Scales scales(float[] largest) {
        float mean = mean(largest);
        int seconds = (largest.length + SECOND - 1) / SECOND;
        float[] blocks = new float[seconds];
        byte[] codes = new byte[largest.length];
        for (int s = 0; s < seconds; s++) {
            int end = Math.min(largest.length, (s + 1) * SECOND);
            float most = 0;
            for (int i = s * SECOND; i < end; i++) {
                most = Math.max(most, Math.abs(largest[i] - mean));
            }
            blocks[s] = most;
            float inverse = most == 0 ? 0 : 1 / most;
            for (int i = s * SECOND; i < end; i++) {
                codes[i] = NEAREST[DynamicMap.step((largest[i] - mean) * inverse)];
            }
        }
        return new Scales(codes, blocks, mean);
    }

    /// libtorch's own, since the order of the sum decides the last bit.
    private static float mean(float[] values) {
        float[] mean = new float[1];
        Scopes.run(() -> mean[0] = torch.tensor(values).mean().item_float());
        return mean[0];
    }

    /// @param codes  an index into the dynamic map for each block of 64
    /// @param blocks largest magnitude of each 256 of them
    /// @param mean   that was taken off
    private record Scales(byte[] codes, float[] blocks, float mean) implements FourBit.Blocks {
        @Override
        public float scale(long block) {
            int i = (int) block;
            return MAP[codes[i] & 255] * blocks[i >> 8] + mean;
        }

        @Override
        public float minimum(long block) {
            return 0;
        }
    }
}
