package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Json;

/// `evaluate --against`: another run, another recipe, an adapter from elsewhere.
class RunComparisonTest {
    @TempDir static Path folder;

    private static TrainedHome home;
    private static String tenth; // of the same chats, with a tenth held out
    private static String first;
    private static Path adapter;
    private static String second;

    @BeforeAll
    static void train() throws IOException {
        home = TrainedHome.make(folder);
        tenth = home.run().id();
        prepare("--name=default", "--set=heldout_share=0.4");
        first = trained("default", "--max-tokens=1000");
        adapter = home.run().adapter();
        second = trained("default", "--max-tokens=3000", "--set=learning_rate=5e-3");
    }

    private static void prepare(String... words) {
        List<String> all =
                new ArrayList<>(List.of("prepare", "--base=" + SyntheticChats.tinyModel()));
        all.addAll(List.of(words));
        home.succeed(all);
    }

    private static String trained(String dataset, String... words) throws IOException {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "train",
                                "--name=" + dataset,
                                "--set=rank=2",
                                "--set=quantization=none",
                                "--set=compute_type=f32"));
        all.addAll(List.of(words));
        home.succeed(all);
        return home.run().id();
    }

    private static void refused(String why, String... words) {
        Called called = home.call(List.of(words));
        assertThat(called.exit()).isEqualTo(ExitCode.USER);
        assertThat(called.err()).contains(why).doesNotContain("Exception");
    }

    @Test
    void bothRunsHaveTheScoresThatTheyHaveAlone() {
        JsonNode both = home.json("evaluate", second, "--against=" + first, "--json");
        assertThat(both.path("run").asString()).isEqualTo(second);
        assertThat(both.path("compared_with").asString()).isEqualTo(first);
        double there = alone(first).path("bpc_after").asDouble();
        double here = alone(second).path("bpc_after").asDouble();
        assertThat(here).isNotEqualTo(there);
        assertThat(both.path("bpc_after").asDouble()).isEqualTo(here);
        assertThat(both.path("bpc_against").asDouble()).isEqualTo(there);
        assertThat(both.path("change").path("value").asDouble())
                .isCloseTo(here - there, within(2e-4));
        assertThat(both.path("conversations").asInt())
                .isEqualTo(alone(second).path("conversations").asInt());
    }

    private static JsonNode alone(String run) {
        return home.json("evaluate", run, "--scores-only", "--json");
    }

    @Test
    void theOtherWayRoundTheChangeHasTheOtherSign() {
        JsonNode there =
                home.json("evaluate", second, "--against=" + first, "--json").path("change");
        JsonNode back =
                home.json("evaluate", first, "--against=" + second, "--json").path("change");
        assertThat(back.path("value").asDouble()).isEqualTo(-there.path("value").asDouble());
        assertThat(there.path("value").asDouble())
                .isBetween(there.path("low").asDouble(), there.path("high").asDouble());
    }

    @Test
    void theTableSaysWhichIsWhich() {
        Called called = home.call(List.of("evaluate", second, "--against", first));
        assertThat(called.exit()).as(called.err()).isEqualTo(ExitCode.OK);
        assertThat(called.err() + called.out())
                .contains("run " + second + " against " + first)
                .containsPattern("other +clone +change")
                .contains("95% interval");
    }

    @Test
    void anAdapterFromElsewhereIsReadAsTheRunIs() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(adapter.resolve(file), elsewhere.resolve(file));
        }
        JsonNode both = home.json("evaluate", second, "--against=" + elsewhere, "--json");
        assertThat(both.path("bpc_against").asDouble())
                .isEqualTo(alone(first).path("bpc_after").asDouble());
        assertThat(both.path("compared_with").asString()).isEqualTo(elsewhere.toString());
    }

    /// Another template, other rows and nothing redacted: the same conversations all the same.
    @Test
    void anotherRecipeIsComparedConversationByConversation() throws IOException {
        prepare("--recipe=seed", "--name=plain", "--set=heldout_share=0.4");
        String plain = trained("plain", "--max-tokens=1000");
        JsonNode both = home.json("evaluate", second, "--against=" + plain, "--json");
        assertThat(both.path("change").path("high").isNumber()).isTrue();
        assertThat(both.path("bpc_against").asDouble())
                .isEqualTo(alone(plain).path("bpc_after").asDouble());
    }

    @Test
    void whatCannotBeComparedIsRefused() throws IOException {
        refused("that is the run itself", "evaluate", second, "--against=" + second);
        refused(
                "there is no run of that name",
                "evaluate",
                second,
                "--against=20200101-000000-abc");
        refused("there is no run of that name", "evaluate", second, "--against=nowhere");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        refused("cannot read the adapter", "evaluate", second, "--against=" + empty);
        refused("by their scores only", "evaluate", second, "--against=" + first, "--leak");
    }

    @Test
    void otherConversationsAreRefused() throws IOException {
        prepare("--name=fewer", "--set=heldout_share=0.2");
        String fewer = trained("fewer", "--max-tokens=1000");
        refused("different conversations", "evaluate", second, "--against=" + fewer);
    }

    /// The first run read conversations that its dataset, prepared again, holds out.
    @Test
    void aRunThatMayHaveReadWhatIsHeldOutIsSaidSo() {
        for (List<String> words :
                List.of(
                        List.of("evaluate", tenth, "--scores-only", "--json"),
                        List.of("evaluate", second, "--against=" + tenth, "--json"))) {
            Called called = home.call(words);
            assertThat(called.exit()).as(called.err()).isEqualTo(ExitCode.OK);
            assertThat(called.err()).contains("prepared again", tenth);
            JsonNode json = Json.json().readTree(called.out());
            assertThat(json.path("dataset_changed").asBoolean(false)).isTrue();
        }
        JsonNode voice = home.json("evaluate", tenth, "--replies=8", "--json");
        assertThat(voice.path("dataset_changed").asBoolean(false)).isTrue();
        assertThat(voice.path("voice").path("notes").toString()).contains("prepared again");
        assertThat(Path.of(voice.path("page").asString()))
                .content()
                .contains("prepared again after run " + tenth);
        refused("prepared again", "evaluate", tenth, "--leak");
        JsonNode second =
                home.json("evaluate", RunComparisonTest.second, "--scores-only", "--json");
        assertThat(second.path("dataset_changed").asBoolean(true)).isFalse();
    }
}
