package understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.base.UserError;

/// A config.json comes from strangers.
class ModelConfigTest {
    @TempDir Path folder;

    private Path file() {
        return folder.resolve("config.json");
    }

    private static ObjectNode tiny(String name) throws Exception {
        return (ObjectNode)
                Json.json().readTree(TinyModel.folder(name).resolve("config.json").toFile());
    }

    private ModelConfig read(String text) throws Exception {
        Files.writeString(file(), text);
        return ModelConfig.read(folder);
    }

    private void refused(String text) throws Exception {
        Files.writeString(file(), text);
        String shown = text.length() > 900 ? text.substring(0, 900) : text;
        assertThatThrownBy(() -> ModelConfig.read(folder), shown)
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> {
                            assertThat(e.where()).contains(file().toString());
                            assertThat(e.what()).hasSizeLessThan(300);
                        });
    }

    static Stream<String> sizes() {
        return Stream.of(
                "vocab_size",
                "hidden_size",
                "num_hidden_layers",
                "num_attention_heads",
                "num_key_value_heads",
                "head_dim",
                "intermediate_size",
                "max_position_embeddings");
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void hostileSizesAreRefused(String key) throws Exception {
        for (String value :
                List.of(
                        "-1",
                        "0",
                        "2147483647",
                        "2147483648",
                        "4294967297",
                        "1e30",
                        "-1e400",
                        "\"many\"",
                        "[4]",
                        "{}",
                        "true")) {
            String text = tiny("llama").toString();
            String old = "\"" + key + "\":" + tiny("llama").path(key);
            assertThat(text).contains(old);
            refused(text.replace(old, "\"" + key + "\":" + value));
        }
    }

    @Test
    void missingSizesAreRefusedAndOptionalOnesFilledIn() throws Exception {
        for (String key :
                List.of(
                        "vocab_size",
                        "hidden_size",
                        "num_hidden_layers",
                        "num_attention_heads",
                        "intermediate_size")) {
            ObjectNode json = tiny("llama");
            json.remove(key);
            refused(json.toString());
        }
        ObjectNode json = tiny("llama");
        List.of("num_key_value_heads", "head_dim", "max_position_embeddings", "rms_norm_eps")
                .forEach(json::remove);
        ModelConfig config = read(json.toString());
        assertThat(config.kvHeads()).isEqualTo(4);
        assertThat(config.headSize()).isEqualTo(12);
        assertThat(config.maxPositions()).isEqualTo(2048);
    }

    @Test
    void otherHostileValuesAreRefused() throws Exception {
        for (String change :
                List.of(
                        "\"num_key_value_heads\":3",
                        "\"head_dim\":13",
                        "\"rms_norm_eps\":0",
                        "\"rms_norm_eps\":-1e-5",
                        "\"rms_norm_eps\":1e400",
                        "\"hidden_act\":\"gelu\"",
                        "\"rope_parameters\":{\"partial_rotary_factor\":0.75}",
                        "\"rope_parameters\":{\"rope_type\":\"yarn\",\"factor\":2}",
                        "\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":0}",
                        "\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":-2}",
                        "\"rope_parameters\":{\"rope_theta\":-1}",
                        "\"rope_parameters\":{\"rope_type\":\"llama3\",\"low_freq_factor\":4,"
                                + "\"high_freq_factor\":4}",
                        "\"model_type\":\"bert\"",
                        "\"model_type\":null",
                        "\"model_type\":7")) {
            String key = change.substring(1, change.indexOf('"', 1));
            ObjectNode json = tiny("llama");
            json.set(key, Json.json().readTree("{" + change + "}").path(key));
            refused(json.toString());
        }
    }

    @Test
    void whatIsNoConfigIsRefused() throws Exception {
        for (String text : List.of("", "null", "[]", "7", "{", "{\"model_type\":\"llama\"}")) {
            refused(text);
        }
        refused("{\"a\":" + "[".repeat(100_000));
        refused("{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}");
        refused("{\"a\":\"" + "x".repeat(5_000_000) + "\"}");
        Files.delete(file());
        assertThatThrownBy(() -> ModelConfig.read(folder))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.where()).contains("config.json"));
    }

    @Test
    void aNameFromTheFileCannotDriveTheTerminal() throws Exception {
        ObjectNode json = tiny("llama");
        json.put("model_type", "\u001b[2J" + "x".repeat(10_000));
        Files.writeString(file(), json.toString());
        assertThatThrownBy(() -> ModelConfig.read(folder))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.what()).doesNotContain("\u001b").hasSizeLessThan(200));
    }

    @Test
    void bothSpellingsOfRotaryPositionsAreTheSame() throws Exception {
        ObjectNode five = tiny("llama3");
        ObjectNode four = five.deepCopy();
        JsonNode rope = four.remove("rope_parameters");
        four.set("rope_theta", rope.path("rope_theta"));
        ObjectNode scaling = rope.deepCopy().asObject();
        scaling.remove("rope_theta");
        four.set("rope_scaling", scaling);
        RopeConfig expected = read(five.toString()).rope();
        assertThat(read(four.toString()).rope()).usingRecursiveComparison().isEqualTo(expected);
        assertThat(expected.scaling()).isEqualTo(RopeConfig.Scaling.LLAMA3);
    }

    @Test
    void onlyMistralHasAWindow() throws Exception {
        assertThat(ModelConfig.read(TinyModel.folder("mistral")).window()).isEqualTo(6);
        ObjectNode llama = tiny("llama");
        llama.put("sliding_window", 6);
        assertThat(read(llama.toString()).window()).isZero();
        ObjectNode mistral = tiny("mistral");
        mistral.putNull("sliding_window");
        assertThat(read(mistral.toString()).window()).isZero();
    }
}
