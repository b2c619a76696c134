package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.weights.Safetensors;

/// A quantised base answers as transformers does with the same weights quantised and dequantised
/// (`reference/quantized_model_goldens.py`): nothing is lost but what the quantisation itself
/// costs.
class QuantizedModelTest {
    private static final Placement F32 = Placement.cpu(ComputeType.F32);

    /// Positions kept of a tiny model's logits.
    private static final int STRIDE = 3;

    private static final float BOUND = 2e-3f;

    private static List<Arguments> tinyModels() {
        List<Arguments> all = new ArrayList<>();
        for (String name : Golden.names()) {
            for (Quantization each :
                    List.of(Quantization.NF4, Quantization.INT8, Quantization.INT4)) {
                all.add(Arguments.of(name, each));
            }
        }
        return all;
    }

    private static float[] expected(Path folder, Quantization quantization) {
        try (Golden values =
                new Golden("", Safetensors.open(folder.resolve("quantized.safetensors")))) {
            return values.floats(quantization.word());
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("tinyModels")
    void logitsOfEveryFamily(String name, Quantization quantization) {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model = LanguageModel.load(golden.folder(), F32, quantization)) {
            float[] logits = Golden.array(model.logits(golden.ids()));
            float[] expected = expected(golden.folder(), quantization);
            int vocabulary = model.config().vocabulary();
            float worst = 0;
            for (int i = 0; i < expected.length; i++) {
                int row = i / vocabulary * STRIDE;
                float difference = logits[row * vocabulary + i % vocabulary] - expected[i];
                worst = Math.max(worst, Math.abs(difference));
            }
            assertThat(worst).as("largest difference of logits").isLessThan(BOUND);
        }
    }

    @Tag("model")
    @ParameterizedTest
    @EnumSource(
            value = Quantization.class,
            names = {"NF4", "INT8"})
    void logitsOfSmolLm2(Quantization quantization) throws Exception {
        Path root = Path.of("src/test/resources/golden/smollm2");
        JsonNode manifest = Json.json().readTree(Files.readAllBytes(root.resolve("manifest.json")));
        int stride = manifest.path("stride").asInt();
        Path file = Path.of(System.getProperty("understudy.model", ""));
        try (PointerScope scope = new PointerScope();
                Golden golden =
                        new Golden("", Safetensors.open(root.resolve("golden.safetensors")));
                LanguageModel model = LanguageModel.load(file, F32, quantization)) {
            float[] logits = Golden.array(model.logits(golden.ids()));
            float[] expected = expected(root, quantization);
            float[] plain = golden.floats("logits");
            int vocabulary = model.config().vocabulary();
            int kept = (vocabulary + stride - 1) / stride;
            double ours = 0;
            double theirs = 0;
            double size = 0;
            float worst = 0;
            for (int i = 0; i < expected.length; i++) {
                float logit = logits[i / kept * vocabulary + i % kept * stride];
                worst = Math.max(worst, Math.abs(logit - expected[i]));
                ours += Math.pow(logit - plain[i], 2);
                theirs += Math.pow(expected[i] - plain[i], 2);
                size += (double) plain[i] * plain[i];
            }
            System.out.printf(
                    "%s: logits %.4f from unquantised ones, the judge's %.4f, largest difference of"
                            + " both %.1e%n",
                    quantization.word(), Math.sqrt(ours / size), Math.sqrt(theirs / size), worst);
            assertThat(worst).as("largest difference of logits").isLessThan(BOUND);
        }
    }
}
