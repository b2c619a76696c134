package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;

class FailuresTest {
    private static final String SECRET = "I never told anyone about the lighthouse";

    @TempDir Path home;
    private final StringWriter err = new StringWriter();

    @CommandLine.Command(name = "break")
    private static final class Breaking extends Command {
        private final Throwable thrown;

        private Breaking(Throwable thrown) {
            this.thrown = thrown;
        }

        @Override
        int run(Workspace workspace, Console console) throws Exception {
            if (thrown instanceof Error e) {
                throw e;
            }
            throw (Exception) thrown;
        }
    }

    private int call(Throwable thrown) {
        CommandLine line = Main.commandLine().addSubcommand(new Breaking(thrown));
        line.getSubcommands()
                .get("break")
                .setExecutionExceptionHandler(line.getExecutionExceptionHandler());
        line.setErr(new PrintWriter(err));
        return Main.execute(line, "break", "--home", home.toString());
    }

    private List<Path> crashes() throws IOException {
        if (!Files.isDirectory(home.resolve("logs"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(home.resolve("logs"))) {
            return files.toList();
        }
    }

    @Test
    void aUserErrorIsThreeLinesAndNoFile() throws Exception {
        assertThat(call(new UserError("the file is empty", "chat.txt line 1", "export it again")))
                .isEqualTo(ExitCode.USER);
        assertThat(err.toString().lines())
                .containsExactly(
                        "error: the file is empty",
                        "  at:  chat.txt line 1",
                        "  fix: export it again");
        assertThat(crashes()).isEmpty();
    }

    @Test
    void aUserErrorWithoutPlaceIsTwoLinesAndKeepsItsExitCode() {
        assertThat(call(new UserError("gone", null, "wait", ExitCode.UNEXPECTED_STATE, null)))
                .isEqualTo(ExitCode.UNEXPECTED_STATE);
        assertThat(err.toString().lines()).containsExactly("error: gone", "  fix: wait");
    }

    @Test
    void ourFaultExitsWith4AndLeavesAPrivateFileWithoutAnyMessageText() throws Exception {
        Exception fault =
                new IllegalStateException(SECRET, new IllegalArgumentException("cause: " + SECRET));
        assertThat(call(fault)).isEqualTo(ExitCode.BUG);
        assertThat(err.toString())
                .contains("java.lang.IllegalStateException")
                .doesNotContain("lighthouse")
                .doesNotContain("\tat ");
        Path crash = crashes().getFirst();
        assertThat(err.toString()).contains(crash.toString());
        assertThat(Files.readString(crash))
                .contains("java.lang.IllegalStateException\n")
                .contains("java.lang.IllegalArgumentException\n")
                .contains("    at understudy.cli.")
                .doesNotContain("lighthouse");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(crash)))
                .isEqualTo("rw-------");
    }

    @Test
    void anErrorOfTheJvmIsReportedTheSameWay() {
        assertThat(call(new StackOverflowError(SECRET))).isEqualTo(ExitCode.BUG);
        assertThat(err.toString()).contains("StackOverflowError").doesNotContain("lighthouse");
    }

    @Test
    void aFullDiskIsNotOurFault() {
        IOException full = new FileSystemException("/runs/step-1", null, "No space left on device");
        assertThat(call(new UncheckedIOException(full))).isEqualTo(ExitCode.UNEXPECTED_STATE);
        assertThat(err.toString())
                .contains("error: cannot read or write a file: No space left on device")
                .contains("  at:  /runs/step-1");
    }

    @Test
    void tooLittleMemoryIsNotOurFaultEither() {
        assertThat(call(new OutOfMemoryError("Java heap space")))
                .isEqualTo(ExitCode.UNEXPECTED_STATE);
        assertThat(err.toString()).startsWith("error: out of memory");
    }
}
