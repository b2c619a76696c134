package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher alone: what it hands to a JVM, and what it says when the JVM ends badly.
class LauncherIT {
    @TempDir Path folder;
    private Program program;
    private Path jdk;

    @BeforeEach
    void makeJdk() throws IOException {
        program = new Program(folder);
        jdk = folder.resolve("jdk 25"); // a space, as in "Program Files"
        script("javac", "exit 0");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        program.with("UNDERSTUDY_JAVA_HOME", jdk.toString());
    }

    private void script(String name, String body) throws IOException {
        Path file = jdk.resolve("bin").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void setsTheNativeEnvironmentButNeverOverTheWishOfTheCaller() throws IOException {
        script("java", "env; umask");
        String standard = program.run("runs").out();
        assertThat(standard)
                .contains("OMP_WAIT_POLICY=passive\n")
                .contains("MALLOC_ARENA_MAX=2\n")
                .contains("MALLOC_MMAP_THRESHOLD_=4000000000\n")
                .contains("MALLOC_TRIM_THRESHOLD_=8000000000\n")
                .contains("MALLOC_TOP_PAD_=268435456\n")
                .doesNotContain("OMP_NUM_THREADS")
                .endsWith("0077\n");
        String own =
                program.with("OMP_WAIT_POLICY", "active")
                        .with("MALLOC_ARENA_MAX", "8")
                        .with("OMP_NUM_THREADS", "1")
                        .run("runs")
                        .out();
        assertThat(own)
                .contains("OMP_WAIT_POLICY=active\n")
                .contains("MALLOC_ARENA_MAX=8\n")
                .contains("OMP_NUM_THREADS=1\n");
    }

    @Test
    void handsOnEveryWordAsItIsAndPutsCrashReportsIntoTheHome() throws IOException {
        script("java", "for word in \"$@\"; do echo \"[$word]\"; done");
        String home = folder.resolve("my home").toString();
        String out = program.run("messages", "a b.txt", "", "*", "--home=" + home).out();
        assertThat(out)
                .endsWith(
                        "[understudy.cli.Main]\n[messages]\n[a b.txt]\n[]\n[*]\n[--home="
                                + home
                                + "]\n")
                .contains("[-XX:ErrorFile=" + home + "/logs/hs_err_%p.log]\n")
                .contains("[-XX:-CreateCoredumpOnCrash]\n");
    }

    @Test
    void anOlderJdkIsPassedOver() throws IOException {
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.2\"\n");
        program.with("JAVA_HOME", System.getProperty("java.home"));
        assertThat(program.run("--find-jdk").out().strip())
                .isNotEqualTo(jdk.toString())
                .isNotEmpty();
    }

    @Test
    void worksThroughSymbolicLinksFromAnywhere() throws IOException {
        script("java", "echo started");
        Path first =
                Files.createSymbolicLink(
                        folder.resolve("first"), Path.of("understudy").toAbsolutePath());
        Path second = Files.createSymbolicLink(folder.resolve("second"), first.getFileName());
        assertThat(program.through(second).run("runs").out()).isEqualTo("started\n");
    }

    @Test
    void aBadEndIsExplainedInOneSentenceAndTrainingSaysHowToGoOn() throws IOException {
        program.with("UNDERSTUDY_EXPLAIN", "1");
        for (int code : new int[] {134, 137, 139, 143}) {
            script("java", "exit " + code);
            Program.Result train = program.run("--json", "train", "--epochs", "1");
            assertThat(train.exit()).isEqualTo(code);
            assertThat(train.err()).contains("error: the program ").contains("train --resume");
            assertThat(program.run("chat").err())
                    .contains("error: the program ")
                    .doesNotContain("--resume");
        }
        script("java", "exit 2");
        Program.Result own = program.run("train");
        assertThat(own.exit()).isEqualTo(2);
        assertThat(own.err()).as("the program has explained itself").isEmpty();
    }
}
