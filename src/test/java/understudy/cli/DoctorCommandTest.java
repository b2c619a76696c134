package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.Workspace;

class DoctorCommandTest {
    @TempDir Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int call(Path home) {
        Console console =
                new Console(
                        true,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return new DoctorCommand().run(new Workspace(home), console);
    }

    private JsonNode result() {
        return Json.json().readTree(out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void tellsWhatThisMachineHas() {
        assertThat(call(folder.resolve("home"))).isEqualTo(ExitCode.OK);
        assertThat(result().get("java").asString()).startsWith("25");
        assertThat(result().get("device").asString()).isIn("cpu", "cuda");
        assertThat(result().get("compute_type").asString()).isIn("bf16", "f32");
        assertThat(result().get("reason").asString()).isNotEmpty();
        assertThat(result().get("cores").asInt()).isPositive();
        assertThat(result().get("memory_mb").asLong()).isGreaterThan(100);
        assertThat(result().get("disk_mb").asLong()).isPositive();
    }

    @Test
    void aHomeThatCannotBeWrittenFailsTheCheckAndSaysWhatToDo() throws Exception {
        Path file = Files.createFile(folder.resolve("home")); // a file where the folder should be
        assertThat(call(file)).isEqualTo(ExitCode.CHECK_FAILED);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("FAIL  home").contains("fix: ");
        assertThat(result().get("problems").get(0).get("needed").asBoolean()).isTrue();
    }

    @Test
    void aHomeThatOthersCanReadIsMentioned() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(call(home)).isEqualTo(ExitCode.OK);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("chmod 700 " + home);
    }
}
