package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.train.AdamW;

/// Tiny random models of each family against transformers and PEFT
/// (`reference/model_goldens.py`).
class ModelGoldenTest {
    private static final Placement F32 = Placement.cpu(ComputeType.F32);

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void logitsAreThoseOfTransformers(String name) {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model = LanguageModel.load(golden.folder(), F32)) {
            close(Golden.array(model.logits(golden.ids())), golden.floats("logits"), 1e-4f);
            try (Adapter adapter = PeftFolder.load(model, golden.adapter(), false)) {
                close(
                        Golden.array(model.logits(golden.ids())),
                        golden.floats("adapter_logits"),
                        1e-4f);
                model.detachAdapter();
                assertThat(adapter.size()).isPositive();
            }
            close(Golden.array(model.logits(golden.ids())), golden.floats("logits"), 1e-4f);
        }
    }

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void tokenByTokenIsTheSameAsAllAtOnce(String name) {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model = LanguageModel.load(golden.folder(), F32);
                KvCache cache = model.newCache()) {
            int[] ids = golden.ids();
            float[] all = golden.floats("logits");
            int vocabulary = model.config().vocabulary();
            model.next(Arrays.copyOf(ids, 7), cache);
            for (int i = 7; i < ids.length; i++) {
                float[] next = Golden.array(model.next(new int[] {ids[i]}, cache));
                close(next, Arrays.copyOfRange(all, i * vocabulary, (i + 1) * vocabulary), 1e-4f);
            }
            cache.truncate(3);
            float[] again = Golden.array(model.next(Arrays.copyOfRange(ids, 3, 20), cache));
            close(again, Arrays.copyOfRange(all, 19 * vocabulary, 20 * vocabulary), 1e-4f);
        }
    }

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void gradientsAreThoseOfAutograd(String name) {
        for (boolean recompute : new boolean[] {false, true}) {
            try (PointerScope scope = new PointerScope();
                    Golden golden = Golden.of(name);
                    LanguageModel model = LanguageModel.load(golden.folder(), F32);
                    Adapter adapter = PeftFolder.load(model, golden.adapter(), true)) {
                int tokens = golden.scored().cardinality();
                new RowPass(model, recompute).learn(golden.row(), 1.0 / tokens, null);
                adapter.named(adapter.gradients())
                        .forEach((factor, gradient) -> {
                            float[] expected = golden.floats("grad." + factor);
                            assertThat(expected.length).isEqualTo(gradient.numel());
                            float bound = 1e-4f * highest(expected) + 1e-7f;
                            close(Golden.array(gradient), expected, bound);
                        });
            }
        }
    }

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void tenTrainingLossesAreThoseOfTransformers(String name) {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model = LanguageModel.load(golden.folder(), F32);
                Adapter adapter = PeftFolder.load(model, golden.adapter(), true);
                AdamW optimiser = new AdamW(adapter, 0.01)) {
            RowPass pass = new RowPass(model, false);
            int tokens = golden.scored().cardinality();
            float[] expected = golden.floats("losses");
            for (float loss : expected) {
                float[] losses = pass.learn(golden.row(), 1.0 / tokens, null);
                assertThat(mean(losses)).isCloseTo(loss, within(1e-4 * loss));
                optimiser.step(5e-3, optimiser.gradientNorm(), 1.0);
            }
        }
    }

    @Test
    void bf16StaysNearF32() {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of("llama");
                LanguageModel model =
                        LanguageModel.load(golden.folder(), Placement.cpu(ComputeType.BF16))) {
            float[] logits = Golden.array(model.logits(golden.ids()));
            float[] expected = golden.floats("logits");
            close(logits, expected, 0.06f * highest(expected));
        }
    }

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void packedConversationsDoNotSeeEachOther(String name) {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model = LanguageModel.load(golden.folder(), F32)) {
            int[] ids = golden.ids();
            RowPass pass = new RowPass(model, false);
            BitSet first = new BitSet();
            first.set(1, 17);
            BitSet second = new BitSet();
            second.set(1, 23);
            float[] a =
                    pass.score(new RowPass.PackedRow(Arrays.copyOf(ids, 17), new int[] {0}, first));
            float[] b =
                    pass.score(
                            new RowPass.PackedRow(
                                    Arrays.copyOfRange(ids, 17, 40), new int[] {0}, second));
            BitSet both = new BitSet();
            both.set(1, 17);
            both.set(18, 40);
            float[] packed = pass.score(new RowPass.PackedRow(ids, new int[] {0, 17}, both));
            close(Arrays.copyOf(packed, 16), a, 1e-5f);
            close(Arrays.copyOfRange(packed, 16, 38), b, 1e-5f);
        }
    }

    @Test
    void anAdapterSurvivesItsFolder(@TempDir Path folder) throws Exception {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of("mistral");
                LanguageModel model = LanguageModel.load(golden.folder(), F32)) {
            float[] before;
            try (Adapter adapter = PeftFolder.load(model, golden.adapter(), false)) {
                before = Golden.array(adapter.parameters());
                PeftFolder.write(adapter, adapter.parameters(), folder, "tiny/mistral", "main");
            }
            try (Adapter again = PeftFolder.load(model, folder, false)) {
                assertThat(Golden.array(again.parameters())).isEqualTo(before);
            }
        }
    }

    private static void close(float[] actual, float[] expected, float bound) {
        assertThat(actual).hasSameSizeAs(expected);
        float worst = 0;
        for (int i = 0; i < actual.length; i++) {
            worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
        }
        assertThat(worst).as("largest difference").isLessThanOrEqualTo(bound);
    }

    private static float highest(float[] values) {
        float highest = 0;
        for (float value : values) {
            highest = Math.max(highest, Math.abs(value));
        }
        return highest;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
