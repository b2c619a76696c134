package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.model.LoraConfig;
import understudy.model.ModelConfig;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.weights.Safetensors;
import understudy.weights.TensorInfo;

class MemoryPlanTest {
    private static final ModelConfig TINY = ModelConfig.read(TinyModel.folder("llama"));

    private static LoraConfig lora(int rank, double dropout) {
        return new LoraConfig(rank, 2 * rank, dropout, LoraConfig.ALL_TARGETS);
    }

    private static long peak(ComputeType type, LoraConfig lora, int length, boolean recompute) {
        return plan(TINY, lora, type, length).peak(recompute);
    }

    private static MemoryPlan plan(
            ModelConfig model, LoraConfig lora, ComputeType type, int length) {
        MemoryPlan.Method method = MemoryPlan.Method.lora(lora, Quantization.NONE, 32);
        return MemoryPlan.of(model, method, type, length, length / 2.0);
    }

    @Test
    void moreOfAnythingNeedsMore() {
        for (boolean recompute : new boolean[] {false, true}) {
            long before = 0;
            for (int length = 16; length <= 16_384; length *= 2) {
                long now = peak(ComputeType.BF16, lora(8, 0), length, recompute);
                assertThat(now).as("length %d", length).isGreaterThan(before);
                before = now;
            }
            long plain = peak(ComputeType.BF16, lora(8, 0), 512, recompute);
            assertThat(peak(ComputeType.F32, lora(8, 0), 512, recompute)).isGreaterThan(plain);
            assertThat(peak(ComputeType.BF16, lora(64, 0), 512, recompute)).isGreaterThan(plain);
            assertThat(peak(ComputeType.BF16, lora(8, 0.1), 512, recompute)).isGreaterThan(plain);
        }
    }

    @Test
    void runningBlocksAgainNeedsLess() {
        ModelConfig deep =
                ModelConfig.ofShape(
                        "llama", new int[] {49_152, 576, 30, 9, 3, 64, 1536}, 2048, true);
        for (int length = 64; length <= 4096; length *= 2) {
            MemoryPlan plan = plan(deep, lora(32, 0.05), ComputeType.BF16, length);
            assertThat(plan.peak(true)).as("length %d", length).isLessThan(plan.peak(false));
        }
    }

