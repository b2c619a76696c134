package understudy.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The packaged program with a home of its own, started through its launcher.
///
/// The environment is the caller's without anything that points at a person's own files, so a
/// test cannot touch them. Offline: a test that would need the network fails instead.
final class Program {
    private static final Path LAUNCHER = Path.of("understudy").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Path folder;
    private Path launcher = LAUNCHER;
    private final Map<String, String> environment = new LinkedHashMap<>();

    /// @param folder an empty folder of this test; the home is in it
    Program(Path folder) {
        this.folder = folder;
        environment.put("UNDERSTUDY_HOME", home().toString());
        environment.put("UNDERSTUDY_JAVA_HOME", System.getProperty("java.home"));
        environment.put("UNDERSTUDY_BUILD", "never");
        environment.put("HOME", folder.toString());
        environment.put("HF_HOME", folder.resolve("huggingface").toString());
        environment.put("HF_HUB_OFFLINE", "1");
        environment.put("LC_ALL", "C.UTF-8");
    }

    Path home() {
        return folder.resolve("home");
    }

    /// Sets a variable for the calls that follow.
    Program with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /// Starts the program by another name for the calls that follow.
    Program through(Path link) {
        launcher = link;
        return this;
    }

    /// What a call left behind.
    record Result(int exit, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    /// Runs a command to its end, with nothing to read.
    Result run(String... arguments) {
        return run(LIMIT, arguments);
    }

    /// @param limit after which the program is killed and the test fails
    Result run(Duration limit, String... arguments) {
        try {
            Path out = Files.createTempFile(folder, "out-", ".txt");
            Path err = Files.createTempFile(folder, "err-", ".txt");
            Process process =
                    builder(arguments)
                            .redirectInput(ProcessBuilder.Redirect.from(nothing().toFile()))
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(
                        "not done after %s: %s%n%s%n%s"
                                .formatted(
                                        limit,
                                        String.join(" ", arguments),
                                        Files.readString(out),
                                        Files.readString(err)));
            }
            Result result =
                    new Result(process.exitValue(), Files.readString(out), Files.readString(err));
            Files.delete(out);
            Files.delete(err);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// Starts a command and comes back at once; its output goes to `out` of the process, both
    /// streams together. A signal to the process is a signal to the JVM.
    Process start(String... arguments) {
        try {
            return builder(arguments).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(launcher.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().keySet().removeIf(Program::personal);
        builder.environment().putAll(environment);
        return builder;
    }

    private static boolean personal(String variable) {
        return variable.startsWith("UNDERSTUDY_")
                || variable.startsWith("HF_")
                || variable.equals("JAVA_TOOL_OPTIONS");
    }

    private Path nothing() throws IOException {
        Path empty = folder.resolve("nothing");
        if (!Files.exists(empty)) {
            Files.createFile(empty);
        }
        return empty;
    }

    /// Every file and folder of the home, the home included.
    List<Path> files() {
        try (Stream<Path> all = Files.walk(home())) {
            return all.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
