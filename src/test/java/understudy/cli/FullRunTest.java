package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Workspace;
import understudy.evaluate.voice.BlindTest;
import understudy.generate.Decoder;
import understudy.run.RunFolder;

/// A run in which all weights learned, from `train` to a reply.
class FullRunTest {
    @TempDir static Path folder;

    private static TrainedHome home;
    private static String adapter;
    private static RunFolder run;

    @BeforeAll
    static void train() throws IOException {
        home = TrainedHome.make(folder);
        adapter = home.run().id();
        home.succeed(
                List.of(
                        "train",
                        "--method=full",
                        "--max-tokens=1500",
                        "--set=learning_rate=1e-3",
                        "--set=compute_type=f32"));
        run = home.run();
    }

    @Test
    void itsModelAndTheFilesOfItsTokenizerAreKept() {
        assertThat(run.adapter()).doesNotExist();
        for (String file :
                List.of(
                        "model.safetensors",
                        "config.json",
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "chat_template.jinja")) {
            assertThat(run.model().resolve(file)).isNotEmptyFile();
        }
        JsonNode shown = home.json("runs", "show", run.id(), "--json");
        assertThat(shown.path("model").asString()).isEqualTo(run.model().toString());
        assertThat(shown.path("adapter").isNull()).isTrue();
    }

    @Test
    void evaluateComparesItWithItsBase() {
        JsonNode scores = home.json("evaluate", "--scores-only", "--json");
        assertThat(scores.path("run").asString()).isEqualTo(run.id());
        assertThat(scores.path("bpc_after").asDouble())
                .isPositive()
                .isLessThan(scores.path("bpc_before").asDouble());
    }

    @Test
    void itsVoiceIsComparedWithItsBase() {
        JsonNode report = home.json("evaluate", "--replies=8", "--json");
        assertThat(report.path("bpc_after").asDouble())
                .isEqualTo(
                        home.json("evaluate", "--scores-only", "--json")
                                .path("bpc_after")
                                .asDouble())
                .isLessThan(report.path("bpc_before").asDouble());
        assertThat(report.path("voice").path("sources").propertyNames())
                .contains("clone", "base", "prompt_only");
        assertThat(run.report().resolve("voice.html")).isNotEmptyFile();
    }

    @Test
    void itIsAskedForWhatItLearned() throws IOException {
        JsonNode report = home.json("evaluate", "--leak", "--json");
        assertThat(report.path("run").asString()).isEqualTo(run.id());
        assertThat(report.path("membership").path("gain_auc"))
                .isNotEqualTo(report.path("membership").path("loss_auc"));
        assertThat(report.path("passages").path("learned")).isNotEmpty();
        assertThat(LeakGate.verdict(run)).isNotEqualTo("none");
    }

    @Test
    void itsRepliesCanBeGuessed() throws IOException {
        Evaluated evaluated = Evaluated.open(new Workspace(home.home()), run.id());
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        Console quiet = new Console(true, nowhere, nowhere);
        BlindTest test = new BlindEvaluation(quiet, evaluated, "cpu", 3, 42).prepare();
        assertThat(test.trials()).isNotEmpty();
    }

    @Test
    void itAnswers() {
        Called called =
                home.call(List.of("chat", "--prompt=hello", "--temperature=0", "--max-tokens=8"));
        assertThat(called.exit()).as(called.err()).isEqualTo(ExitCode.OK);
    }

    @Test
    void itIsHeldBesideItsBaseAndWithoutAnAdapter() {
        try (RunShelf shelf = new RunShelf(new Workspace(home.home()), List.of(), "cpu", null, 2)) {
            Decoder full = shelf.load(run.id(), Set.of());
            Decoder base = shelf.load("tiny-chat", Set.of(full.base()));
            Decoder other = shelf.load(adapter, Set.of(full.base()));
            assertThat(full.adapter()).isNull();
            assertThat(full.base()).isNotEqualTo(base.base());
            assertThat(full.generator()).isNotSameAs(base.generator());
            assertThat(other.generator()).isSameAs(base.generator());
            assertThat(other.adapter()).isNotNull();
            assertThat(shelf.loaded()).isEqualTo(2);
        }
    }

    @Test
    void aModelThatIsGoneIsSaidSo() throws IOException {
        Path weights = run.model().resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.delete(weights);
        try {
            Called called = home.call(List.of("evaluate"));
            assertThat(called.exit()).isNotEqualTo(ExitCode.OK);
            assertThat(called.err()).contains(run.model().toString()).doesNotContain("Exception");
        } finally {
            Files.write(weights, bytes);
        }
    }

    @Test
    void aPackedBaseIsRefused() {
        Called called = home.call(List.of("train", "--method=full", "--quantization=nf4"));
        assertThat(called.exit()).isEqualTo(ExitCode.USER);
        assertThat(called.err()).contains("--quantization none");
    }

    @Test
    void planSaysWhatItNeeds() {
        JsonNode plan = home.json("plan", "--method=full", "--json", "--set=compute_type=f32");
        assertThat(plan.path("method").asString()).isEqualTo("full f32");
    }
}