    @Test
    void theChoiceFollowsTheMemoryThatIsFree() {
        MemoryPlan plan = plan(TINY, lora(8, 0), ComputeType.F32, 512);
        assertThat(plan.mustRecompute(100 * plan.peak(false))).isFalse();
        assertThat(plan.mustRecompute(plan.peak(false))).isTrue();
        assertThat(plan.fits(plan.peak(true))).isTrue();
        assertThat(plan.fits(plan.peak(true) - 1)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3", "mistral"})
    void theNumbersThatAreLearnedAreCountedRightForEverySetOfTargets(String name) {
        try (LanguageModel model = TinyModel.load(name, ComputeType.F32)) {
            List<String> all = LoraConfig.ALL_TARGETS;
            for (int bits = 1; bits < 1 << all.size(); bits++) {
                List<String> targets = new ArrayList<>();
                for (int i = 0; i < all.size(); i++) {
                    if ((bits >> i & 1) == 1) {
                        targets.add(all.get(i));
                    }
                }
                LoraConfig lora = new LoraConfig(3, 6, 0, targets);
                try (Adapter adapter = Adapter.create(model, lora, 1, false)) {
                    assertThat(MemoryPlan.learned(model.config(), lora))
                            .as("%s", targets)
                            .isEqualTo(adapter.size());
                }
            }
        }
    }

    @Test
    void aTargetNamedTwiceCountsOnce() {
        LoraConfig lora = new LoraConfig(3, 6, 0, List.of("q_proj", "q_proj"));
        try (LanguageModel model = TinyModel.load("llama", ComputeType.F32);
                Adapter adapter = Adapter.create(model, lora, 1, false)) {
            assertThat(MemoryPlan.learned(model.config(), lora)).isEqualTo(adapter.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama3", "mistral"})
    void theParametersAreThoseInTheFile(String name) {
        try (Safetensors file = Safetensors.open(TinyModel.folder(name));
                LanguageModel model = TinyModel.load(name, ComputeType.F32)) {
            long elements = file.tensors().values().stream().mapToLong(TensorInfo::elements).sum();
            assertThat(model.config().parameters()).isEqualTo(elements);
            assertThat(TinyModel.weights(model)).isEqualTo(elements);
        }
    }

    private static final ModelConfig SMOLLM2 =
            ModelConfig.ofShape("llama", new int[] {49_152, 576, 30, 9, 3, 64, 1536}, 8192, true);
    private static final ModelConfig LLAMA_1B =
            ModelConfig.ofShape(
                    "llama", new int[] {128_256, 2048, 16, 32, 8, 64, 8192}, 131_072, true);

    /// Peak resident memory of `bench train --length 1024 --json` on 2 cores of an AMD EPYC with
    /// AVX-512, JDK 25, 2026-11-28, MiB: SmolLM2 on the demo's rows, Llama 1B on random ones.
    @Test
    void theFormulaMeetsWhatWasMeasured() {
        assertMeasured(SMOLLM2, Quantization.NONE, ComputeType.BF16, false, 1550);
        assertMeasured(SMOLLM2, Quantization.NONE, ComputeType.F32, false, 2512);
        assertMeasured(SMOLLM2, Quantization.NF4, ComputeType.BF16, false, 1408);
        assertMeasured(SMOLLM2, Quantization.NONE, ComputeType.BF16, true, 1039);
        assertMeasured(LLAMA_1B, Quantization.NF4, ComputeType.BF16, false, 3725);
    }

    private static void assertMeasured(
            ModelConfig model,
            Quantization quantization,
            ComputeType type,
            boolean recompute,
            long mebibytes) {
        MemoryPlan.Method method = MemoryPlan.Method.lora(lora(32, 0.05), quantization, 32);
        assertThat(MemoryPlan.of(model, method, type, 1024).peak(recompute) / 1048576.0)
                .as("%s", method.named(type))
                .isBetween(0.9 * mebibytes, 1.1 * mebibytes);
    }

    /// The same of `--method full`, on an AMD EPYC with AVX-512, 2 cores, 2026-11-28.
    @Test
    void theFormulaForAllWeightsMeetsWhatWasMeasured() {
        assertAllMeasured(ComputeType.BF16, 3521);
        assertAllMeasured(ComputeType.F32, 3674);
    }

    private static void assertAllMeasured(ComputeType type, long mebibytes) {
        MemoryPlan.Method method = MemoryPlan.Method.full(32);
        assertThat(MemoryPlan.of(SMOLLM2, method, type, 1024).peak(false) / 1048576.0)
                .as("%s", method.named(type))
                .isBetween(0.9 * mebibytes, 1.1 * mebibytes);
    }

    @Test
    void whatAllWeightsNeedIsCountedOnce() {
        long numbers = TINY.parameters();
        for (int bits : new int[] {32, 8}) {
            MemoryPlan.Method method = MemoryPlan.Method.full(bits);
            MemoryPlan f32 = MemoryPlan.of(TINY, method, ComputeType.F32, 64);
            assertThat(f32.weights() + f32.learning()).isEqualTo(numbers * (4 + 4 + bits / 4));
            MemoryPlan bf16 = MemoryPlan.of(TINY, method, ComputeType.BF16, 64);
            assertThat(bf16.weights() + bf16.learning()).isEqualTo(numbers * (2 + 8 + bits / 4));
        }
    }

    /// Embedding and matrices as they are held, without the unpack buffer.
    @ParameterizedTest
    @ValueSource(strings = {"none", "f32", "bf16", "int8", "int4", "nf4"})
    void theWeightsAreThoseThatAModelHolds(String word) {
        Quantization quantization = Quantization.of(word);
        ModelConfig shape =
                ModelConfig.ofShape("llama", new int[] {512, 256, 2, 4, 2, 64, 512}, 128, true);
        Placement place = Placement.cpu(ComputeType.BF16);
        try (LanguageModel model = LanguageModel.random(shape, place, quantization, 1)) {
            MemoryPlan.Method method = MemoryPlan.Method.lora(lora(4, 0), quantization, 32);
            boolean direct = quantization == Quantization.NONE || word.equals("bf16");
            long buffer = direct ? 0 : 2L * 2 * 512 * 256;
            long ends = 2L * 512 * 256; // embedding, bf16
            long held = TinyModel.matrixBytes(model) + ends;
            long planned = MemoryPlan.of(shape, method, ComputeType.BF16, 64).weights() - buffer;
            assertThat((double) planned).isBetween(0.99 * held, 1.01 * held);
        }
    }
}
