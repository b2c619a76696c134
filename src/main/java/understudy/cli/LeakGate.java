package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.run.RunFolder;
import understudy.run.RunState;

/// Stands between a run whose leak report failed and others: its owner has to say that they know.
final class LeakGate {
    /// In a run's report folder.
    static final String FILE = "leak.json";

    private static final long MOST_BYTES = 1 << 20;

    private LeakGate() {}

    /// @param runs     that may be asked for; empty for every finished one
    /// @param accepted whether the owner said on the command line that they know
    /// @throws UserError where a report failed and nobody confirms
    static void check(Workspace workspace, List<String> runs, boolean accepted, Console console)
            throws IOException {
        List<String> failed = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (RunFolder run : folders(workspace, runs)) {
            switch (verdict(run)) {
                case "passed" -> {}
                case "failed" -> failed.add(run.id());
                default -> unknown.add(run.id());
            }
        }
        if (!unknown.isEmpty()) {
            console.say(
                    "note: nobody measured whether "
                            + shown(unknown)
                            + (unknown.size() == 1 ? " gives" : " give")
                            + " away what was learned: understudy evaluate "
                            + (unknown.size() == 1 ? unknown.getFirst() + " " : "RUN ")
                            + "--leak");
        }
        if (failed.isEmpty()) {
            return;
        }
        console.warn(
                "the leak report of "
                        + shown(failed)
                        + " failed: what was learned may come out in answers ("
                        + failed.getFirst()
                        + "/report/leak.html says what)");
        if (!accepted && !confirmed(console)) {
            throw new UserError(
                    "the leak report of " + shown(failed) + " failed",
                    workspace.runs().resolve(failed.getFirst()).resolve("report").toString(),
                    "train on a redacted dataset with fewer epochs, or say that you know:"
                            + " --accept-leaks");
        }
    }

    private static boolean confirmed(Console console) {
        if (!console.interactive()) {
            return false;
        }
        String answer = console.ask("answer others all the same? [y/N] ");
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    }

    private static String shown(List<String> ids) {
        return ids.size() <= 3
                ? String.join(", ", ids)
                : String.join(", ", ids.subList(0, 3)) + " and " + (ids.size() - 3) + " more";
    }

    private static List<RunFolder> folders(Workspace workspace, List<String> runs)
            throws IOException {
        List<RunFolder> folders = new ArrayList<>();
        if (runs.isEmpty()) {
            for (RunFolder run : RunFolder.all(workspace)) {
                if (run.state() == RunState.FINISHED) {
                    folders.add(run);
                }
            }
        }
        for (String run : runs) {
            folders.add(RunFolder.open(workspace, run));
        }
        return folders;
    }

    /// `passed`, `failed`, `incomplete`, `invalid`, or `none` where there is no readable report.
    static String verdict(RunFolder run) throws IOException {
        Path file = run.report().resolve(FILE);
        if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
            return "none";
        }
        try {
            JsonNode tree = Json.json().readTree(Files.readString(file));
            return tree.path("verdict").asString("none");
        } catch (JacksonException e) {
            return "none";
        }
    }
}
