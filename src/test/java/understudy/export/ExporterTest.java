package understudy.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import understudy.base.UserError;
import understudy.model.Adapter;
import understudy.model.DecodeWeights;
import understudy.model.HubConfigs;
import understudy.model.LanguageModel;
import understudy.model.PeftFolder;
import understudy.model.TinyModel;
import understudy.tensor.ComputeType;
import understudy.tensor.FrozenMatrix;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.text.OllamaTemplate;
import understudy.text.PortableTemplate;
import understudy.text.TokenizerExport;
import understudy.weights.Gguf;
import understudy.weights.Safetensors;
import understudy.weights.WeightType;

/// What is written, loaded again, computes what the base computes with the adapter; the tiny
/// models of every family, their adapters and their GGUF files are those of the golden files.
class ExporterTest {
    private static final int[] IDS = {3, 1, 4, 15, 9, 26, 5, 35, 8, 9, 7, 9};
    private static final Path CHAT = Path.of("src/test/resources/golden/tiny-chat");

    @TempDir Path folder;

    static Stream<String> families() {
        return Stream.of(
                "llama", "llama3", "llama_bias", "mistral", "qwen2", "qwen3", "gemma3", "phi3");
    }

    /// Those of which a GGUF file was made by other programs.
    static Stream<String> ggufs() {
        return Stream.of("llama_bias", "qwen2", "qwen3", "gemma3", "phi3");
    }

    /// The tiny model with a tokenizer and a template.
    private Path model(String name) throws IOException {
        return model(folder.resolve("model"), name);
    }

