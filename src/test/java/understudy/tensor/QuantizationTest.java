package understudy.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.weights.Dequantizer;

/// Packed matrices against bitsandbytes (`reference/quantization_goldens.py`), against plain loops,
/// and against the bound that each way of rounding promises.
class QuantizationTest {
    private static final Placement F32 = Placement.cpu(ComputeType.F32);
    private static final Placement BF16 = Placement.cpu(ComputeType.BF16);
    private static final long SEED = 20261125;

    private static JsonNode golden() throws Exception {
        return Json.json()
                .readTree(Files.readString(Path.of("src/test/resources/golden/tensor/nf4.json")));
    }

    private static float[] floats(JsonNode bits) {
        float[] values = new float[bits.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bits.get(i).asInt());
        }
        return values;
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i] + 0f); // a zero has one sign
        }
        return bits;
    }

    private static float[] floats(Tensor tensor) {
        Tensor plain = tensor.to(torch.ScalarType.Float).contiguous();
        float[] values = new float[Math.toIntExact(plain.numel())];
        plain.data_ptr_float().get(values);
        return values;
    }

    /// Values of a matrix of one part after quantising and unpacking.
    private static float[] through(
            Quantization way, Placement place, float[] values, int rows, int columns) {
        try (PointerScope scope = new PointerScope();
                FrozenMatrices matrices = new FrozenMatrices(place, way)) {
            Tensor given = torch.tensor(values).view(rows, columns);
            FrozenMatrices.Part part =
                    new FrozenMatrices.Part(rows, (from, count) -> given.narrow(0, from, count));
            try (FrozenMatrix matrix = matrices.of(List.of(part), columns)) {
                assertThat(matrix.rows()).isEqualTo(rows);
                assertThat(matrix.columns()).isEqualTo(columns);
                return floats(matrix.dense());
            }
        }
    }

    private static float[] random(int count) {
        Random random = new Random(SEED);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * 0.02 * (1 + i / 500));
        }
        return values;
    }

    @Test
    void nf4IsBitForBitThatOfBitsandbytes() throws Exception {
        for (JsonNode one : golden().get("cases")) {
            int rows = one.get("shape").get(0).asInt();
            int columns = one.get("shape").get(1).asInt();
            float[] result =
                    through(Quantization.NF4, F32, floats(one.get("input")), rows, columns);
            int[] wrong = bits(result);
            int[] right = bits(floats(one.get("floats")));
            assertThat(Arrays.mismatch(wrong, right))
                    .as("first number that differs in: %s", one.get("name").asString())
                    .isEqualTo(-1);
        }
    }

    @Test
    void dynamicMapsAreThoseOfBitsandbytes() throws Exception {
        JsonNode maps = golden().get("maps");
        assertThat(DynamicMap.signed()).isEqualTo(floats(maps.get("signed")));
        assertThat(DynamicMap.unsigned()).isEqualTo(floats(maps.get("unsigned")));
    }

    @ParameterizedTest
    @EnumSource(Quantization.class)
    void bfloatsAreTheFloatsRounded(Quantization way) {
        float[] values = random(30 * 96);
        float[] full = through(way, F32, values, 30, 96);
        float[] half = through(way, BF16, values, 30, 96);
        for (int i = 0; i < full.length; i++) {
            float rounded = Float.intBitsToFloat(Dequantizer.bfloat16(full[i]) << 16);
            assertThat(half[i]).as("number %d", i).isEqualTo(rounded);
        }
    }

    @Test
    void plainLoopsAndVectorsGiveTheSame() {
        byte[] packed = new byte[64 * 32];
        new Random(SEED).nextBytes(packed);
        float[] code = new float[16];
        for (int i = 0; i < 16; i++) {
            code[i] = (i - 7) / 8f;
        }
        FourBit.Scaled scaled = new FourBit.Scaled(128);
        for (int block = 0; block < 128; block++) {
            scaled.scales()[block] = 0.013f * (block + 1);
            scaled.minima()[block] = -0.4f * block;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor in = F32.empty(torch.ScalarType.Byte, packed.length);
            WeightTensors.memory(in).copyFrom(java.lang.foreign.MemorySegment.ofArray(packed));
            for (int size : new int[] {32, 64}) {
                for (boolean minima : new boolean[] {false, true}) {
                    FourBit plain = new FourBit(code, size, minima);
                    FourBit fast = FourBit.of(code, size, minima);
                    int count = packed.length * 2 / size;
                    assertThat(result(plain, in, scaled, count, true))
                            .isEqualTo(result(fast, in, scaled, count, true));
                    assertThat(result(plain, in, scaled, count, false))
                            .isEqualTo(result(fast, in, scaled, count, false));
                }
            }
        }
    }

    private static float[] result(
            FourBit kernel, Tensor in, FourBit.Scaled scaled, int count, boolean half) {
        Tensor out = (half ? BF16 : F32).empty((long) count * kernel.blockSize());
        if (half) {
            kernel.bfloats(
                    Native.packed(in), scaled, Native.packed(out), count, 2L * kernel.blockSize());
        } else {
            kernel.floats(
                    Native.packed(in), scaled, Native.packed(out), count, 4L * kernel.blockSize());
        }
        return floats(out);
    }

    @Test
    void int4IsWithinHalfAStepAndInt8TooAndNoBlockTouchesAnother() {
        int rows = 20;
        int columns = 96;
        float[] values = random(rows * columns);
        float[] four = through(Quantization.INT4, F32, values, rows, columns);
        float[] eight = through(Quantization.INT8, F32, values, rows, columns);
        for (int i = 0; i < values.length; i++) {
            int from = i / 32 * 32;
            float least = values[from];
            float greatest = values[from];
            float largest = 0;
            for (int j = 0; j < 32; j++) {
                least = Math.min(least, values[from + j]);
                greatest = Math.max(greatest, values[from + j]);
            }
            for (int j = 0; j < columns; j++) {
                largest = Math.max(largest, Math.abs(values[i / columns * columns + j]));
            }
            // half a step, and what a half's 11 bits lose of the minimum and of fifteen scales
            float slack = (Math.abs(least) + Math.abs(greatest)) / 1000;
            assertThat(Math.abs(four[i] - values[i])).isLessThan((greatest - least) / 30 + slack);
            assertThat(Math.abs(eight[i] - values[i])).isLessThan(largest / 253);
        }
    }

    @Test
    void groupsTakenOverKeepTheirNumbers() {
        byte[] quants = new byte[128];
        float[] scales = {0.5f, 0.1234567f, 2, 1e-3f};
        float[] minima = {-4, 0.7654321f, 0, -1e-2f};
        for (int i = 0; i < quants.length; i++) {
            quants[i] = (byte) (i * 7 % 16);
        }
        try (PointerScope scope = new PointerScope();
                UnpackBuffer buffer = new UnpackBuffer(F32);
                FrozenMatrix matrix =
                        new PackedMatrix(
                                List.of(StripPart.of(Int4.take(quants, scales, minima), 64)),
                                64,
                                buffer)) {
            float[] result = floats(matrix.dense());
            for (int i = 0; i < quants.length; i++) {
                assertThat(result[i]).isEqualTo(quants[i] * scales[i / 32] + minima[i / 32]);
            }
        }
    }

    @Test
    void partsLieOneBelowTheOther() {
        float[] first = random(3 * 48);
        float[] second = random(5 * 48);
        for (Quantization way : Quantization.values()) {
            try (PointerScope scope = new PointerScope();
                    FrozenMatrices matrices = new FrozenMatrices(F32, way);
                    FrozenMatrix both = matrices.of(List.of(part(first, 3), part(second, 5)), 48)) {
                float[] result = floats(both.dense());
                float[] above = through(way, F32, first, 3, 48);
                float[] below = through(way, F32, second, 5, 48);
                assertThat(Arrays.copyOf(result, above.length)).isEqualTo(above);
                assertThat(Arrays.copyOfRange(result, above.length, result.length))
                        .isEqualTo(below);
            }
        }
    }

    private static FrozenMatrices.Part part(float[] values, int rows) {
        return part(torch.tensor(values).view(rows, 48));
    }

    private static FrozenMatrices.Part part(Tensor given) {
        return new FrozenMatrices.Part(
                Math.toIntExact(given.size(0)), (from, count) -> given.narrow(0, from, count));
    }

    /// No more than some megabytes exist in floats at a time, and a product is the same.
    @Test
    void largeMatricesAreTakenAndMultipliedInPieces() {
        int columns = 1024;
        int rows = 2 * RowSource.AT_ONCE / columns + 96;
        for (Quantization way : Quantization.values()) {
            try (PointerScope scope = new PointerScope();
                    FrozenMatrices matrices = new FrozenMatrices(F32, way)) {
                Tensor given = torch.randn(rows, columns).mul_(new Scalar(0.02));
                List<Integer> counts = new ArrayList<>();
                RowSource<Tensor> source =
                        (from, count) -> {
                            counts.add(count);
                            return given.narrow(0, from, count);
                        };
                FrozenMatrices.Part small = part(given.narrow(0, 0, 32));
                FrozenMatrices.Part large = new FrozenMatrices.Part(rows, source);
                try (FrozenMatrix matrix = matrices.of(List.of(small, large), columns)) {
                    assertThat(counts.stream().mapToInt(n -> n).sum()).isEqualTo(rows);
                    assertThat(counts).allMatch(n -> n * columns <= RowSource.AT_ONCE);
                    Tensor x = torch.randn(3, columns);
                    Tensor expected = torch.mm(x, matrix.dense().t());
                    double worst = matrix.product(x).sub(expected).abs().max().item_double();
                    assertThat(worst).as(way.toString()).isLessThan(1e-5);
                    Tensor off = matrix.dense().narrow(0, 32, rows).sub(given).abs().max();
                    assertThat(off.item_double()).as(way.toString()).isLessThan(0.02);
                }
            }
        }
    }

    @Test
    void bytesHeldAreWhatTheFormatSays() {
        float[] values = random(64 * 256);
        assertThat(held(Quantization.NF4, values)).isEqualTo(64 * 256 / 2 + 256 + 4);
        assertThat(held(Quantization.INT4, values)).isEqualTo(64 * 256 / 2 + 4 * 512);
        assertThat(held(Quantization.INT8, values)).isEqualTo(64 * 256 + 4 * 64);
        assertThat(held(Quantization.BF16, values)).isEqualTo(2 * 64 * 256);
    }

    private static long held(Quantization way, float[] values) {
        try (PointerScope scope = new PointerScope();
                FrozenMatrices matrices = new FrozenMatrices(F32, way);
                FrozenMatrix matrix =
                        matrices.of(List.of(part(torch.tensor(values).view(64, 256))), 256)) {
            return matrix.bytes();
        }
    }
}
