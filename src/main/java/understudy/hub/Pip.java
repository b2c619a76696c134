package understudy.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import understudy.base.ExitCode;
import understudy.base.UserError;

/// Runs pip as a person would, with its own settings for where to look.
///
/// @param folder    gets the wheel; empty before
/// @param pythons   names of the interpreter, the first that starts is taken
record Pip(Path folder, List<String> pythons) {
    private static final int MINUTES = 30;
    private static final String LOG = "pip.log";

    /// @throws UserError when there is no pip or it fails
    void download(String requirement) throws IOException {
        for (String python : pythons) {
            Process process;
            try {
                process = start(python, requirement);
            } catch (IOException e) {
                continue; // no such program
            }
            finish(process, requirement);
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
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private void finish(Process process, String requirement) throws IOException {
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw failed(requirement, "it took over " + MINUTES + " minutes");
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
