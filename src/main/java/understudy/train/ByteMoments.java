package understudy.train;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import understudy.tensor.ComputeType;
import understudy.tensor.DynamicMap;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;
import understudy.tensor.WeightTensors;

/// Both moments in 8 bits, 2 bytes and a 32nd a number (Dettmers et al. 2022, "8-bit optimizers
/// via block-wise quantization").
///
/// Blocks of 256 are divided by their largest magnitude; each number goes to the nearest of the
/// dynamic map, signed for m, unsigned for v. Other than in the paper, a v that is not zero never
/// becomes zero: the step divides by its root.
final class ByteMoments implements Moments {
    static final int BLOCK = 256;

    private final Half mean;
    private final Half square;
    private @Nullable Map<String, Tensor> kept;

    /// @param size numbers of the adapter
    ByteMoments(long size) {
        this.mean = new Half(size, DynamicMap.signed(), false);
        this.square = new Half(size, DynamicMap.unsigned(), true);
    }

    /// One of the moments.
    private static final class Half {
        private final byte[][] codes; // a piece each: one array ends at 2^31 numbers
        private final float[] scales; // one a block
        private final float[] map;
        private final float[] middles; // between neighbours of the map
        private final boolean positive;

        Half(long size, float[] map, boolean positive) {
            int pieces = Math.toIntExact((size + PIECE - 1) / PIECE);
            this.codes = new byte[pieces][PIECE];
            this.scales = new float[Math.multiplyExact(pieces, PIECE / BLOCK)];
            this.map = map;
            this.positive = positive;
            this.middles = new float[map.length - 1];
            for (int i = 0; i < middles.length; i++) {
                middles[i] = (map[i] + map[i + 1]) / 2;
            }
        }

        void read(long from, float[] to, int count) {
            byte[] piece = codes[(int) (from / PIECE)];
            for (int i = 0; i < count; i++) {
                to[i] = map[piece[i] & 255] * scales[(int) ((from + i) / BLOCK)];
            }
        }

        void write(long from, float[] values, int count) {
            byte[] piece = codes[(int) (from / PIECE)];
            for (int begin = 0; begin < count; begin += BLOCK) {
                int end = Math.min(count, begin + BLOCK);
                float largest = 0;
                for (int i = begin; i < end; i++) {
                    largest = Math.max(largest, Math.abs(values[i]));
                }
                scales[(int) ((from + begin) / BLOCK)] = largest;
                float inverse = largest == 0 ? 0 : 1 / largest;
                for (int i = begin; i < end; i++) {
                    piece[i] = code(values[i] * inverse);
                }
            }
        }

        private byte code(float value) {
            int found = Arrays.binarySearch(middles, value);
            int nearest = found >= 0 ? found : -found - 1;
            return (byte) (positive && value > 0 ? Math.max(1, nearest) : nearest);
        }

        /// Codes and scales as f32 tensors, which is what checkpoint files hold.
        void keep(String name, Map<String, Tensor> into) {
            Placement cpu = Placement.cpu(ComputeType.F32);
            float[] numbers = new float[PIECE];
            Tensor all = Scopes.owned(() -> cpu.empty((long) codes.length * PIECE));
            for (int i = 0; i < codes.length; i++) {
                for (int j = 0; j < PIECE; j++) {
                    numbers[j] = codes[i][j] & 255;
                }
                WeightTensors.memory(all)
                        .asSlice(4L * i * PIECE, 4L * PIECE)
                        .copyFrom(MemorySegment.ofArray(numbers));
            }
            into.put(name + "_codes", all);
            into.put(name + "_scales", Scopes.owned(() -> cpu.floats(scales)));
        }

        void restore(String name, Map<String, Tensor> from) {
            float[] numbers = new float[PIECE];
            MemorySegment all = WeightTensors.memory(tensor(from, name + "_codes"));
            for (int i = 0; i < codes.length; i++) {
                MemorySegment.ofArray(numbers).copyFrom(all.asSlice(4L * i * PIECE, 4L * PIECE));
                for (int j = 0; j < PIECE; j++) {
                    codes[i][j] = (byte) (int) numbers[j];
                }
            }
            MemorySegment.ofArray(scales)
                    .copyFrom(WeightTensors.memory(tensor(from, name + "_scales")));
        }

        private static Tensor tensor(Map<String, Tensor> from, String name) {
            Tensor tensor = from.get(name);
            if (tensor == null) {
                throw new IllegalStateException("no tensor " + name);
            }
            return tensor;
        }
    }

    @Override
    public void read(long from, float[] m, float[] v, int count) {
        mean.read(from, m, count);
        square.read(from, v, count);
    }

    @Override
    public void write(long from, float[] m, float[] v, int count) {
        mean.write(from, m, count);
        square.write(from, v, count);
    }

    /// Four bytes a code in the file; the checkpoint is as large as with 32 bits.
    @Override
    public Map<String, Tensor> tensors() {
        release();
        Map<String, Tensor> all = new LinkedHashMap<>();
        mean.keep("mean", all);
        square.keep("square", all);
        kept = all;
        return all;
    }

    @Override
    public void restored() {
        if (kept == null) {
            throw new IllegalStateException("nothing was read");
        }
        mean.restore("mean", kept);
        square.restore("square", kept);
        release();
    }

    /// The tensors of a checkpoint are as large as the adapter, and not needed between two.
    @Override
    public void release() {
        if (kept != null) {
            kept.values().forEach(Tensor::close);
            kept = null;
        }
    }

    @Override
    public void close() {
        release();
    }
}
