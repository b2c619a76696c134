package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.tensor.ComputeType;

/// An adapter's folder may come from anywhere.
class PeftFolderTest {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";

    @TempDir Path folder;

    private LanguageModel model;

    @BeforeEach
    void load() throws Exception {
        model = TinyModel.load("llama", ComputeType.F32);
        for (String name : List.of(CONFIG, WEIGHTS)) {
            Files.copy(TinyModel.folder("llama/adapter").resolve(name), folder.resolve(name));
        }
    }

    @AfterEach
    void close() {
        model.close();
    }

    private void refused(String where) {
        float[] before;
        try (PointerScope scope = new PointerScope()) {
            before = Golden.array(model.logits(new int[] {1, 2, 3}));
        }
        assertThatThrownBy(() -> PeftFolder.load(model, folder, false))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.where()).contains(where));
        try (PointerScope scope = new PointerScope()) {
            assertThat(Golden.array(model.logits(new int[] {1, 2, 3})))
                    .as("a refused adapter must not stay attached")
                    .isEqualTo(before);
        }
    }

    private void changed(String key, String json) throws Exception {
        Path file = folder.resolve(CONFIG);
        ObjectNode config = (ObjectNode) Json.json().readTree(Files.readAllBytes(file));
        config.set(key, Json.json().readTree(json));
        Files.writeString(file, config.toString());
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() throws Exception {
        for (String name : List.of(CONFIG, WEIGHTS)) {
            Files.copy(
                    TinyModel.folder("llama3/adapter").resolve(name),
                    folder.resolve(name),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        refused(WEIGHTS);
    }

    @Test
    void anAdapterWithMoreOrFewerLayersIsRefused() throws Exception {
        changed("target_modules", "[\"q_proj\"]");
        refused(WEIGHTS);
    }

    @Test
    void anotherRankThanTheWeightsHaveIsRefused() throws Exception {
        changed("r", "8");
        refused(WEIGHTS);
    }

    @Test
    void kindsThatCannotBeRunAreRefused() throws Exception {
        byte[] plain = Files.readAllBytes(folder.resolve(CONFIG));
        for (String[] change :
                new String[][] {
                    {"use_dora", "true"},
                    {"use_rslora", "true"},
                    {"bias", "\"all\""},
                    {"peft_type", "\"IA3\""},
                    {"target_modules", "\"all-linear\""},
                    {"target_modules", "[]"},
                    {"target_modules", "[\"lm_head\"]"},
                    {"alpha_pattern", "{\"q_proj\": 64}"},
                    {"rank_pattern", "{\"q_proj\": 64}"},
                    {"r", "0"},
                    {"r", "-4"},
                    {"r", "100000000"},
                    {"r", "\"four\""},
                    {"lora_alpha", "-1"},
                    {"lora_alpha", "1e400"},
                    {"lora_dropout", "7"},
                }) {
            Files.write(folder.resolve(CONFIG), plain);
            changed(change[0], change[1]);
            refused(CONFIG);
        }
    }

    @Test
    void missingAndDamagedFilesAreNamed() throws Exception {
        Path weights = folder.resolve(WEIGHTS);
        byte[] whole = Files.readAllBytes(weights);
        Files.delete(weights);
        refused(WEIGHTS);
        Files.write(weights, java.util.Arrays.copyOf(whole, whole.length - 100));
        refused(WEIGHTS);
        Files.write(weights, whole);
        for (String text : List.of("", "{", "[]", "{\"a\":" + "[".repeat(10_000))) {
            Files.writeString(folder.resolve(CONFIG), text);
            refused(CONFIG);
        }
        Files.delete(folder.resolve(CONFIG));
        refused(CONFIG);
    }

    @Test
    void nothingOfThisMachineIsWritten() throws Exception {
        try (Adapter adapter = PeftFolder.load(model, folder, false)) {
            Path out = folder.resolve("out");
            PeftFolder.write(adapter, adapter.parameters(), out, "org/tiny", null);
            assertThat(Files.readString(out.resolve(CONFIG)))
                    .contains("org/tiny")
                    .doesNotContain(folder.toString());
        }
    }
}
