package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.tensor.ComputeType;
import understudy.tensor.Libtorch;
import understudy.tensor.Placement;
import understudy.tensor.Scopes;
import understudy.train.AdamW;

/// Native objects do not pile up, whatever is done again and again.
class LeakTest {
    /// More by `-Dleak.passes=5000`.
    private static final int PASSES = Integer.getInteger("leak.passes", 200);

    /// Memory the process holds, KiB; 0 where the system does not say.
    private static long residentKib() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }

    private static void stays(String what, int times, Runnable body) throws IOException {
        for (int i = 0; i < Math.max(2, times / 10); i++) {
            body.run();
        }
        long alive = Scopes.alive();
        long resident = residentKib();
        for (int i = 0; i < times; i++) {
            body.run();
        }
        System.out.printf(
                "%s, %d times: %+d objects, %+.1f KiB of memory each%n",
                what, times, Scopes.alive() - alive, (double) (residentKib() - resident) / times);
        // fewer is no fault: the collector may free meanwhile what other tests left
        assertThat(Scopes.alive()).as(what).isLessThanOrEqualTo(alive + 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "gemma3"})
    void passesLeaveNothing(String name) throws Exception {
        try (Golden golden = Golden.of(name);
                LanguageModel model = TinyModel.load(name, ComputeType.F32);
                Adapter adapter = PeftFolder.load(model, golden.adapter(), true);
                AdamW optimiser = new AdamW(adapter, 0.01);
                KvCache cache = model.newCache()) {
            RowPass kept = new RowPass(model, false);
            RowPass again = new RowPass(model, true);
            int[] ids = golden.ids();
            Runnable body =
                    () -> {
                        kept.learn(golden.row(), 0.1, null);
                        again.learn(golden.row(), 0.1, null);
                        optimiser.step(1e-4, optimiser.gradientNorm(), 1);
                        kept.learn(golden.row(), 0.1, null);
                        optimiser.skip();
                        kept.score(golden.row());
                        cache.truncate(0);
                        try (PointerScope scope = new PointerScope()) {
                            model.next(Arrays.copyOf(ids, 9), cache);
                            model.next(new int[] {ids[9]}, cache);
                        }
                    };
            stays("learn, score and next", PASSES, body);
        }
    }

    @Test
    void adaptersLeaveNothing() throws Exception {
        try (Golden golden = Golden.of("llama");
                LanguageModel model = TinyModel.load("llama", ComputeType.F32)) {
            LoraConfig lora = new LoraConfig(4, 8, 0, LoraConfig.ALL_TARGETS);
            stays(
                    "make and load an adapter",
                    30,
                    () -> {
                        PeftFolder.load(model, golden.adapter(), false).close();
                        Adapter.create(model, lora, 1, true).close();
                    });
        }
    }

    @Test
    void modelsLeaveNothing() throws Exception {
        stays(
                "load a model",
                20,
                () -> {
                    try (PointerScope scope = new PointerScope();
                            Golden golden = Golden.of("gemma3");
                            LanguageModel model = TinyModel.load("gemma3", ComputeType.F32);
                            KvCache cache = model.newCache()) {
                        model.next(new int[] {1, 2, 3}, cache);
                        RowPass pass = new RowPass(model, false);
                        pass.score(golden.row());
                    }
                });
    }

    @Test
    void aPlaceOutlivesTheScopeItWasMadeIn() {
        Placement place;
        try (PointerScope scope = new PointerScope()) {
            place = Placement.cpu(ComputeType.F32);
            assertThat(Libtorch.device("cpu").is_cpu()).isTrue();
        }
        assertThat(place.device().isNull()).isFalse();
        assertThat(place.device().is_cpu()).isTrue();
    }
}
