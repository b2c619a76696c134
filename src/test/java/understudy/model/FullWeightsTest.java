package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.tensor.Scopes;
import understudy.train.AdamW;

/// All weights of tiny models of each family against transformers
/// (`reference/full_training_goldens.py`).
class FullWeightsTest {
    private static final Placement F32 = Placement.cpu(ComputeType.F32);

    private static JsonNode expected(Golden golden) throws IOException {
        return Json.json().readTree(Files.readString(golden.folder().resolve("full.json")));
    }

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void gradientsAreThoseOfAutograd(String name) throws Exception {
        for (boolean recompute : new boolean[] {false, true}) {
            try (PointerScope scope = new PointerScope();
                    Golden golden = Golden.of(name);
                    LanguageModel model = LanguageModel.load(golden.folder(), F32);
                    FullWeights weights = FullWeights.of(model)) {
                int tokens = golden.scored().cardinality();
                new RowPass(model, recompute).learn(golden.row(), 1.0 / tokens, null);
                JsonNode gradients = expected(golden).path("gradients");
                assertThat(weights.named(weights.gradients()).keySet())
                        .isEqualTo(new TreeSet<>(gradients.propertyNames()));
                weights.named(weights.gradients())
                        .forEach((weight, gradient) ->
                                near(weight, Golden.array(gradient), gradients.path(weight)));
            }
        }
    }

    private static void near(String name, float[] actual, JsonNode expected) {
        double sum = 0;
        for (float value : actual) {
            sum += (double) value * value;
        }
        double norm = expected.path("norm").asDouble();
        assertThat(Math.sqrt(sum)).as(name).isCloseTo(norm, within(1e-4 * norm));
        JsonNode samples = expected.path("samples");
        for (int i = 0; i < samples.size(); i++) {
            float value = actual[(int) ((long) i * actual.length / samples.size())];
            double sample = samples.path(i).asDouble();
            assertThat((double) value)
                    .as("%s, sample %d", name, i)
                    .isCloseTo(sample, within(1e-4 * norm / Math.sqrt(actual.length) + 1e-7));
        }
    }

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void tenTrainingLossesAreThoseOfTransformers(String name) throws Exception {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model = LanguageModel.load(golden.folder(), F32);
                FullWeights weights = FullWeights.of(model);
                AdamW optimiser = new AdamW(weights, 0.01)) {
            RowPass pass = new RowPass(model, false);
            int tokens = golden.scored().cardinality();
            for (JsonNode step : expected(golden).path("losses")) {
                double sum = 0;
                for (float loss : pass.learn(golden.row(), 1.0 / tokens, null)) {
                    sum += loss;
                }
                double loss = step.asDouble();
                assertThat(sum / tokens).isCloseTo(loss, within(1e-4 * loss));
                optimiser.step(1e-3, optimiser.gradientNorm(), 1.0);
            }
        }
    }

    /// The rounded copy follows the numbers that learn, and the loss falls as in f32.
    @Test
    void bf16LearnsAsF32() throws Exception {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of("gemma3");
                LanguageModel model =
                        LanguageModel.load(golden.folder(), Placement.cpu(ComputeType.BF16));
                FullWeights weights = FullWeights.of(model);
                AdamW optimiser = new AdamW(weights, 0.01)) {
            RowPass pass = new RowPass(model, true);
            int tokens = golden.scored().cardinality();
            for (JsonNode step : expected(golden).path("losses")) {
                double sum = 0;
                for (float loss : pass.learn(golden.row(), 1.0 / tokens, null)) {
                    sum += loss;
                }
                assertThat(sum / tokens).isCloseTo(step.asDouble(), within(0.05));
                optimiser.step(1e-3, optimiser.gradientNorm(), 1.0);
            }
        }
    }

    @Test
    void onlyMatricesDecay() {
        try (PointerScope scope = new PointerScope();
                LanguageModel model = LanguageModel.load(Golden.of("qwen3").folder(), F32);
                FullWeights weights = FullWeights.of(model);
                AdamW optimiser = new AdamW(weights, 0.5)) {
            float[] before = Golden.array(weights.parameters());
            optimiser.step(0.1, 0, 1);
            float[] after = Golden.array(weights.parameters());
            for (int i = 0; i < after.length; i++) {
                float kept = i < weights.decayed() ? before[i] * 0.95f : before[i];
                assertThat(after[i]).as("number %d", i).isEqualTo(kept);
            }
            assertThat(weights.decayed()).isBetween(1L, weights.size() - 1);
            assertThat(weights.size()).isEqualTo(model.config().parameters());
        }
    }

    @Test
    void whatLearnedStaysWhenLearningEndsAndNothingLeaks() {
        Golden golden = Golden.of("llama_bias");
        try (PointerScope scope = new PointerScope();
                golden;
                LanguageModel model = LanguageModel.load(golden.folder(), F32)) {
            RowPass pass = new RowPass(model, false);
            int tokens = golden.scored().cardinality();
            float[] learned = learn(model, pass, golden, tokens);
            assertThat(pass.score(golden.row())).isEqualTo(learned);
            learn(model, pass, golden, tokens);
            long before = Scopes.alive();
            learn(model, pass, golden, tokens);
            assertThat(Scopes.alive()).isEqualTo(before);
            try (Adapter adapter = PeftFolder.load(model, golden.adapter(), true)) {
                pass.learn(golden.row(), 1.0 / tokens, null);
                assertThat(Golden.array(adapter.gradients())).isNotEqualTo(new float[1]);
            }
            model.detachAdapter();
        }
    }

    /// @return losses after a step
    private static float[] learn(LanguageModel model, RowPass pass, Golden golden, int tokens) {
        try (FullWeights weights = FullWeights.of(model);
                AdamW optimiser = new AdamW(weights, 0)) {
            float[] before = pass.learn(golden.row(), 1.0 / tokens, null);
            optimiser.step(1e-3, optimiser.gradientNorm(), 1.0);
            float[] after = pass.score(golden.row());
            assertThat(after).isNotEqualTo(before);
            return after;
        }
    }

    @Test
    void aQuantisedModelIsRefused() {
        for (Quantization held : List.of(Quantization.NF4, Quantization.BF16)) {
            try (LanguageModel model = LanguageModel.load(Golden.of("llama").folder(), F32, held)) {
                assertThatThrownBy(() -> FullWeights.of(model)).isInstanceOf(UserError.class);
            }
        }
    }
}
