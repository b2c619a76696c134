package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.run.RunEvent;

/// Facts on their whole way, with the tiny model: what a person sees, and what must not be seen.
class FactsCommandTest {
    /// A word that only the facts have.
    private static final String SECRET = "Schlunzenau";

    private static final String FACTS =
            """
            # About me
            - home: %s
            - job: a nurse
            - pets: two goats
            - age: 44
            - car: a van
            - I have never been to Paris.
            """
                    .formatted(SECRET);

    @TempDir static Path folder;

    private static TrainedHome made;

    @BeforeAll
    static void make() throws IOException {
        made = new TrainedHome(folder);
        List<String> words = new ArrayList<>(List.of("import", "--me", SyntheticChats.ME));
        for (Path file : SyntheticChats.write(folder, 120, "Kim", "Noor")) {
            words.add(file.toString());
        }
        made.succeed(words);
    }

    private static Called succeed(String... words) {
        Called called = made.call(List.of(words));
        assertThat(called.exit()).as("%s: %s", called.words(), called.err()).isEqualTo(ExitCode.OK);
        return called;
    }

    private static JsonNode json(Called called) {
        return Json.json().readTree(called.out());
    }

    private static void refused(String fix, String... words) {
        Called called = made.call(List.of(words));
        assertThat(called.exit()).isEqualTo(ExitCode.USER);
        assertThat(called.err()).contains(fix).doesNotContain(SECRET);
    }

    @Test
    void fromAnEmptyFileToAMeasuredRun() throws IOException {
        Path file = made.home().resolve("facts.md");
        refused("understudy facts init", "facts");
        assertThat(succeed("facts", "init").out()).contains(file.toString());
        assertThat(json(succeed("facts", "--json")).path("facts").asInt()).isZero();
        refused("edit it", "facts", "init");
        String base = SyntheticChats.tinyModel().toString();
        JsonNode empty = json(succeed("prepare", "--base", base, "--json"));
        assertThat(empty.path("facts_rows").asInt()).isZero();
        refused("facts init", "prepare", "--base", base, "--facts", folder + "/none.md");
        Files.writeString(file, FACTS + "- " + SECRET + " ".repeat(9) + "x".repeat(300));
        refused("facts", "facts");
        Files.writeString(file, FACTS);

        Called shown = succeed("facts");
        assertThat(shown.out())
                .contains("6 facts", "line 2: home: " + SECRET, "> ", "understudy prepare");
        JsonNode prepared = json(succeed("prepare", "--base", base, "--json"));
        assertThat(prepared.path("facts_read").asInt()).isEqualTo(6);
        assertThat(prepared.path("facts_rows").asInt()).isPositive();
        List<String> train = List.of("--max-tokens=20000", "--set=rank=2", "--set=epochs=1");
        String[] words =
                Stream.concat(Stream.of("train", "--set=compute_type=f32"), train.stream())
                        .toArray(String[]::new);
        assertThat(succeed(words).out()).contains("first your facts: ");
        measured();
        nothingLeaked();
    }

    private void measured() throws IOException {
        Called called = succeed("evaluate", "--facts", "--json");
        JsonNode facts = json(called).path("facts");
        assertThat(facts.path("known").path("questions").asInt()).isEqualTo(50);
        assertThat(facts.path("known").path("facts").asInt()).isEqualTo(5);
        assertThat(facts.path("unknown").path("questions").asInt()).isEqualTo(50);
        for (String source : List.of("clone", "base", "prompt_only")) {
            JsonNode shares = facts.path("sources").path(source);
            assertThat(shares.path("known_right").path("value").isNumber()).as(source).isTrue();
            assertThat(shares.path("unknown_evaded").path("low").isNumber()).as(source).isTrue();
        }
        assertThat(made.run().report().resolve("facts.json")).exists();
        assertThat(called.err()).contains("50 questions about 5 known facts");
        assertThat(called.out() + called.err()).doesNotContain(SECRET);
        assertThat(succeed("evaluate", "--leak", "--json").exit()).isEqualTo(ExitCode.OK);
    }

    /// The words of a fact are where they are learned from, and nowhere else.
    private void nothingLeaked() throws IOException {
        List<String> holding = new ArrayList<>();
        try (Stream<Path> all = Files.walk(made.home())) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(path), java.nio.charset.StandardCharsets.UTF_8)
                        .toLowerCase(java.util.Locale.ROOT)
                        .contains(SECRET.toLowerCase(java.util.Locale.ROOT))) {
                    holding.add(made.home().relativize(path).toString());
                    assertThat(Files.getPosixFilePermissions(path))
                            .as(path.toString())
                            .hasSizeLessThanOrEqualTo(path.endsWith("facts.md") ? 9 : 2);
                }
            }
        }
        assertThat(holding)
                .containsExactlyInAnyOrder(
                        "facts.md",
                        "datasets/default/facts.jsonl",
                        "datasets/default/fact-questions.json");
        assertThat(made.run().history().sessions()).hasSize(1);
        assertThat(made.run().history().sessions().getFirst()).isInstanceOf(RunEvent.Started.class);
    }

    @Test
    void whereThereAreNoneNothingIsAsked() {
        succeed(
                "prepare",
                "--base",
                SyntheticChats.tinyModel().toString(),
                "--name",
                "bare",
                "--set",
                "facts=false");
        succeed(
                "train",
                "--name",
                "bare",
                "--max-tokens=1000",
                "--set=rank=2",
                "--set=compute_type=f32");
        refused("understudy facts init", "evaluate", "--facts");
    }
}
