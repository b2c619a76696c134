package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.chat.Role;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.tensor.WeightTensors;
import understudy.text.Line;
import understudy.text.TemplateEncoder;
import understudy.text.TokenRow;
import understudy.train.AdamW;

/// The real SmolLM2-135M against transformers and PEFT (`reference/smollm2_goldens.py`).
///
/// Runs where the model is fetched: `./check` looks for it and passes `-Dunderstudy.model=FILE`.
@Tag("model")
class SmolLm2GoldenTest {
    private static final Path ROOT = Path.of("src/test/resources/golden/smollm2");
    private static final Placement F32 = Placement.cpu(ComputeType.F32);
    private static final LoraConfig LORA = new LoraConfig(4, 8, 0, LoraConfig.ALL_TARGETS);

    private static Path model() {
        String path = System.getProperty("understudy.model", "");
        assertThat(path).as("-Dunderstudy.model=FILE").isNotEmpty();
        return Path.of(path);
    }

    private static Golden golden() {
        return new Golden(
                "smollm2", understudy.weights.Safetensors.open(ROOT.resolve("golden.safetensors")));
    }

    private static JsonNode manifest() throws Exception {
        return Json.json().readTree(Files.readAllBytes(ROOT.resolve("manifest.json")));
    }

    @Test
    void idsAndMaskAreExactlyOwnTurnsPlusEndMark() throws Exception {
        List<Line> lines = new ArrayList<>();
        for (JsonNode turn : manifest().path("turns")) {
            Role role = Role.valueOf(turn.get(0).asString().toUpperCase(Locale.ROOT));
            lines.add(Line.of(role, turn.get(1).asString()));
        }
        TokenRow row = TemplateEncoder.load(model(), false).encode(lines);
        try (Golden golden = golden()) {
            assertThat(row.ids()).isEqualTo(golden.ids());
            assertThat(row.own()).isEqualTo(golden.scored());
        }
    }

    @Test
    void logitsAreThoseOfTransformers() throws Exception {
        int stride = manifest().path("stride").asInt();
        try (PointerScope scope = new PointerScope();
                Golden golden = golden();
                LanguageModel model = LanguageModel.load(model(), F32)) {
            float[] logits = Golden.array(model.logits(golden.ids()));
            float[] expected = golden.floats("logits");
            int vocabulary = model.config().vocabulary();
            int kept = (vocabulary + stride - 1) / stride;
            float worst = 0;
            for (int t = 0; t < golden.ids().length; t++) {
                for (int k = 0; k < kept; k++) {
                    float difference = logits[t * vocabulary + k * stride] - expected[t * kept + k];
                    worst = Math.max(worst, Math.abs(difference));
                }
            }
            assertThat(worst).as("largest difference of logits").isLessThan(2e-3f);
        }
    }

    /// The file holds its matrices as Q4_1, whose groups are taken over.
    @Test
    void heldInFourBitsItsAnswersAreTheSame() {
        int[] ids = {1, 4093, 198, 17, 2};
        try (PointerScope scope = new PointerScope();
                LanguageModel plain = LanguageModel.load(model(), F32);
                LanguageModel packed = LanguageModel.load(model(), F32, Quantization.INT4)) {
            assertThat(Golden.array(packed.logits(ids))).isEqualTo(Golden.array(plain.logits(ids)));
        }
    }

    @Test
    void gradientsAndTenLossesAreThoseOfPeft() throws Exception {
        int samples = manifest().path("samples").asInt();
        try (PointerScope scope = new PointerScope();
                Golden golden = golden();
                LanguageModel model = LanguageModel.load(model(), F32);
                Adapter adapter = Adapter.create(model, LORA, 1, true);
                AdamW optimiser = new AdamW(adapter, 0.01)) {
            adapter.named(adapter.parameters()).forEach(SmolLm2GoldenTest::start);
            adapter.refresh();
            RowPass pass = new RowPass(model, false);
            int tokens = golden.scored().cardinality();
            float[] losses = golden.floats("losses");
            for (int step = 0; step < losses.length; step++) {
                double sum = 0;
                for (float loss : pass.learn(golden.row(), 1.0 / tokens, null)) {
                    sum += loss;
                }
                assertThat(sum / tokens)
                        .as("loss of step %d", step)
                        .isCloseTo(losses[step], within(1e-3 * losses[step]));
                if (step == 0) {
                    adapter.named(adapter.gradients())
                            .forEach((name, g) -> sameGradient(golden, name, g, samples));
                }
                optimiser.step(1e-3, optimiser.gradientNorm(), 1.0);
            }
        }
    }

    /// The start that the script computes too.
    private static void start(String name, Tensor factor) {
        int layer = Integer.parseInt(name.replaceAll(".*layers\\.(\\d+)\\..*", "$1"));
        int rows = (int) factor.size(0);
        int columns = (int) factor.size(1);
        MemorySegment memory = WeightTensors.memory(factor);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double angle = 0.37 * i + 0.011 * j + name.length() + 0.5 * layer;
                memory.setAtIndex(
                        java.lang.foreign.ValueLayout.JAVA_FLOAT,
                        (long) i * columns + j,
                        (float) (0.02 * Math.sin(angle)));
            }
        }
    }

    private static void sameGradient(Golden golden, String name, Tensor gradient, int samples) {
        float[] values = Golden.array(gradient);
        float[] expected = golden.floats("grad." + name);
        float norm = golden.floats("norm." + name)[0];
        double square = 0;
        for (float value : values) {
            square += (double) value * value;
        }
        assertThat(Math.sqrt(square)).as(name).isCloseTo(norm, within(1e-2 * norm));
        int stride = Math.max(1, values.length / samples);
        double scale = norm / Math.sqrt(values.length);
        for (int k = 0; k < expected.length; k++) {
            assertThat((double) values[k * stride])
                    .as("%s, sample %d", name, k)
                    .isCloseTo(expected[k], within(1e-2 * Math.max(scale, Math.abs(expected[k]))));
        }
    }
}
