package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.TensorFile;
import understudy.tensor.WeightTensors;
import understudy.weights.Safetensors;

/// What sets the families apart, beyond the numbers of [ModelGoldenTest].
class FamilyTest {
    private static final Placement F32 = Placement.cpu(ComputeType.F32);

    @TempDir Path folder;

    static Stream<String> inGguf() {
        return Golden.names().stream()
                .filter(name -> Files.exists(TinyModel.folder(name).resolve("model.gguf")));
    }

    @ParameterizedTest
    @MethodSource("inGguf")
    void aGgufFileIsTheSameModelAsItsFolder(String name) {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model =
                        LanguageModel.load(golden.folder().resolve("model.gguf"), F32)) {
            float[] logits = Golden.array(model.logits(golden.ids()));
            float[] expected = golden.floats("logits");
            assertThat(logits).hasSameSizeAs(expected);
            for (int i = 0; i < logits.length; i++) {
                assertThat(Math.abs(logits[i] - expected[i])).as("logit %d", i).isLessThan(1e-4f);
            }
            assertThat(model.config())
                    .usingRecursiveComparison()
                    .withComparatorForType(
                            (a, b) -> Math.abs(a - b) <= 1e-6 * Math.abs(b) ? 0 : 1, Double.class)
                    .isEqualTo(ModelConfig.read(golden.folder()));
        }
    }

    @Test
    void everyFamilyHasAGoldenInBothKindsOfFiles() {
        TreeSet<Family> tried = new TreeSet<>();
        inGguf().forEach(name ->
                tried.add(ModelConfig.read(TinyModel.folder(name).resolve("model.gguf")).family()));
        assertThat(tried)
                .containsExactlyInAnyOrder(
                        Family.LLAMA, Family.QWEN2, Family.QWEN3, Family.GEMMA3, Family.PHI3);
        TreeSet<Family> folders = new TreeSet<>();
        Golden.names().forEach(n -> folders.add(ModelConfig.read(TinyModel.folder(n)).family()));
        assertThat(folders).containsExactlyInAnyOrder(Family.values());
    }

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void parametersAreCountedAsTransformersDoes(String name) {
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model = LanguageModel.load(golden.folder(), F32);
                Adapter adapter = PeftFolder.load(model, golden.adapter(), false)) {
            int expected =
                    golden.values().bytes("parameters").get(ValueLayout.JAVA_INT_UNALIGNED, 0);
            assertThat(model.config().parameters()).isEqualTo(expected);
            assertThat(model.config().adapterParameters(adapter.config()))
                    .isEqualTo(adapter.size());
        }
    }

    /// Tensors of a safetensors file by name.
    private static Map<String, String> shapes(Path file) {
        try (Safetensors tensors = Safetensors.open(file)) {
            Map<String, String> shapes = new TreeMap<>();
            tensors.tensors().forEach((n, t) -> shapes.put(n, Arrays.toString(t.shape())));
            return shapes;
        }
    }

    private static List<String> targets(Path adapter) throws Exception {
        return Json.json()
                .readTree(Files.readAllBytes(adapter.resolve("adapter_config.json")))
                .path("target_modules")
                .valueStream()
                .map(t -> t.asString(""))
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("understudy.model.Golden#names")
    void anAdapterForEverythingIsNamedAsPeftNamesIt(String name) throws Exception {
        LoraConfig everything = new LoraConfig(4, 8, 0, LoraConfig.ALL_TARGETS);
        try (PointerScope scope = new PointerScope();
                Golden golden = Golden.of(name);
                LanguageModel model = LanguageModel.load(golden.folder(), F32);
                Adapter adapter = Adapter.create(model, everything, 1, false)) {
            PeftFolder.write(adapter, adapter.parameters(), folder, "tiny/" + name, null);
            String weights = "adapter_model.safetensors";
            assertThat(shapes(folder.resolve(weights)))
                    .isEqualTo(shapes(golden.adapter().resolve(weights)));
            assertThat(targets(folder)).isEqualTo(targets(golden.adapter()));
        }
    }

    @Test
    void aPartNamesTheFusedLayerAndTheOtherWayRound() {
        LoraConfig query = new LoraConfig(4, 8, 0, List.of("q_proj"));
        LoraConfig fused = new LoraConfig(4, 8, 0, List.of("qkv_proj"));
        assertThat(query.changes("qkv_proj")).isTrue();
        assertThat(query.changes("gate_up_proj")).isFalse();
        assertThat(query.changes("k_proj")).isFalse();
        assertThat(fused.changes("k_proj")).isTrue();
        assertThat(fused.changes("o_proj")).isFalse();
        assertThatThrownBy(() -> new LoraConfig(4, 8, 0, List.of("lm_head")))
                .isInstanceOf(UserError.class);
    }

    /// The language part of a model that sees images, as both versions of transformers name it.
    @ParameterizedTest
    @MethodSource("prefixes")
    void aModelThatSeesImagesLendsItsLanguagePart(String prefix, String inner) throws Exception {
        Path tiny = TinyModel.folder("gemma3");
        ObjectNode text = (ObjectNode) Json.json().readTree(tiny.resolve("config.json").toFile());
        ObjectNode config = Json.json().createObjectNode();
        config.put("model_type", "gemma3");
        config.set("text_config", text);
        Files.writeString(folder.resolve("config.json"), config.toString());
        try (PointerScope scope = new PointerScope();
                Safetensors weights = Safetensors.open(tiny);
                Golden golden = Golden.of("gemma3")) {
            Map<String, Tensor> renamed = new LinkedHashMap<>();
            weights.tensors()
                    .forEach((name, info) ->
                            renamed.put(
                                    prefix + inner + name.substring("model.".length()),
                                    WeightTensors.view(weights, name, info.shape())
                                            .to(torch.ScalarType.Float)));
            try (OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
                TensorFile.write(renamed, out);
            }
            try (LanguageModel model = LanguageModel.load(folder, F32);
                    Adapter adapter = Adapter.create(model, LoraConfig.STANDARD, 1, false)) {
                float[] logits = Golden.array(model.logits(golden.ids()));
                float[] expected = golden.floats("logits");
                for (int i = 0; i < logits.length; i++) {
                    assertThat(Math.abs(logits[i] - expected[i])).isLessThan(1e-4f);
                }
                assertThat(adapter.named(adapter.parameters()).keySet())
                        .contains(
                                "base_model.model.model.language_model.layers.0.self_attn.q_proj"
                                        + ".lora_A.weight");
            }
        }
    }

    static Stream<Arguments> prefixes() {
        return Stream.of(
                Arguments.of("language_model.", "model."),
                Arguments.of("model.", "language_model."));
    }

    private ModelConfig changed(String name, String key, String json) throws Exception {
        ObjectNode config =
                (ObjectNode)
                        Json.json()
                                .readTree(TinyModel.folder(name).resolve("config.json").toFile());
        config.set(key, Json.json().readTree(json));
        Files.writeString(folder.resolve("config.json"), config.toString());
        return ModelConfig.read(folder);
    }

    @Test
    void whatAFamilyHasButNothingHereComputesIsRefusedByName() {
        for (String[] change :
                new String[][] {
                    {"gemma3", "attn_logit_softcapping", "50.0"},
                    {"gemma3", "final_logit_softcapping", "30.0"},
                    {"gemma3", "use_bidirectional_attention", "true"},
                    {"gemma3", "hidden_activation", "\"silu\""},
                    {"gemma3", "layer_types", "[\"full_attention\"]"},
                    {
                        "gemma3",
                        "layer_types",
                        "[\"full_attention\",\"chunked_attention\",\"a\",\"b\"]"
                    },
                    {"gemma3", "sliding_window", "-1"},
                    {"gemma3", "query_pre_attn_scalar", "0"},
                    {"qwen3", "hidden_act", "\"gelu_pytorch_tanh\""},
                    {"phi3", "rope_parameters", "{\"partial_rotary_factor\": 0.75}"},
                    {"phi3", "sliding_window", "-4"},
                    {"phi3", "rope_parameters", "{\"rope_type\":\"longrope\"}"},
                    {"phi3", "num_hidden_layers", "2147483647"},
                    {"gemma3", "num_hidden_layers", "-3"},
                }) {
            assertThatThrownBy(
                            () -> changed(change[0], change[1], change[2]),
                            String.join(" ", change))
                    .isInstanceOfSatisfying(
                            UserError.class, e -> assertThat(e.where()).contains("config.json"));
        }
    }

    /// Published configs of Gemma 3 leave out most of what is as in the family's first model.
    @Test
    void aSparseConfigOfGemmaIsFilledIn() throws Exception {
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"model_type": "gemma3", "text_config": {"model_type": "gemma3_text",
                 "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34,
                 "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024}}
                """);
        ModelConfig config = ModelConfig.read(folder);
        assertThat(config.vocabulary()).isEqualTo(262_208);
        assertThat(config.headSize()).isEqualTo(256);
        assertThat(config.heads()).isEqualTo(8);
        assertThat(config.kvHeads()).isEqualTo(4);
        assertThat(config.tied()).isTrue();
        assertThat(config.queryScalar()).isEqualTo(256);
        assertThat(config.local().layers().cardinality()).isEqualTo(29);
        assertThat(config.local().has(5)).isFalse();
        assertThat(config.local().has(6)).isTrue();
        assertThat(config.rope().theta()).isEqualTo(1_000_000);
        assertThat(config.rope().factor()).isEqualTo(8);
        assertThat(config.local().rope())
                .usingRecursiveComparison()
                .isEqualTo(RopeConfig.plain(10_000));
    }

    /// A window changes logits only behind its end: the golden rows are longer than it.
    @ParameterizedTest
    @MethodSource("windowed")
    void theWindowIsPassedInTheGoldens(String name) {
        ModelConfig config = ModelConfig.read(TinyModel.folder(name));
        try (Golden golden = Golden.of(name)) {
            assertThat(config.window()).isEqualTo(6).isLessThan(golden.ids().length);
        }
        assertThat(config.local().layers().cardinality())
                .isEqualTo(
                        switch (name) {
                            case "gemma3" -> 3;
                            default -> 2;
                        });
    }

    static Stream<String> windowed() {
        return Stream.of("mistral", "phi3", "qwen2_window", "gemma3");
    }
}
