package understudy.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import understudy.base.ExitCode;
import understudy.base.UserError;

/// Runs pip as a person would, with its own settings for where to look.
///
/// @param folder   gets the wheel; empty before
/// @param pythons  names of the interpreter, the first that starts is taken
/// @param progress is told how much has come in
record Pip(Path folder, List<String> pythons, Progress progress) {
    private static final int MINUTES = 30;
    private static final int LOOK_MILLIS = 500;
    private static final String LOG = "pip.log";

    /// @param bytes size of the wheel
    /// @throws UserError when there is no pip or it fails
    void download(String requirement, long bytes) throws IOException {
        for (String python : pythons) {
            Process process;
            try {
                process = start(python, requirement);
            } catch (IOException e) {
                continue; // no such program
            }
            finish(process, requirement, bytes);
            return;
        }
        throw new UserError(
                "python is needed to fetch " + requirement + ", and there is none",
                null,
                "install Python 3 with pip, and start it again");
    }

    private Process start(String python, String requirement) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(python, "-m", "pip", "download", "--no-input"));
        command.addAll(List.of("--disable-pip-version-check", "--no-deps"));
        command.addAll(List.of("--only-binary=:all:", "-d", folder.toString(), requirement));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(folder.resolve(LOG).toFile());
        // so that what has come in can be seen, and is cleared away with the rest
        builder.environment().put("TMPDIR", folder.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private void finish(Process process, String requirement, long bytes) throws IOException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        try {
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                progress.bytes(requirement, Math.min(present(), bytes - 1), bytes);
                if (System.nanoTime() > end) {
                    throw failed(requirement, "it took over " + MINUTES + " minutes");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(requirement, "interrupted");
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0) {
            String log = Files.readString(folder.resolve(LOG), StandardCharsets.ISO_8859_1);
            if (log.contains("No module named pip")) {
                throw new UserError(
                        "python has no pip, which is needed to fetch " + requirement,
                        null,
                        "install pip (python3 -m ensurepip, or the package python3-pip)");
            }
            throw failed(requirement, reason(log));
        }
        progress.bytes(requirement, bytes, bytes);
    }

    /// Bytes of the largest file pip has made so far: the wheel, or its beginning.
    private long present() {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(file -> file.toFile().length()).max().orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0; // pip moves its files while they are counted
        }
    }

    /// Pip's last complaint, made fit for one line of a terminal.
    private static String reason(String log) {
        String last = "no reason given";
        for (String line : log.split("\\R")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("error")) {
                last = line.replaceAll("[^ -~]", "?");
            }
        }
        return last.substring(0, Math.min(last.length(), 200));
    }

    private static UserError failed(String requirement, String reason) {
        return new UserError(
                "pip could not fetch the package: " + reason,
                "pip download " + requirement,
                "check the network and pip's settings (pip config list), and try again",
                ExitCode.UNEXPECTED_STATE,
                null);
    }
}