    static Path model(Path model, String name) throws IOException {
        Files.createDirectories(model);
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(TinyModel.folder(name).resolve(file), model.resolve(file));
        }
        for (String file :
                List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")) {
            Files.copy(CHAT.resolve(file), model.resolve(file));
        }
        return model;
    }

    private Path write(Form form, WeightType type, Path model, @Nullable Path adapter)
            throws IOException {
        Path out = Files.createDirectories(folder.resolve("out-" + form.word()));
        Exporter exporter = exporter(form, type, model, adapter);
        assertThat(exporter.expectedBytes()).isPositive();
        exporter.write(out, (done, total) -> assertThat(done).isBetween(1L, total));
        return exporter.scored(out, folder.resolve("spare"));
    }

    static Exporter exporter(Form form, WeightType type, Path model, @Nullable Path adapter) {
        Exporter.Source source =
                new Exporter.Source(
                        "20261127-120000-abc", model, adapter, false, "org/tiny", "abc");
        Map<String, Number> sampling = Map.of("temperature", 0.7);
        return new Exporter(source, new Exporter.Options(form, type, "{me}", "", sampling));
    }

    private static float[] logits(Path model, @Nullable Path adapter) {
        return logits(model, adapter, IDS);
    }

    private static float[] logits(Path model, @Nullable Path adapter, int[] ids) {
        try (PointerScope scope = new PointerScope();
                LanguageModel loaded = LanguageModel.load(model, Placement.cpu(ComputeType.F32))) {
            if (adapter == null) {
                return TinyModel.floats(loaded.logits(ids));
            }
            try (Adapter attached = PeftFolder.load(loaded, adapter, false)) {
                float[] logits = TinyModel.floats(loaded.logits(ids));
                loaded.detachAdapter();
                return logits;
            }
        }
    }

    static void close(float[] actual, float[] expected, double bound) {
        assertThat(actual).hasSameSizeAs(expected);
        double highest = 0;
        double apart = 0;
        for (int i = 0; i < actual.length; i++) {
            highest = Math.max(highest, Math.abs(expected[i]));
            apart = Math.max(apart, Math.abs(actual[i] - expected[i]));
        }
        assertThat(apart).isLessThanOrEqualTo(bound * highest);
    }

    @ParameterizedTest
    @MethodSource("families")
    void aGgufFileComputesWhatBaseAndAdapterDo(String name) throws IOException {
        Path adapter = TinyModel.folder(name).resolve("adapter");
        // GGUF files have no window for Mistral; within it all is the same
        int[] ids = name.equals("mistral") ? Arrays.copyOf(IDS, 4) : IDS;
        float[] expected = logits(TinyModel.folder(name), adapter, ids);
        Path gguf = write(Form.GGUF, WeightType.F32, model(name), adapter);
        close(logits(gguf, null, ids), expected, 1e-5);
        assertThat(logits(TinyModel.folder(name), null, ids))
                .as("the adapter changes something")
                .isNotEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("families")
    void aFolderComputesWhatBaseAndAdapterDo(String name) throws IOException {
        Path adapter = TinyModel.folder(name).resolve("adapter");
        Path merged = write(Form.MERGED, WeightType.F16, model(name), adapter);
        close(logits(merged, null), logits(TinyModel.folder(name), adapter), 0.03);
        try (Safetensors file = Safetensors.open(merged)) {
            assertThat(file.tensors().values())
                    .allSatisfy(t -> assertThat(t.type()).isEqualTo(WeightType.BF16));
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void aGgufAdapterIsTheAdapter(String name) throws IOException {
        Path adapter = TinyModel.folder(name).resolve("adapter");
        Path back = write(Form.GGUF_LORA, WeightType.F16, model(name), adapter);
        assertThat(logits(TinyModel.folder(name), back))
                .containsExactly(logits(TinyModel.folder(name), adapter));
    }

    @ParameterizedTest
    @MethodSource("ggufs")
    void whatOtherProgramsHoldInAGgufFileIsHeldTheSameWay(String name) throws IOException {
        Path written = write(Form.GGUF, WeightType.F32, model(name), null);
        try (Gguf ours = Gguf.open(written);
                Gguf theirs = Gguf.open(TinyModel.folder(name).resolve("model.gguf"))) {
            assertThat(ours.tensors().keySet()).isEqualTo(theirs.tensors().keySet());
            theirs.tensors()
                    .forEach((tensor, info) ->
                            assertThat(ours.tensor(tensor).shape())
                                    .as(tensor)
                                    .containsExactly(info.shape()));
            theirs.metadata()
                    .forEach((key, value) -> {
                        if (!key.startsWith("general.") && !key.startsWith("tokenizer.")) {
                            assertThat(ours.metadata().get(key)).as(key).isEqualTo(value);
                        }
                    });
        }
        close(
                logits(written, null),
                logits(TinyModel.folder(name).resolve("model.gguf"), null),
                1e-3);
    }

    @ParameterizedTest
    @MethodSource("ggufs")
    void theFolderOfAGgufFileIsThatModel(String name) throws IOException {
        Path gguf = TinyModel.folder(name).resolve("model.gguf");
        Path adapter = TinyModel.folder(name).resolve("adapter");
        Path out = Files.createDirectories(folder.resolve("hub"));
        try (MergedWeights weights = new MergedWeights(gguf, adapter, n -> {})) {
            HubFolder hub = new HubFolder(weights, gguf, 40_000);
            hub.writeWeights(out);
            HubFolder.json(out.resolve("config.json"), HubConfigs.made(weights.config()));
        }
        assertThat(out.resolve("model.safetensors.index.json")).exists();
        close(logits(out, null), logits(gguf, adapter), 0.03);
    }

    @ParameterizedTest
    @ValueSource(strings = {"peft", "gguf-lora"})
    void aRunWithoutAnAdapterHasNoneToGive(String form) {
        assertThatThrownBy(() -> exporter(Form.of(form), WeightType.F16, CHAT, null))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.fix()).contains("--as merged"));
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() throws IOException {
        Path adapter = TinyModel.folder("phi3").resolve("adapter");
        Path model = model("llama");
        for (Form form : List.of(Form.MERGED, Form.GGUF, Form.GGUF_LORA)) {
            assertThatThrownBy(() -> write(form, WeightType.F16, model, adapter))
                    .isInstanceOfSatisfying(
                            UserError.class, e -> assertThat(e.what()).contains("another model"));
        }
    }

    @Test
    void theAdaptersFolderNamesABaseThatOthersHave() throws IOException {
        Path adapter = TinyModel.folder("llama").resolve("adapter");
        Path out = write(Form.PEFT, WeightType.F16, model("llama"), adapter);
        assertThat(Files.readString(out.resolve("adapter_config.json"))).contains("\"org/tiny\"");
        assertThat(Files.readAllBytes(out.resolve("adapter_model.safetensors")))
                .isEqualTo(Files.readAllBytes(adapter.resolve("adapter_model.safetensors")));
        assertThat(out.resolve("README.md")).content().contains("base_model: org/tiny");
    }

    @Test
    void ollamaGetsAFileAndWhatToDoWithIt() throws IOException {
        Path adapter = TinyModel.folder("llama").resolve("adapter");
        Path gguf = write(Form.OLLAMA, WeightType.Q8_0, model("llama"), adapter);
        assertThat(gguf.resolveSibling("Modelfile"))
                .content()
                .contains("FROM ./model.gguf\n", "TEMPLATE \"\"\"", "SYSTEM \"\"\"YOUR NAME\"\"\"")
                .contains("PARAMETER stop \"<|im_end|>\"\n", "PARAMETER temperature 0.7\n");
    }

    /// `OllamaTemplateTest` says that such a template gives what training rendered.
    @Test
    void theModelfileHoldsTheWholeTemplate() throws IOException {
        Path model = model("llama");
        Path gguf = write(Form.OLLAMA, WeightType.Q8_0, model, null);
        String file = Files.readString(gguf.resolveSibling("Modelfile"));
        String quotes = "\"\"\"";
        String behind = file.substring(file.indexOf("TEMPLATE " + quotes) + 12);
        PortableTemplate portable = PortableTemplate.of(model, false);
        boolean addsBos = new TokenizerExport(model, portable).addsBos();
        assertThat(behind.substring(0, behind.indexOf(quotes)))
                .isEqualTo(OllamaTemplate.of(model, false, addsBos))
                .contains("range .Messages");
    }

    @Test
    void aLinearLayerTooNarrowForBlocksStaysInF16() throws IOException {
        Path gguf = write(Form.GGUF, WeightType.Q4_0, model("llama"), null);
        try (Gguf file = Gguf.open(gguf)) {
            file.tensors()
                    .values()
                    .forEach(info -> {
                        long columns = info.shape()[info.shape().length - 1];
                        boolean blocks = columns % 32 == 0;
                        WeightType expected =
                                info.shape().length == 1
                                        ? WeightType.F32
                                        : !blocks
                                                ? WeightType.F16
                                                : info.name().startsWith("blk.")
                                                        ? WeightType.Q4_0
                                                        : WeightType.Q8_0;
                        assertThat(info.type()).as(info.name()).isEqualTo(expected);
                    });
        }
    }

    /// The same numbers in less memory, and what is not in 4 bits as ever.
    @Test
    void aFileInFourBitsIsHeldAsItIs() throws IOException {
        Path gguf = write(Form.GGUF, WeightType.Q4_0, model("llama3"), null);
        try (PointerScope scope = new PointerScope();
                LanguageModel whole = held(gguf, Quantization.NONE);
                LanguageModel packed = held(gguf, Quantization.FILE)) {
            assertThat(TinyModel.floats(packed.logits(IDS)))
                    .isEqualTo(TinyModel.floats(whole.logits(IDS)));
            List<FrozenMatrix> floats = matrices(whole);
            List<FrozenMatrix> quarters = matrices(packed);
            for (int i = 0; i < floats.size(); i++) {
                long numbers = (long) floats.get(i).rows() * floats.get(i).columns();
                boolean blocks = floats.get(i).columns() % 32 == 0;
                assertThat(floats.get(i).bytes()).isEqualTo(4 * numbers);
                assertThat(quarters.get(i).bytes() < 2 * numbers).isEqualTo(blocks);
            }
            assertThat(quarters).anyMatch(matrix -> matrix.columns() % 32 == 0);
            assertThat(quarters).anyMatch(matrix -> matrix.columns() % 32 != 0);
        }
    }

    private static LanguageModel held(Path model, Quantization form) {
        return LanguageModel.load(model, Placement.cpu(ComputeType.F32), form);
    }

    private static List<FrozenMatrix> matrices(LanguageModel model) {
        return model.decodeWeights().layers().stream()
                .flatMap(layer -> layer.groups().stream())
                .map(DecodeWeights.Group::weight)
                .toList();
    }

    @Tag("transformers")
    @ParameterizedTest
    @MethodSource("families")
    void transformersComputesTheSameOfAFolder(String name) throws Exception {
        Path adapter = TinyModel.folder(name).resolve("adapter");
        assertAgrees(write(Form.MERGED, WeightType.F16, model(name), adapter));
    }

    @Tag("transformers")
    @ParameterizedTest
    @MethodSource("ggufs")
    void transformersComputesTheSameOfTheFolderOfAGgufFile(String name) throws Exception {
        Path gguf = TinyModel.folder(name).resolve("model.gguf");
        Path out = Files.createDirectories(folder.resolve("hub"));
        try (MergedWeights weights = new MergedWeights(gguf, null, n -> {})) {
            new HubFolder(weights, gguf, 40_000).writeWeights(out);
            HubFolder.json(out.resolve("config.json"), HubConfigs.made(weights.config()));
        }
        assertAgrees(out);
    }

    private static void assertAgrees(Path folder) throws Exception {
        JsonNode answer = Transformers.ask(folder, Map.of("ids", IDS));
        float[] theirs = new float[answer.path("logits").size()];
        for (int i = 0; i < theirs.length; i++) {
            theirs[i] = answer.path("logits").path(i).floatValue();
        }
        close(logits(folder, null), theirs, 1e-4);
    }
}
