package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
import understudy.base.ExitCode;
import understudy.base.Workspace;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.run.RunHistory;
import understudy.run.RunState;

/// `understudy runs show`: one run's settings and how its loss went.
@CommandLine.Command(name = "show", description = "Show one run: settings, loss curve, best step.")
final class RunsShowCommand extends Command {
    private static final int TABLE_ROWS = 12;

    @Parameters(
            arity = "0..1",
            paramLabel = "RUN",
            defaultValue = RunFolder.LATEST,
            description = "Id of the run, or latest: the newest finished one (default).")
    String name = RunFolder.LATEST;

    /// The JSON result; `steps` and `validations` are the events as the log has them.
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    private record Shown(
            String run,
            String state,
            @Nullable String adapter,
            @Nullable String model,
            String created,
            @Nullable String config,
            @Nullable Integer bestStep,
            @Nullable Double bestLoss,
            List<RunEvent.StepDone> steps,
            List<RunEvent.Validated> validations) {}

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        RunFolder run = RunFolder.open(workspace, name);
        RunHistory history = run.history();
        RunsCommand.Row row = RunsCommand.Row.of(run);
        RunEvent.Validated best = history.best().orElse(null);
        String config = Files.exists(run.config()) ? Files.readString(run.config()) : null;
        summary(console, row, history);
        if (config != null) {
            console.say("\nsettings (" + run.config() + ")");
            config.lines().forEach(l -> console.say("  " + l));
        }
        curve(console, history);
        console.result(
                new Shown(
                        row.run(),
                        row.state(),
                        row.adapter(),
                        row.model(),
                        row.created().toString(),
                        config,
                        best == null ? null : best.step(),
                        best == null ? null : best.loss(),
                        history.steps(),
                        history.validations()));
        return ExitCode.OK;
    }

    private static void summary(Console console, RunsCommand.Row row, RunHistory history) {
        console.say("run      " + row.run() + ", " + row.state());
        console.say("created  " + RunsCommand.local(row.created()));
        if (!history.sessions().isEmpty()) {
            RunEvent.Started last = history.sessions().getLast();
            console.say(
                    "base     %s, dataset %s, recipe %s"
                            .formatted(last.base(), last.dataset(), last.recipe()));
            console.say("engine   " + last.computeType() + ": " + last.reason());
            console.say(
                    "done     step %d of %d, %,d of %,d tokens, %d session%s"
                            .formatted(
                                    history.step(),
                                    last.plannedSteps(),
                                    history.tokens(),
                                    last.plannedTokens(),
                                    history.sessions().size(),
                                    history.sessions().size() == 1 ? "" : "s"));
        }
        if (row.model() != null) {
            console.say("model    " + row.model());
        } else {
            console.say("adapter  " + (row.adapter() == null ? "none yet" : row.adapter()));
        }
        history.last()
                .filter(e -> e instanceof RunEvent.Failed)
                .ifPresent(e -> console.say("failed   " + ((RunEvent.Failed) e).what()));
        if (history.last().orElse(null) instanceof RunEvent.Started && !running(row)) {
            console.say("ended    without a word: its process was killed or the machine stopped");
        }
        if (!running(row) && !row.state().equals(RunState.FINISHED.word())) {
            console.say("go on    understudy train --resume " + row.run());
        }
        history.warnings().forEach(w -> console.say("warning  " + w.what()));
        if (!history.damagedLines().isEmpty()) {
            console.say("warning  unreadable lines in the log: " + history.damagedLines());
        }
    }

    private static boolean running(RunsCommand.Row row) {
        return row.state().equals(RunState.RUNNING.word());
    }

    private static void curve(Console console, RunHistory history) {
        if (history.steps().isEmpty()) {
            console.say("\nno steps yet");
            return;
        }
        console.say("\nloss (· training, ● validation), nats a learned token");
        LossPlot.draw(history.steps(), history.validations()).forEach(console::say);
        console.say("");
        table(history).forEach(console::say);
        history.best()
                .ifPresent(b ->
                        console.say(
                                "best: step %d, validation loss %s"
                                        .formatted(b.step(), RunsCommand.loss(b.loss()))));
    }

    /// A row for each validation, and for evenly spaced steps where there were few or none; the
    /// training loss of a row is the mean since the row before.
    private static List<String> table(RunHistory history) {
        List<RunEvent.StepDone> steps = history.steps();
        int every = Math.max(1, (history.step() + TABLE_ROWS - 1) / TABLE_ROWS);
        List<String> rows = new java.util.ArrayList<>();
        rows.add("    step      tokens   training  validation   tokens/s");
        double sum = 0;
        int count = 0;
        int best = history.best().map(RunEvent.Validated::step).orElse(-1);
        for (RunEvent.StepDone step : steps) {
            sum += step.loss();
            count++;
            Double validation = validationAt(history, step.step());
            boolean regular = history.validations().size() < 3 && step.step() % every == 0;
            if (validation != null || regular || step.step() == history.step()) {
                rows.add(
                        String.format(
                                Locale.ROOT,
                                "%8d  %,10d  %9.4f  %10s  %9.0f%s",
                                step.step(),
                                step.tokens(),
                                sum / count,
                                validation == null ? "" : RunsCommand.loss(validation),
                                step.tokensPerSecond(),
                                step.step() == best ? "  best" : ""));
                sum = 0;
                count = 0;
            }
        }
        return rows;
    }

    private static @Nullable Double validationAt(RunHistory history, int step) {
        return history.validations().stream()
                .filter(v -> v.step() == step)
                .map(RunEvent.Validated::loss)
                .findFirst()
                .orElse(null);
    }
}
