package understudy.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;

class RunLockTest {
    @TempDir Path run;

    /// Another trainer: takes the lock, says so, and holds it until it is killed.
    public static final class Holder {
        public static void main(String[] arguments) throws Exception {
            try (RunLock _ = RunLock.take(Path.of(arguments[0]))) {
                System.out.println("locked");
                System.in.read();
            }
        }
    }

    private Process otherTrainer() throws Exception {
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Holder.class.getName(),
                                        run.toString()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).isEqualTo("locked");
        return process;
    }

    @Test
    void aSecondProcessIsRefusedByTheNameOfTheFirstAndWelcomeOnceThatIsKilled() throws Exception {
        Process other = otherTrainer();
        try {
            assertThat(RunLock.isHeld(run)).isTrue();
            assertThatThrownBy(() -> RunLock.take(run))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("process " + other.pid() + " ");
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(RunLock.isHeld(run)).isFalse();
        try (RunLock _ = RunLock.take(run)) {
            assertThat(RunLock.isHeld(run)).isTrue();
        }
    }

    @Test
    void theSameProcessIsRefusedTooAndKeepsItsLock() throws Exception {
        try (RunLock _ = RunLock.take(run)) {
            assertThatThrownBy(() -> RunLock.take(run))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " ");
            assertThat(RunLock.isHeld(run)).isTrue();
        }
        RunLock.take(run).close();
    }

    @Test
    void aFolderNobodyEverLockedIsFree() throws Exception {
        assertThat(RunLock.isHeld(run)).isFalse();
    }
}
