package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When the launcher builds: a checkout with a Maven that writes down each call.
class FirstStartIT {
    @TempDir Path folder;
    private Path checkout;
    private Path jar;
    private Program program;

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = folder.resolve("check out");
        jar = checkout.resolve("target/app/understudy.jar");
        Files.createDirectories(checkout.resolve("src/main/java"));
        Files.writeString(checkout.resolve("src/main/java/A.java"), "class A {}");
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        Files.copy(Path.of("understudy"), checkout.resolve("understudy"));
        executable(checkout.resolve("understudy"));
        maven("mkdir -p target/app; touch target/app/understudy.jar");
        script("bin/javac", "exit 0");
        script("bin/java", "[ -f \"" + jar + "\" ] && echo started");
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"25\"\n");
        program =
                new Program(folder)
                        .through(checkout.resolve("understudy"))
                        .with("UNDERSTUDY_JAVA_HOME", folder.toString())
                        .with("UNDERSTUDY_BUILD", "")
                        .with("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    }

    private void maven(String body) throws IOException {
        script("bin/mvn", "echo \"$JAVA_HOME\" >> \"" + folder + "/builds\"\n" + body);
    }

    private void script(String name, String body) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        executable(file);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> builds() throws IOException {
        return Files.readAllLines(folder.resolve("builds"));
    }

    @Test
    void buildsOnceAndAgainWhenASourceIsNewer() throws IOException {
        assertThat(program.run("runs").out()).isEqualTo("started\n");
        assertThat(program.run("runs").err()).isEmpty();
        assertThat(builds()).containsExactly(folder.toString());
        Files.setLastModifiedTime(
                checkout.resolve("src/main/java/A.java"),
                FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(program.run("runs").err()).startsWith("Building");
        assertThat(builds()).hasSize(2);
        assertThat(program.with("UNDERSTUDY_BUILD", "never").run("runs").err()).isEmpty();
        assertThat(builds()).hasSize(2);
    }

    @Test
    void withoutSourcesItStartsWhatIsThere() throws IOException {
        program.run("runs");
        Files.delete(checkout.resolve("src/main/java/A.java"));
        Files.delete(checkout.resolve("src/main/java"));
        Files.delete(checkout.resolve("src/main"));
        Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
        assertThat(program.run("runs").out()).isEqualTo("started\n");
        assertThat(builds()).hasSize(1);
    }

    @Test
    void ofSeveralFirstStartsOneBuildsAndTheOthersWaitForAllOfIt() throws Exception {
        maven(
                "mkdir -p target/app; touch target/app/understudy.jar; sleep 1; touch"
                        + " target/app/lib");
        script("bin/java", "[ -f \"" + checkout + "/target/app/lib\" ] && echo started");
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            starts.add(program.start("runs"));
        }
        for (Process start : starts) {
            assertThat(start.inputReader().lines()).contains("started");
            assertThat(start.waitFor()).isZero();
        }
        assertThat(builds()).hasSize(1);
    }

    @Test
    void aFailedBuildShowsTheErrorAndTheLogAndIsTriedAgain() throws IOException {
        maven("echo '[INFO] noise'; echo '[ERROR] A.java:1 not a statement'; exit 1");
        Program.Result failed = program.run("runs");
        assertThat(failed.exit()).isEqualTo(2);
        assertThat(failed.err())
                .contains("[ERROR] A.java:1 not a statement\nerror: the build failed\n")
                .contains("target/build.log")
                .doesNotContain("noise");
        maven("mkdir -p target/app; touch target/app/understudy.jar");
        assertThat(program.run("runs").out()).isEqualTo("started\n");
    }

    @Test
    void theLockOfABuilderThatDiedIsTakenOver() throws IOException {
        Path lock = Files.createDirectories(checkout.resolve("target/.build-lock"));
        Files.writeString(lock.resolve("pid"), "999999999\n");
        assertThat(program.run("runs").out()).isEqualTo("started\n");
        assertThat(lock).doesNotExist();
    }
}
