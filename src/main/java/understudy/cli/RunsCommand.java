package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
import understudy.base.ExitCode;
import understudy.base.Workspace;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.run.RunHistory;

/// `understudy runs`: every training run, oldest first.
@CommandLine.Command(
        name = "runs",
        description = "List the training runs: state, base model, steps, best loss.",
        subcommands = RunsShowCommand.class)
final class RunsCommand extends Command {
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm");

    /// One run of the list, and of the JSON result.
    ///
    /// @param state    running, finished, failed or interrupted
    /// @param adapter  path of the best adapter; null where there is none yet
    /// @param model    path of the best model of a run in which all weights learn; null where
    ///     there is none
    /// @param bestLoss lowest validation loss, nats a learned token
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Row(
            String run,
            String state,
            @Nullable String adapter,
            @Nullable String model,
            Instant created,
            @Nullable String base,
            int steps,
            @Nullable Double bestLoss) {

        static Row of(RunFolder run) throws IOException {
            String state = run.state().word();
            RunHistory history = run.history();
            RunEvent.Started first =
                    history.sessions().isEmpty() ? null : history.sessions().getFirst();
            return new Row(
                    run.id(),
                    state,
                    folder(run.adapter()),
                    folder(run.model()),
                    first == null ? run.created() : first.time(),
                    first == null ? null : first.base(),
                    history.step(),
                    history.best().map(RunEvent.Validated::loss).orElse(null));
        }

        private static @Nullable String folder(Path folder) {
            return Files.isDirectory(folder) ? folder.toString() : null;
        }
    }

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (RunFolder run : RunFolder.all(workspace)) {
            rows.add(Row.of(run));
        }
        if (rows.isEmpty()) {
            console.say("no runs yet; understudy train makes one");
        } else {
            console.say(line("run", "state", "base", "steps", "best loss", "created"));
        }
        for (Row row : rows) {
            console.say(
                    line(
                            row.run(),
                            row.state(),
                            row.base() == null ? "-" : row.base(),
                            Integer.toString(row.steps()),
                            row.bestLoss() == null ? "-" : loss(row.bestLoss()),
                            local(row.created())));
        }
        console.result(rows);
        return ExitCode.OK;
    }

    private static String line(
            String run, String state, String base, String steps, String best, String created) {
        return "%-19s  %-11s  %-20s  %6s  %9s  %s"
                .formatted(run, state, base, steps, best, created);
    }

    static String loss(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    static String local(Instant time) {
        return MINUTE.format(time.atZone(ZoneId.systemDefault()));
    }
}
