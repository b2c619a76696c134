package understudy.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.model.Adapter;
import understudy.model.LanguageModel;
import understudy.model.PeftFolder;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.weights.WeightType;

/// Exported GGUF files in llama.cpp itself, of every family: the whole model, and the adapter on
/// its base. Runs in the Python that has transformers, if that has llama-cpp-python, too.
@Tag("llama")
class LlamaCppTest {
    private static final int[] IDS = {5, 17, 2, 89, 41, 3, 77, 60, 64, 8};

    /// llama.cpp multiplies f32 matrices with activations in f32, but exponentials and norms
    /// otherwise than libtorch.
    private static final double APART = 2e-3;

    @TempDir Path folder;

    static java.util.stream.Stream<String> families() {
        return ExporterTest.families();
    }

    private static String python() {
        return System.getProperty("understudy.transformers", "");
    }

    private static float[] llama(int[] ids, Path... files) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(python(), "src/test/resources/python/llama_cpp_check.py"));
        Arrays.stream(files).map(Path::toString).forEach(command::add);
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(Json.json().writeValueAsBytes(Map.of("ids", ids)));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        JsonNode logits = Json.json().readTree(said).path("logits");
        float[] values = new float[logits.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = logits.path(i).floatValue();
        }
        return values;
    }

    private static float[] ours(Path model, Path adapter, int[] ids) {
        try (PointerScope scope = new PointerScope();
                LanguageModel loaded = LanguageModel.load(model, Placement.cpu(ComputeType.F32));
                Adapter attached = PeftFolder.load(loaded, adapter, false)) {
            float[] logits = TinyModel.floats(loaded.logits(ids));
            loaded.detachAdapter();
            return logits;
        }
    }

    private Path write(Form form, Path model, @Nullable Path adapter, String name)
            throws Exception {
        Path out = Files.createDirectories(folder.resolve(name));
        ExporterTest.exporter(form, WeightType.F32, model, adapter).write(out, (done, total) -> {});
        return out.resolve(form == Form.GGUF ? "model.gguf" : "adapter.gguf");
    }

    @ParameterizedTest
    @MethodSource("families")
    void llamaCppComputesTheSame(String name) throws Exception {
        Path adapter = TinyModel.folder(name).resolve("adapter");
        Path model = ExporterTest.model(folder.resolve("model"), name);
        if (name.equals("gemma3")) {
            asLlamaCppExpects(model.resolve("config.json"));
        }
        // GGUF files have no window for Mistral, and llama.cpp leaves that of Phi 3 out
        boolean none = name.equals("mistral") || name.equals("phi3");
        int[] ids = none ? Arrays.copyOf(IDS, 4) : IDS;
        float[] expected = ours(model, adapter, ids);
        Path merged = write(Form.GGUF, model, adapter, "merged");
        ExporterTest.close(llama(ids, merged), expected, APART);
        Path base = write(Form.GGUF, model, null, "base");
        Path beside = write(Form.GGUF_LORA, model, adapter, "lora");
        ExporterTest.close(llama(ids, base, beside), expected, APART);
    }

    /// What every real Gemma has and llama.cpp takes for granted: scores scaled by the heads' size,
    /// and the first five of six layers with a window.
    private static void asLlamaCppExpects(Path config) throws Exception {
        String text = Files.readString(config);
        String changed =
                text.replace("\"query_pre_attn_scalar\": 24", "\"query_pre_attn_scalar\": 16")
                        .replaceAll("\"full_attention\",", "\"sliding_attention\",");
        assertThat(changed).isNotEqualTo(text).contains("\"query_pre_attn_scalar\": 16");
        Files.writeString(config, changed);
    }
}
