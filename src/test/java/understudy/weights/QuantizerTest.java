package understudy.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Bytes as the GGUF project's package makes them (`reference/export_goldens.py`).
class QuantizerTest {
    private static final Path GOLDEN =
            Path.of("src/test/resources/golden/export/quantized.safetensors");

    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            names = {"F16", "BF16", "Q8_0", "Q4_0"})
    void bytesAreBitForBitTheReferences(WeightType type) {
        try (Safetensors golden = Safetensors.open(GOLDEN)) {
            byte[] expected = golden.bytes(type.name()).toArray(ValueLayout.JAVA_BYTE);
            byte[] out = new byte[expected.length];
            Quantizer.fromFloats(type, golden.bytes("x"), MemorySegment.ofArray(out));
            assertThat(out).isEqualTo(expected);
        }
    }

    @Test
    void aTypeWithoutAWriterIsRefused() {
        MemorySegment floats = MemorySegment.ofArray(new float[256]);
        assertThatThrownBy(() ->
                        Quantizer.fromFloats(
                                WeightType.Q4_K, floats, MemorySegment.ofArray(new byte[144])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWrittenFileIsReadAsItWasMeant(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("a.gguf");
        byte[] six = new byte[24];
        GgufWriter writer =
                new GgufWriter()
                        .string("general.architecture", "llama")
                        .u32("a.count", 4_000_000_000L)
                        .f32("a.decimal", 0.5)
                        .flag("a.flag", true)
                        .strings("a.words", List.of("ä", "", "z"))
                        .integers("a.numbers", new int[] {-1, 2})
                        .floats("a.floats", new float[] {1.5f})
                        .flags("a.flags", new boolean[] {true, false})
                        .add("x", WeightType.F32, new long[] {2, 3}, out -> out.write(six))
                        .add("y", WeightType.F32, new long[] {6}, out -> out.write(six));
        writer.write(file);
        assertThat(Files.size(file)).isEqualTo(writer.size());
        try (Gguf read = Gguf.open(file)) {
            assertThat(read.integer("a.count")).hasValue(4_000_000_000L);
            assertThat(read.decimal("a.decimal")).hasValue(0.5);
            assertThat(read.flag("a.flag")).contains(true);
            assertThat(read.strings("a.words")).containsExactly("ä", "", "z");
            assertThat(read.numbers("a.numbers")).containsExactly(-1L, 2L);
            assertThat(read.metadata().get("a.flags")).isEqualTo(List.of(true, false));
            assertThat(read.tensor("x").shape()).containsExactly(2, 3);
            assertThat(read.tensor("y").byteLength()).isEqualTo(24);
            Path again = folder.resolve("b.gguf");
            GgufWriter copy = new GgufWriter();
            read.metadata().keySet().forEach(key -> copy.pair(read, key));
            copy.add("x", WeightType.F32, new long[] {2, 3}, out -> out.write(six));
            copy.add("y", WeightType.F32, new long[] {6}, out -> out.write(six));
            copy.write(again);
            assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(file));
        }
    }
}
