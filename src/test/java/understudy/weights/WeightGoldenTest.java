package understudy.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static understudy.weights.WeightType.F32;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;

/// Files and floats as the formats' own libraries made them (`reference/weights_goldens.py`).
class WeightGoldenTest {
    static final Path FOLDER = Path.of("src/test/resources/golden/weights");

    private static JsonNode expected() throws Exception {
        return Json.json().readTree(Files.readString(FOLDER.resolve("expected.json")));
    }

    private static int[] bits(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static int[] floatBits(WeightFile file, String name) {
        float[] floats = new float[(int) file.tensor(name).elements()];
        file.floats(name, MemorySegment.ofArray(floats));
        int[] bits = new int[floats.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(floats[i]);
        }
        return bits;
    }

    @Test
    void ggufFloatsAreBitForBitTheReferences() throws Exception {
        try (Gguf gguf = Gguf.open(FOLDER.resolve("types.gguf"))) {
            JsonNode tensors = expected().get("gguf");
            assertThat(tensors.propertyNames()).hasSize(8);
            for (String name : tensors.propertyNames()) {
                assertThat(floatBits(gguf, name)).as(name).isEqualTo(bits(tensors.get(name)));
            }
            assertThat(gguf.tensor("cube.f32").shape()).containsExactly(2, 3, 4);
            assertThat(gguf.tensor("some.q4_1").shape()).containsExactly(3, 64);
        }
    }

    @Test
    void everyBlockTypeIsBitForBitTheReferences() {
        try (Gguf gguf = Gguf.open(FOLDER.resolve("blocks.gguf"))) {
            List<TensorInfo> blocks =
                    gguf.tensors().values().stream().filter(t -> t.type() != F32).toList();
            assertThat(blocks).hasSize(12);
            for (TensorInfo info : blocks) {
                assertThat(info.name()).isEqualTo(info.type().toString());
                assertThat(floatBits(gguf, info.name()))
                        .as(info.name())
                        .isEqualTo(floatBits(gguf, info.name() + ".floats"));
            }
        }
    }

    @Test
    void affineGroupsAreTheReferencesFloats() {
        try (Gguf gguf = Gguf.open(FOLDER.resolve("blocks.gguf"))) {
            List<TensorInfo> affine =
                    gguf.tensors().values().stream()
                            .filter(t -> AffineGroups.supports(t.type()))
                            .toList();
            assertThat(affine)
                    .extracting(TensorInfo::name)
                    .containsExactlyInAnyOrder("Q4_0", "Q4_1", "Q4_K");
            for (TensorInfo info : affine) {
                float[] wanted = new float[(int) info.elements()];
                gguf.floats(info.name() + ".floats", MemorySegment.ofArray(wanted));
                byte[] quants = new byte[wanted.length];
                float[] scales = new float[wanted.length / AffineGroups.GROUP];
                float[] minima = new float[scales.length];
                AffineGroups.unpack(info.type(), gguf.bytes(info.name()), quants, scales, minima);
                for (int i = 0; i < wanted.length; i++) {
                    float scale = scales[i / AffineGroups.GROUP];
                    float minimum = minima[i / AffineGroups.GROUP];
                    assertThat(quants[i]).isBetween((byte) 0, (byte) 15);
                    // + 0: a zero of Q4_0 may have the other sign
                    assertThat(quants[i] * scale + minimum + 0.0f)
                            .as("%s element %d", info.name(), i)
                            .isEqualTo(Math.fma(quants[i], scale, minimum) + 0.0f)
                            .isEqualTo(wanted[i] + 0.0f);
                }
            }
        }
    }

    @Test
    void ggufMetadataOfEveryType() {
        Gguf gguf = Gguf.open(FOLDER.resolve("types.gguf"));
        gguf.close(); // metadata stays
        assertThat(gguf.metadata())
                .containsEntry("test.u8", 200L)
                .containsEntry("test.i8", -7L)
                .containsEntry("test.u16", 65535L)
                .containsEntry("test.i16", -32768L)
                .containsEntry("test.u32", 4294967295L)
                .containsEntry("test.i32", -2147483648L)
                .containsEntry("test.u64", BigInteger.TWO.pow(64).subtract(BigInteger.ONE))
                .containsEntry("test.i64", Long.MIN_VALUE)
                .containsEntry("test.f32", 0.1f)
                .containsEntry("test.f64", 0.1)
                .containsEntry("test.bool", true)
                .containsEntry("test.bools", List.of(true, false, true))
                .containsEntry("test.integers", List.of(1L, -2L, 3L));
        assertThat(gguf.string("test.string")).contains("Grüße, 世界 👋");
        assertThat(gguf.strings("test.strings")).containsExactly("", "a", "Ġthe", "▁é", "👋");
        assertThat(gguf.numbers("test.floats")).isEqualTo(List.of(0.5f, -1.5f));
        assertThat(gguf.integer("test.u16")).hasValue(65535);
        assertThat(gguf.decimal("test.f64")).hasValue(0.1);
        assertThat(gguf.flag("test.bool")).contains(true);
        assertThat(gguf.string("absent")).isEmpty();
        assertThat(gguf.strings("absent")).isEmpty();
    }

    @Test
    void safetensorsSingleAndSharded() throws Exception {
        JsonNode tensors = expected().get("safetensors");
        for (Path path : List.of(FOLDER.resolve("types.safetensors"), FOLDER.resolve("sharded"))) {
            try (Safetensors file = Safetensors.open(path)) {
                assertThat(file.tensors().keySet())
                        .containsExactlyInAnyOrder(
                                "a.weight", "b.weight", "scalar", "empty", "ids", "flags");
                for (String name : tensors.propertyNames()) {
                    assertThat(floatBits(file, name)).as(name).isEqualTo(bits(tensors.get(name)));
                }
                assertThat(file.tensor("empty").shape()).containsExactly(0, 4);
                assertThat(file.tensor("scalar").shape()).isEmpty();
                assertThat(file.tensor("ids").type()).isEqualTo(WeightType.I64);
                assertThat(file.metadata()).containsEntry("format", "pt");
            }
        }
    }

    @Test
    void theWriterMakesTheReferencesBytes(@TempDir Path folder) throws Exception {
        Path reference = FOLDER.resolve("writer.safetensors");
        Path written = folder.resolve("writer.safetensors");
        try (Safetensors file = Safetensors.open(reference)) {
            SafetensorsWriter writer = new SafetensorsWriter();
            for (String name : List.of("z", "y")) {
                TensorInfo info = file.tensor(name);
                writer.add(name, info.type(), info.shape(), file.bytes(name));
            }
            writer.write(written);
        }
        assertThat(written).hasSameBinaryContentAs(reference);
    }

    @Test
    void bfloat16RoundsAsTheReference() throws Exception {
        JsonNode pairs = expected().get("bfloat16");
        for (int i = 0; i < pairs.get(0).size(); i++) {
            int bits = (int) pairs.get(0).get(i).asLong();
            short rounded = Dequantizer.bfloat16(Float.intBitsToFloat(bits));
            assertThat(rounded & 0xffff).as("%08x", bits).isEqualTo(pairs.get(1).get(i).asInt());
        }
    }
}
