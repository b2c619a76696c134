package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;

class ProgramIT {
    @TempDir Path folder;
    private Program program;

    @BeforeEach
    void install() {
        program = new Program(folder);
    }

    @Test
    void tellsItsVersionAndItsCommands() {
        assertThat(program.run("--version").out()).startsWith("understudy 0.");
        Program.Result help = program.run("--help");
        assertThat(help.exit()).isEqualTo(ExitCode.OK);
        assertThat(help.out()).contains("Usage: understudy", "runs", "doctor");
        assertThat(help.err()).isEmpty();
        assertThat(Files.exists(program.home())).as("asking leaves nothing behind").isFalse();
    }

    @Test
    void aMistypedWordEndsInThreeLinesAndExitCode2() {
        for (List<String> words : List.of(List.of("rnus"), List.of("runs", "--jsno"))) {
            Program.Result result = program.run(words.toArray(String[]::new));
            assertThat(result.exit()).isEqualTo(ExitCode.USER);
            assertThat(result.out()).isEmpty();
            assertThat(result.err().lines().toList())
                    .satisfiesExactly(
                            l -> assertThat(l).startsWith("error: unknown"),
                            l -> assertThat(l).startsWith("  at:  understudy"),
                            l -> assertThat(l).startsWith("  fix: did you mean"));
        }
    }

    @Test
    void anEmptyHomeHasNoRunsAndSaysHowToMakeOne() {
        assertThat(program.run("runs").out()).contains("understudy train");
        Program.Result show = program.run("runs", "show");
        assertThat(show.exit()).isEqualTo(ExitCode.USER);
        assertThat(show.err()).startsWith("error: there is no finished run yet");
    }

    @Test
    void withJsonStandardOutputIsOneLineWhereverTheOptionStands() {
        for (List<String> words :
                List.of(
                        List.of("runs", "--json"),
                        List.of("--json", "runs"),
                        List.of("--home", program.home().toString(), "--json", "runs"),
                        List.of("doctor", "--json"))) {
            Program.Result result = program.run(words.toArray(String[]::new));
            assertThat(result.exit()).as("%s", words).isEqualTo(ExitCode.OK);
            assertThat(result.lines()).as("%s", words).hasSize(1);
            JsonNode parsed = Json.json().readTree(result.out());
            assertThat(parsed.isContainer()).isTrue();
        }
    }

    @Test
    void whatItWritesIsForItsOwnerOnly() throws IOException {
        program.run("runs");
        program.run("doctor");
        assertThat(program.files()).isNotEmpty();
        for (Path path : program.files()) {
            assertThat(Files.getPosixFilePermissions(path))
                    .as(path.toString())
                    .allSatisfy(p -> assertThat(p.name()).startsWith("OWNER"))
                    .contains(PosixFilePermission.OWNER_READ);
        }
    }

    @Test
    void aHomeThatCannotBeMadeIsSaidPlainly() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Program.Result result = program.run("runs", "--home", file.resolve("home").toString());
        assertThat(result.exit()).isEqualTo(ExitCode.USER);
        assertThat(result.err()).startsWith("error: cannot create the folder").contains("fix: ");
    }
}
