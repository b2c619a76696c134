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
        MemoryPlan.Method method = MemoryPlan.Method.lora(lora, Quantization.NONE);
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
                new ModelConfig(
                        TINY.family(),
                        49_152,
                        576,
                        30,
                        9,
                        3,
                        64,
                        1536,
                        1e-5,
                        TINY.rope(),
                        0,
                        2048,
                        true);
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
}
