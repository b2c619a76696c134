package understudy.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class DequantizerTest {
    /// Enough for several pieces on several threads, and a last piece that is not full.
    private static final int ELEMENTS = (1 << 19) + 32 * 7;

    private static byte[] stored(WeightType type, int elements, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        byte[] bytes = new byte[(int) type.bytesOf(elements)];
        random.nextBytes(bytes);
        return bytes;
    }

    /// The formats' definition, an element at a time.
    private static float element(WeightType type, byte[] in, int i) {
        int at = i / type.blockElements() * type.blockBytes();
        int j = i % type.blockElements();
        float d = Float.float16ToFloat(half(in, at));
        int q = j < 16 ? 0 : 4;
        return switch (type) {
            case F16 -> d;
            case BF16 -> Float.intBitsToFloat(half(in, at) << 16);
            case Q8_0 -> in[at + 2 + j] * d;
            case Q4_0 -> (((in[at + 2 + j % 16] >> q) & 15) - 8) * d;
            default ->
                    ((in[at + 4 + j % 16] >> q) & 15) * d + Float.float16ToFloat(half(in, at + 2));
        };
    }

    private static short half(byte[] in, int at) {
        return (short) ((in[at] & 0xff) | (in[at + 1] << 8));
    }

    @Test
    void bigTensorsEqualTheDefinition() {
        for (WeightType type :
                new WeightType[] {
                    WeightType.F16,
                    WeightType.BF16,
                    WeightType.Q8_0,
                    WeightType.Q4_0,
                    WeightType.Q4_1
                }) {
            byte[] in = stored(type, ELEMENTS, type.ordinal());
            float[] out = new float[ELEMENTS];
            Dequantizer.toFloats(type, MemorySegment.ofArray(in), out);
            for (int i = 0; i < ELEMENTS; i++) {
                float wanted = element(type, in, i);
                if (Float.floatToIntBits(out[i]) != Float.floatToIntBits(wanted)) {
                    assertThat(out[i]).as("%s element %d", type, i).isEqualTo(wanted);
                }
            }
        }
    }

    /// Pieces and threads change nothing: the whole is what its single blocks are.
    @Test
    void bigTensorsOfBlocksAreWhatEachBlockIs() {
        for (WeightType type : WeightType.values()) {
            if (type.blockElements() == 1 || !Dequantizer.supports(type)) {
                continue;
            }
            int elements = (1 << 18) + 256 * 7;
            byte[] bytes = stored(type, elements, type.ordinal());
            MemorySegment in = MemorySegment.ofArray(bytes);
            float[] whole = new float[elements];
            Dequantizer.toFloats(type, in, whole);
            float[] one = new float[type.blockElements()];
            for (int from = 0; from < elements; from += one.length) {
                Dequantizer.toFloats(type, in.asSlice(type.bytesOf(from), type.blockBytes()), one);
                if (Arrays.mismatch(one, 0, one.length, whole, from, from + one.length) >= 0) {
                    assertThat(Arrays.copyOfRange(whole, from, from + one.length))
                            .as("%s from %d", type, from)
                            .containsExactly(one);
                }
            }
        }
    }

    /// Random bits of every size, on one thread and several: also NaN and infinite scales end in
    /// the same floats but for the sign of a zero.
    @Test
    void affineGroupsAreTheSameWeights() {
        for (WeightType type :
                new WeightType[] {WeightType.Q4_0, WeightType.Q4_1, WeightType.Q4_K}) {
            for (int elements : new int[] {0, 256, 1 << 14, (1 << 18) + 256 * 7}) {
                byte[] bytes = stored(type, elements, elements + 1);
                MemorySegment in = MemorySegment.ofArray(bytes);
                float[] floats = new float[elements];
                Dequantizer.toFloats(type, in, floats);
                byte[] quants = new byte[elements];
                float[] scales = new float[elements / 32];
                float[] minima = new float[elements / 32];
                AffineGroups.unpack(type, in, quants, scales, minima);
                for (int i = 0; i < elements; i++) {
                    float weight = quants[i] * scales[i / 32] + minima[i / 32];
                    boolean infinite = Float.isInfinite(scales[i / 32]); // inf - inf is no number
                    if (weight != floats[i] && !Float.isNaN(floats[i]) && !infinite) {
                        assertThat(weight).as("%s element %d", type, i).isEqualTo(floats[i]);
                    }
                }
            }
        }
    }

    @Test
    void affineGroupsRefuseWhatDoesNotFit() {
        MemorySegment in = MemorySegment.ofArray(new byte[36]);
        float[] two = new float[2];
        AffineGroups.unpack(WeightType.Q4_0, in, new byte[64], two, two.clone());
        assertThatThrownBy(() -> AffineGroups.unpack(WeightType.Q4_0, in, new byte[63], two, two))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        AffineGroups.unpack(WeightType.Q4_0, in, new byte[64], two, new float[1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AffineGroups.unpack(WeightType.Q8_0, in, new byte[32], two, two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Q8_0");
    }

    @Test
    void memoryOfOneThreadStaysInThatThread() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(2L * ELEMENTS);
            in.copyFrom(MemorySegment.ofArray(stored(WeightType.BF16, ELEMENTS, 5)));
            MemorySegment out = arena.allocate(4L * ELEMENTS);
            MemorySegment back = arena.allocate(2L * ELEMENTS);
            Dequantizer.toFloats(WeightType.BF16, in, out);
            Dequantizer.toBfloat16(out, back);
            for (int i = 0; i < ELEMENTS; i++) {
                short before = in.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i);
                short after = back.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i);
                boolean nan = (before & 0x7fff) > 0x7f80;
                if (before != after && !(nan && after == (before | 0x40))) {
                    assertThat(after).as("element %d", i).isEqualTo(before);
                }
            }
        }
    }

    @Test
    void nanAndInfinityStayWhatTheyAre() {
        assertThat(Dequantizer.bfloat16(Float.intBitsToFloat(0x7f800001)) & 0xffff)
                .isEqualTo(0x7fc0);
        assertThat(Dequantizer.bfloat16(Float.intBitsToFloat(0x7fffffff)) & 0xffff)
                .isEqualTo(0x7fff);
        assertThat(Dequantizer.bfloat16(Float.NEGATIVE_INFINITY) & 0xffff).isEqualTo(0xff80);
        assertThat(Dequantizer.bfloat16(Float.MAX_VALUE) & 0xffff).isEqualTo(0x7f80);
    }

    @Test
    void refusesSizesThatDoNotFit() {
        MemorySegment in = MemorySegment.ofArray(new byte[34]);
        assertThatThrownBy(() -> Dequantizer.toFloats(WeightType.Q8_0, in, new float[31]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> Dequantizer.toFloats(WeightType.Q8_0, in.asSlice(1), new float[32]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Dequantizer.toFloats(WeightType.TQ2_0, in, new float[32]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
