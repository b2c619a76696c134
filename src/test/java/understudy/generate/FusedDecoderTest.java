package understudy.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.model.Adapter;
import understudy.model.KvCache;
import understudy.model.LanguageModel;
import understudy.model.LoraConfig;
import understudy.model.ModelConfig;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;

/// The decoder outside of libtorch against libtorch.
class FusedDecoderTest {
    private static final int PROMPT = 21;
    private static final int STEPS = 8;

    static Adapter adapter(LanguageModel model, int rank, long seed) {
        LoraConfig config = new LoraConfig(rank, 2 * rank, 0, LoraConfig.ALL_TARGETS);
        Adapter adapter = Adapter.create(model, config, seed, false);
        model.detachAdapter();
        Random random = new Random(seed);
        float[] values = new float[Math.toIntExact(adapter.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() / 16;
        }
        TinyModel.fill(adapter.parameters(), values);
        adapter.refresh();
        return adapter;
    }

    private static float[] libtorch(
            LanguageModel model, int[] ids, KvCache cache, @Nullable Adapter adapter) {
        if (adapter == null) {
            model.detachAdapter();
        } else {
            model.attach(adapter);
        }
        try (PointerScope scope = new PointerScope()) {
            return TinyModel.floats(model.next(ids, cache));
        }
    }

    private static int[] ids(LanguageModel model, long seed, int count) {
        return new Random(seed).ints(count, 0, model.config().vocabulary()).toArray();
    }

    /// Largest difference of logits over some steps behind a prompt, relative to the largest logit
    /// where that is over 1.
    static double difference(
            LanguageModel model, @Nullable Adapter adapter, int prompt, int steps) {
        FusedDecoder fused = new FusedDecoder(model);
        int[] ids = ids(model, 7, prompt + steps);
        double worst = 0;
        try (KvCache ours = model.newCache();
                KvCache theirs = model.newCache()) {
            libtorch(model, Arrays.copyOf(ids, prompt), ours, adapter);
            libtorch(model, Arrays.copyOf(ids, prompt), theirs, adapter);
            for (int i = prompt; i < ids.length; i++) {
                float[] expected = libtorch(model, new int[] {ids[i]}, theirs, adapter);
                float[] found =
                        fused.next(List.of(new FusedDecoder.Step(ids[i], ours, adapter)))
                                .getFirst();
                double largest = 1;
                for (float logit : expected) {
                    largest = Math.max(largest, Math.abs(logit));
                }
                for (int j = 0; j < found.length; j++) {
                    assertThat(found[j]).isFinite();
                    worst = Math.max(worst, Math.abs(found[j] - expected[j]) / largest);
                }
            }
            assertThat(ours.length()).isEqualTo(theirs.length());
        }
        return worst;
    }

    static Stream<String> tinyModels() {
        return TinyModel.names().stream();
    }

    @ParameterizedTest
    @MethodSource("tinyModels")
    void everyFamilyIsAsInLibtorch(String name) {
        try (LanguageModel model = TinyModel.load(name, ComputeType.F32);
                Adapter adapter = adapter(model, 4, 3)) {
            assertThat(difference(model, null, PROMPT, STEPS)).isLessThan(1e-4);
            assertThat(difference(model, adapter, PROMPT, STEPS)).isLessThan(1e-4);
        }
    }

    static Stream<Arguments> forms() {
        List<Arguments> all = new ArrayList<>();
        for (Quantization form : Quantization.values()) {
            all.add(Arguments.of("llama", form));
        }
        all.add(Arguments.of("gemma3_text", Quantization.INT4));
        all.add(Arguments.of("qwen2", Quantization.NF4));
        return all.stream();
    }

    /// Wide enough for every kind of vectors.
    static LanguageModel wide(String family, Placement place, Quantization form) {
        int[] sizes = {96, 64, 2, 6, 2, 64, 96};
        ModelConfig shape = ModelConfig.ofShape(family, sizes, 2048, true);
        return LanguageModel.random(shape, place, form, 5);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyFormIsAsInLibtorch(String family, Quantization form) {
        try (LanguageModel model = wide(family, Placement.cpu(ComputeType.F32), form);
                Adapter adapter = adapter(model, 32, 4)) {
            assertThat(difference(model, null, 300, 2)).isLessThan(1e-4);
            assertThat(difference(model, adapter, 30, 2)).isLessThan(1e-4);
        }
    }

    @Test
    void cachesInBfloat16AreReadAndWrittenToo() {
        try (LanguageModel model =
                        wide("llama", Placement.cpu(ComputeType.BF16), Quantization.NONE);
                Adapter adapter = adapter(model, 32, 4)) {
            assertThat(difference(model, null, 300, 4)).isLessThan(0.03);
            assertThat(difference(model, adapter, 30, 4)).isLessThan(0.03);
        }
    }

    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void textsInCompanyAreTheSameToTheBitAsAlone(ComputeType type) {
        for (Quantization form : Quantization.values()) {
            try (LanguageModel model = wide("llama", Placement.cpu(type), form);
                    Adapter one = adapter(model, 32, 1);
                    Adapter other = adapter(model, 8, 2)) {
                Adapter[] adapters = {null, one, other, one, null, other, one, null, null, one};
                FusedDecoder fused = new FusedDecoder(model);
                List<float[]> alone = new ArrayList<>();
                List<KvCache> caches = new ArrayList<>();
                List<FusedDecoder.Step> steps = new ArrayList<>();
                for (int i = 0; i < adapters.length; i++) {
                    int[] prompt = ids(model, i, 3 + 9 * i);
                    try (KvCache cache = model.newCache()) {
                        libtorch(model, prompt, cache, adapters[i]);
                        FusedDecoder.Step step = new FusedDecoder.Step(i, cache, adapters[i]);
                        alone.add(fused.next(List.of(step)).getFirst());
                    }
                    KvCache cache = model.newCache();
                    libtorch(model, prompt, cache, adapters[i]);
                    caches.add(cache);
                    steps.add(new FusedDecoder.Step(i, cache, adapters[i]));
                }
                List<float[]> together = fused.next(steps);
                caches.forEach(KvCache::close);
                for (int i = 0; i < adapters.length; i++) {
                    assertThat(together.get(i)).as("%s, text %d", form, i).isEqualTo(alone.get(i));
                }
            }
        }
    }

    /// Its embeddings are stored in groups of bytes, its layers in groups of 4 bits.
    @Test
    @Tag("model")
    void theRealModelIsAsInLibtorch() {
        Path file = Path.of(System.getProperty("understudy.model", ""));
        for (Quantization form : List.of(Quantization.NONE, Quantization.INT4)) {
            try (LanguageModel model =
                            LanguageModel.load(file, Placement.cpu(ComputeType.F32), form);
                    Adapter adapter = adapter(model, 32, 4)) {
                assertThat(difference(model, null, 200, 4)).as("%s", form).isLessThan(1e-4);
                assertThat(difference(model, adapter, 20, 4)).as("%s", form).isLessThan(1e-4);
            }
        }
    }
}
