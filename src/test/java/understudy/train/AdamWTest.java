package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.model.LoraConfig;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;

/// Against a plain implementation in double precision, number by number.
class AdamWTest {
    private static final int STEPS = 20;
    private static final double DECAY = 0.1;
    private static final double CLIP = 1.0;

    private final Random random = new Random(17);

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    @Test
    void twentyStepsAreThoseOfTheFormula() {
        LoraConfig lora = new LoraConfig(2, 4, 0, List.of("q_proj", "down_proj"));
        try (PointerScope scope = new PointerScope();
                LanguageModel model = TinyModel.load("llama", ComputeType.F32);
                Adapter adapter = Adapter.create(model, lora, 1, true);
                AdamW optimiser = new AdamW(adapter, DECAY)) {
            double[] p = wide(TinyModel.floats(adapter.parameters()));
            double[] m = new double[p.length];
            double[] v = new double[p.length];
            for (int t = 1; t <= STEPS; t++) {
                // every second gradient is long enough to be shortened
                double size = t % 2 == 0 ? 0.5 : 0.002;
                float[] g = new float[p.length];
                double square = 0;
                for (int i = 0; i < g.length; i++) {
                    g[i] = (float) (size * random.nextGaussian());
                    square += (double) g[i] * g[i];
                }
                TinyModel.fill(adapter.gradients(), g);
                double norm = optimiser.gradientNorm();
                assertThat(norm).isCloseTo(Math.sqrt(square), within(1e-5 * norm));
                double rate = 0.01 * t / STEPS;
                optimiser.step(rate, norm, CLIP);
                double shorter = norm > CLIP ? CLIP / (norm + 1e-6) : 1;
                for (int i = 0; i < p.length; i++) {
                    double gradient = shorter * g[i];
                    m[i] = 0.9 * m[i] + 0.1 * gradient;
                    v[i] = 0.999 * v[i] + 0.001 * gradient * gradient;
                    double mean = m[i] / (1 - Math.pow(0.9, t));
                    double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, t))) + 1e-8;
                    p[i] = p[i] * (1 - rate * DECAY) - rate * mean / root;
                }
                assertThat(TinyModel.floats(adapter.gradients())).containsOnly(0f);
            }
            float[] actual = TinyModel.floats(adapter.parameters());
            for (int i = 0; i < p.length; i++) {
                assertThat((double) actual[i]).as("number %d", i).isCloseTo(p[i], within(2e-6));
            }
            assertThat(optimiser.steps()).isEqualTo(STEPS);
        }
    }

    @Test
    void aSkippedGradientIsForgotten() {
        LoraConfig lora = new LoraConfig(2, 4, 0, List.of("v_proj"));
        try (PointerScope scope = new PointerScope();
                LanguageModel model = TinyModel.load("llama", ComputeType.F32);
                Adapter adapter = Adapter.create(model, lora, 1, true);
                AdamW optimiser = new AdamW(adapter, DECAY)) {
            float[] before = TinyModel.floats(adapter.parameters());
            float[] bad = new float[before.length];
            bad[3] = Float.NaN;
            TinyModel.fill(adapter.gradients(), bad);
            assertThat(optimiser.gradientNorm()).isNaN();
            optimiser.skip();
            assertThat(TinyModel.floats(adapter.gradients())).containsOnly(0f);
            assertThat(TinyModel.floats(adapter.parameters())).isEqualTo(before);
            float[] mean = new float[8];
            optimiser.moments().read(0, mean, new float[8], mean.length);
            assertThat(mean).containsOnly(0f);
            assertThat(optimiser.steps()).isZero();
        }
    }

    /// The golden file is of a plain program (`reference/adam8_goldens.py`).
    @Test
    void eightBitsAreThoseOfThePlainProgram() throws Exception {
        List<Double> expected =
                Json.json()
                        .readTree(
                                Files.readString(
                                        Path.of("src/test/resources/golden/train/adam8.json")))
                        .valueStream()
                        .map(JsonNode::asDouble)
                        .toList();
        LoraConfig lora = new LoraConfig(8, 16, 0, LoraConfig.ALL_TARGETS);
        try (PointerScope scope = new PointerScope();
                LanguageModel model = TinyModel.load("llama", ComputeType.F32);
                Adapter adapter = Adapter.create(model, lora, 1, true);
                AdamW optimiser = new AdamW(adapter, DECAY, 8)) {
            float[] p = TinyModel.floats(adapter.parameters());
            for (int i = 0; i < 1500; i++) {
                p[i] = (float) (Math.sin(0.37 * i) / 10);
            }
            TinyModel.fill(adapter.parameters(), p);
            for (int t = 1; t <= 8; t++) {
                float[] g = new float[p.length];
                for (int i = 0; i < 1500; i++) {
                    g[i] = (float) (0.01 * (1 + i % 7) * Math.cos(0.11 * i + t));
                }
                TinyModel.fill(adapter.gradients(), g);
                optimiser.step(0.01, 0, CLIP);
            }
            float[] actual = TinyModel.floats(adapter.parameters());
            for (int i = 0; i < expected.size(); i++) {
                // the block that is cut short goes on with other numbers here
                if (7 * i < 1280) {
                    assertThat((double) actual[7 * i])
                            .as("number %d", 7 * i)
                            .isCloseTo(expected.get(i), within(2e-6));
                }
            }
        }
    }
}
