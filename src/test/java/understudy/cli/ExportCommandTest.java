package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Json;

/// `export` of a run of the tiny model.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportCommandTest {
    private Path folder = Path.of("");
    private TrainedHome home = new TrainedHome(folder);

    @BeforeAll
    void train(@TempDir Path empty) throws IOException {
        folder = empty;
        home = TrainedHome.make(empty);
    }

    private Called export(String form, String... more) {
        List<String> words = new ArrayList<>(List.of("export", "--json", "--as", form));
        words.addAll(List.of(more));
        return home.call(words);
    }

    private Path out(String name) {
        return folder.resolve("exports").resolve(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"peft", "merged", "gguf", "gguf-lora", "ollama"})
    void everyFormSoundsLikeTheRun(String form) throws IOException {
        Path out = out(form);
        Called called = export(form, "--out=" + out, "--type=F16");
        assertThat(called.exit()).as(called.err()).isEqualTo(ExitCode.OK);
        JsonNode json = Json.json().readTree(called.out());
        assertThat(json.path("run").stringValue()).isEqualTo(home.run().id());
        assertThat(json.path("as").stringValue()).isEqualTo(form);
        assertThat(Path.of(json.path("out").stringValue())).isEqualTo(out);
        double run = json.path("bpc_run").doubleValue();
        assertThat(run).isPositive();
        assertThat(json.path("bpc_export").doubleValue()).isBetween(0.995 * run, 1.005 * run);
        assertThat(json.path("change").doubleValue()).isBetween(-0.005, 0.005);
        long bytes = 0;
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.toList()) {
                boolean isFolder = Files.isDirectory(file);
                bytes += isFolder ? 0 : Files.size(file);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as("%s", file)
                        .isEqualTo(isFolder ? "rwx------" : "rw-------");
                // a tokenizer may know any name
                if (!isFolder && !file.toString().matches(".*(tokenizer\\.json|\\.gguf)")) {
                    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                    assertThat(text.contains(SyntheticChats.ME)).as("%s", file).isFalse();
                    assertThat(text.contains(folder.toString())).as("%s", file).isFalse();
                }
            }
        }
        assertThat(json.path("bytes").longValue()).isEqualTo(bytes);
        try (Stream<Path> beside = Files.list(out.getParent())) {
            assertThat(beside.filter(p -> p.toString().endsWith(".tmp"))).isEmpty();
        }
    }

    @Test
    void whatStandsThereIsReplacedOnlyWhenAsked() throws IOException {
        Path out = out("again");
        assertThat(export("peft", "--out=" + out).exit()).isEqualTo(ExitCode.OK);
        Called again = export("peft", "--out=" + out);
        assertThat(again.exit()).isEqualTo(ExitCode.USER);
        assertThat(again.err()).contains("there is an export already", "--force");
        Called forced = export("gguf-lora", "--out=" + out, "--force");
        assertThat(forced.exit()).as(forced.err()).isEqualTo(ExitCode.OK);
        assertThat(out.resolve("adapter.gguf")).exists();
        assertThat(out.resolve("adapter_config.json")).doesNotExist();
    }

    @Test
    void aFolderOfAnotherKindIsNeverReplaced() throws IOException {
        Path out = Files.createDirectories(out("mine"));
        Files.writeString(out.resolve("letter.txt"), "dear");
        Called called = export("peft", "--out=" + out, "--force");
        assertThat(called.exit()).isEqualTo(ExitCode.USER);
        assertThat(called.err()).contains("the folder is not empty");
        assertThat(out.resolve("letter.txt")).hasContent("dear");
        Called file = export("peft", "--out=" + out.resolve("letter.txt"), "--force");
        assertThat(file.exit()).isEqualTo(ExitCode.USER);
        assertThat(out.resolve("letter.txt")).hasContent("dear");
    }

    @Test
    void aLossOfMoreThanAHundredthIsSaidAndEndsWithOne() throws IOException {
        // a run that says of itself that it is better than it is
        Path report = Files.createDirectories(home.run().report()).resolve("heldout.json");
        JsonNode measured = evaluated();
        Files.writeString(
                report,
                "{\"run\": \"%s\", \"bpc_after\": 0.5, \"own_characters\": %d, \"own_tokens\": %d}"
                        .formatted(
                                home.run().id(),
                                measured.path("own_characters").longValue(),
                                measured.path("own_tokens").longValue()));
        try {
            Called worse = export("gguf", "--out=" + out("worse"));
            assertThat(worse.exit()).isEqualTo(ExitCode.CHECK_FAILED);
            assertThat(worse.err()).contains("warning: the export is worse than the run");
            assertThat(out("worse").resolve("model.gguf")).exists();
            Called taken = export("gguf", "--out=" + out("taken"), "--accept");
            assertThat(taken.exit()).isEqualTo(ExitCode.OK);
        } finally {
            Files.delete(report);
        }
    }

    private JsonNode evaluated() {
        Called called = home.call(List.of("evaluate", "--json"));
        assertThat(called.exit()).as(called.err()).isEqualTo(ExitCode.OK);
        return Json.json().readTree(called.out());
    }

    @Test
    void unknownFormsAndTypesAreNamed() {
        assertThat(export("onnx").err()).contains("unknown form onnx", "gguf-lora");
        Called type = export("gguf", "--type=Q5_K");
        assertThat(type.exit()).isEqualTo(ExitCode.USER);
        assertThat(type.err()).contains("unknown type Q5_K", "Q8_0");
    }
}
