package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;

/// The same tiny llama as a Hugging Face folder and as GGUF (`reference/gguf_model_golden.py`).
class GgufModelTest {
    private static final Placement F32 = Placement.cpu(ComputeType.F32);

    private static final Path FOLDER = Golden.ROOT.resolve("gguf");

    private static float[] logits(Path model, int[] ids) {
        try (PointerScope scope = new PointerScope();
                LanguageModel loaded = LanguageModel.load(model, F32)) {
            return Golden.array(loaded.logits(ids));
        }
    }

    private static float worst(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        float worst = 0;
        for (int i = 0; i < actual.length; i++) {
            worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
        }
        return worst;
    }

    @Test
    void floatsGiveTheSameBitsAsTheFolder() {
        try (Golden golden = Golden.of("gguf")) {
            float[] folder = logits(FOLDER, golden.ids());
            assertThat(worst(folder, golden.floats("logits"))).isLessThan(1e-4f);
            assertThat(logits(FOLDER.resolve("f32.gguf"), golden.ids())).isEqualTo(folder);
        }
    }

    @Test
    void eightBitsGiveTheLogitsOfTheRoundedWeights() {
        try (Golden golden = Golden.of("gguf")) {
            float[] q8 = logits(FOLDER.resolve("q8_0.gguf"), golden.ids());
            assertThat(worst(q8, golden.floats("q8_logits"))).isLessThan(1e-4f);
            // rounding to 8 bits moves logits, whose standard deviation is about 1, by this much
            assertThat(worst(q8, golden.floats("logits"))).isBetween(1e-3f, 0.15f);
        }
    }

    @Test
    void divisorsOfRotarySpeedsAreLlama3Scaling() {
        try (Golden golden = Golden.of("gguf")) {
            float[] stretched = logits(FOLDER.resolve("rope.gguf"), golden.ids());
            assertThat(worst(stretched, golden.floats("rope_logits"))).isLessThan(1e-4f);
            assertThat(worst(stretched, golden.floats("logits"))).isGreaterThan(1e-2f);
        }
    }

    @Test
    void theConfigIsThatOfTheFolder() {
        ModelConfig folder = ModelConfig.read(FOLDER);
        ModelConfig file = ModelConfig.read(FOLDER.resolve("f32.gguf"));
        assertThat(file)
                .usingRecursiveComparison()
                .withComparatorForType(
                        (a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1, Double.class) // f32 in the file
                .isEqualTo(folder);
    }

    /// A number of the header made another: same length, so that all offsets stay.
    private static Path changed(Path folder, String key, int value) throws Exception {
        byte[] bytes = Files.readAllBytes(FOLDER.resolve("f32.gguf"));
        byte[] name = key.getBytes(StandardCharsets.US_ASCII);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(key) + name.length;
        for (int i = 0; i < 4; i++) {
            bytes[at + 4 + i] = (byte) (value >> (8 * i)); // behind the type of the value
        }
        Path file = folder.resolve("changed.gguf");
        Files.write(file, bytes);
        return file;
    }

    @Test
    void hostileSizesAreRefusedWithTheName(@TempDir Path folder) throws Exception {
        for (String key :
                new String[] {
                    "llama.context_length",
                    "llama.embedding_length",
                    "llama.block_count",
                    "llama.feed_forward_length",
                    "llama.attention.head_count",
                    "llama.attention.head_count_kv"
                }) {
            for (int value : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                Path file = changed(folder, key, value);
                assertThatThrownBy(() -> ModelConfig.read(file), "%s = %d", key, value)
                        .isInstanceOfSatisfying(
                                UserError.class,
                                e -> assertThat(e.where()).contains("changed.gguf"));
            }
        }
    }

    @Test
    void sizesThatDoNotFitTheTensorsAreRefused(@TempDir Path folder) throws Exception {
        Path file = changed(folder, "llama.feed_forward_length", 96);
        assertThatThrownBy(() -> LanguageModel.load(file, F32))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.where()).contains("changed.gguf"));
        Path deeper = changed(folder, "llama.block_count", 3);
        assertThatThrownBy(() -> LanguageModel.load(deeper, F32)).isInstanceOf(UserError.class);
    }
}
