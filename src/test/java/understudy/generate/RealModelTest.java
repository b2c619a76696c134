package understudy.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import understudy.chat.Role;
import understudy.model.Adapter;
import understudy.model.KvCache;
import understudy.model.LanguageModel;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.text.Line;
import understudy.text.TemplateEncoder;
import understudy.weights.Safetensors;

/// Writing with the real SmolLM2-135M. Its goldens are `reference/smollm2_goldens.py`'s.
@Tag("model")
class RealModelTest {
    private static final Path GOLDEN =
            Path.of("src/test/resources/golden/smollm2/golden.safetensors");
    private static final int STRIDE = 769; // of the logits that the golden file has
    private static final int FEW = 6;
    private static final Path MODEL = Path.of(System.getProperty("understudy.model", ""));

    /// Three computations of the same logits: transformers, Java, and libtorch, which is slow one
    /// token at a time and reads a few.
    @ParameterizedTest
    @EnumSource(
            value = Quantization.class,
            names = {"NONE", "INT4"})
    void everyDecoderGivesTheLogitsOfTransformers(Quantization form) throws Exception {
        try (Safetensors golden = Safetensors.open(GOLDEN);
                LanguageModel model =
                        LanguageModel.load(MODEL, Placement.cpu(ComputeType.F32), form);
                KvCache java = model.newCache();
                KvCache torch = model.newCache()) {
            FusedDecoder fused = new FusedDecoder(model);
            MemorySegment ids = golden.bytes("ids");
            MemorySegment logits = golden.bytes("logits");
            int vocabulary = model.config().vocabulary();
            int kept = (vocabulary + STRIDE - 1) / STRIDE;
            float worst = 0;
            int count = (int) golden.tensor("ids").elements();
            for (int t = 0; t < count; t++) {
                int id = ids.get(ValueLayout.JAVA_INT_UNALIGNED, 4L * t);
                float[] ours =
                        fused.next(List.of(new FusedDecoder.Step(id, java, null))).getFirst();
                float[] libtorch = ours;
                if (t < FEW) {
                    try (PointerScope scope = new PointerScope()) {
                        libtorch = TinyModel.floats(model.next(new int[] {id}, torch));
                    }
                }
                for (int k = 0; k < kept; k++) {
                    long at = 4L * (t * (long) kept + k);
                    float expected = logits.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
                    worst = Math.max(worst, Math.abs(ours[k * STRIDE] - expected));
                    worst = Math.max(worst, Math.abs(libtorch[k * STRIDE] - expected));
                }
            }
            assertThat(count).isGreaterThan(40);
            assertThat(worst).as("largest difference of logits").isLessThan(2e-3f);
        }
    }

    /// What `bench batch` measures with more of them.
    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void textsWrittenTogetherAreThoseWrittenAlone(ComputeType type) {
        TemplateEncoder encoder = TemplateEncoder.load(MODEL, false);
        List<int[]> prompts = new ArrayList<>();
        Random random = new Random(20261127);
        List<String> words = List.of("lake", "soup", "train", "late", "sorry", "film", "haha");
        for (int i = 0; i < 12; i++) {
            List<Line> lines = new ArrayList<>();
            lines.add(Line.of(Role.SYSTEM, "You are Mara, chatting with Jo."));
            for (int turn = random.nextInt(2) * 2; turn >= 0; turn--) {
                String text = words.get(random.nextInt(7)) + ", " + words.get(random.nextInt(7));
                lines.add(Line.of(turn % 2 == 0 ? Role.USER : Role.ASSISTANT, text));
            }
            prompts.add(encoder.prompt(lines));
        }
        try (LanguageModel model =
                        LanguageModel.load(MODEL, Placement.cpu(type), Quantization.NONE);
                Adapter adapter = FusedDecoderTest.adapter(model, 8, 4)) {
            model.attach(adapter);
            BatchBenchmark.Result found =
                    BatchBenchmark.run(model, encoder.tokenizer(), prompts, 8, 6);
            assertThat(found.texts()).isEqualTo(12);
            assertThat(found.tokens()).isGreaterThan(60);
            assertThat(found.equal()).isEqualTo(12);
            model.detachAdapter();
        }
    }
}
