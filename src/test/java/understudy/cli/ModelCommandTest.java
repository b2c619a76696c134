package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.hub.Hub;
import understudy.hub.HubSettings;

class ModelCommandTest {
    private static final String GGUF = "src/test/resources/golden/weights/types.gguf";

    @TempDir Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private String run(boolean json, String... arguments) {
        out.reset();
        err.reset();
        ModelCommand command = new ModelCommand();
        HubSettings settings =
                HubSettings.fromEnvironment(
                        Map.of("HF_HOME", folder.resolve("hf").toString(), "HF_HUB_OFFLINE", "1"));
        command.hubs = workspace -> new Hub(workspace, settings);
        new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        Console console =
                new Console(
                        json,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(command.run(new Workspace(folder.resolve("home")), console)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void listsNamesWithLicences() {
        assertThat(run(false, "list"))
                .contains("name", "smollm2-135m", "135M", "Apache-2.0", "8192", "no")
                .contains("Llama 3.2 Community License *", "mistral-7b-v0.3", "7.2B");
    }

    @Test
    void jsonIsOneLine() {
        String text = run(true, "list");
        assertThat(text.lines()).hasSize(1);
        JsonNode first = Json.json().readTree(text).get("models").get(0);
        assertThat(first.get("name").asString()).isEqualTo("smollm2-135m");
        assertThat(first.get("here").asBoolean()).isFalse();
        assertThat(first.get("shape").get("kv_heads").asInt()).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("smollm2-135m");
    }

    @Test
    void showsWhatIsKnown() {
        assertThat(run(false, "show", "llama-3.2-1b"))
                .contains("to be accepted on the hub", "1,235,814,400", "model get llama-3.2-1b");
        JsonNode shown = Json.json().readTree(run(true, "show", GGUF));
        assertThat(shown.get("path").asString()).endsWith("types.gguf");
    }

    @Test
    void getShowsTheLicenceBeforeAnythingElse() {
        assertThatThrownBy(() -> run(false, "get", "llama-3.2-1b"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("HF_HUB_OFFLINE");
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("licence     Llama 3.2");
        assertThat(run(false, "get", GGUF)).contains("types.gguf");
    }

    @Test
    void termsOfUseAreShownAndAskedForOnce() {
        assertThatThrownBy(() -> run(false, "get", "gemma3-270m"))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.fix()).contains("get gemma3-270m --accept-terms"))
                .hasMessageContaining("were not accepted");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("Gemma Terms of Use: https://ai.google.dev/gemma/terms", "They bind you");
        assertThatThrownBy(() -> run(false, "get", "gemma3-270m", "--accept-terms"))
                .hasMessageContaining("HF_HUB_OFFLINE");
        assertThatThrownBy(() -> run(false, "get", "gemma3-270m"))
                .hasMessageContaining("HF_HUB_OFFLINE");
        assertThat(run(false, "show", "gemma3-270m")).contains("terms       Gemma Terms of Use");
    }

    /// The terms belong to the model, whatever it is called.
    @Test
    void termsOfUseAreAskedForByTheNameOnTheHubToo() {
        for (String name :
                List.of(
                        "google/gemma-3-270m",
                        "google/gemma-3-270m@main",
                        "Google/Gemma-3-1b-it")) {
            assertThatThrownBy(() -> run(false, "get", name))
                    .isInstanceOfSatisfying(
                            UserError.class,
                            e -> assertThat(e.fix()).contains("get " + name + " --accept-terms"))
                    .hasMessageContaining("were not accepted");
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains("Gemma Terms of Use: https://ai.google.dev/gemma/terms");
        }
        assertThatThrownBy(() -> run(false, "get", "google/gemma-3-270m", "--accept-terms"))
                .hasMessageContaining("HF_HUB_OFFLINE");
        assertThatThrownBy(() -> run(false, "get", "gemma3-270m"))
                .as("accepted for all models under them")
                .hasMessageContaining("HF_HUB_OFFLINE");
        assertThatThrownBy(() -> run(false, "get", "google/flan-t5-small"))
                .as("others of the same publisher are not asked about")
                .hasMessageContaining("HF_HUB_OFFLINE");
    }

    @Test
    void aNameIsNeeded() {
        assertThatThrownBy(() -> run(false, "get")).isInstanceOf(UserError.class);
    }

    @Test
    void progressTellsRateAndTimeLeft() {
        assertThat(DownloadProgress.line("m", 25_000_000, 100_000_000, 5e5))
                .isEqualTo("  m  25% of 100 MB  0.5 MB/s  2 min 30 s left");
        assertThat(DownloadProgress.line("m", 0, 1000, 0)).contains("waiting");
    }
}
