package understudy.cli;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import understudy.run.Progress;
import understudy.run.RunEvent;
import understudy.train.Trainer;

/// Shows a training as it goes: loss, speed, and the time that is left.
final class TrainProgress {
    /// Seconds between lines where there is no terminal to rewrite one on.
    private static final double QUIET = 10;

    private final String run;
    private final boolean full;
    private final Console console;
    private @Nullable Progress progress;
    private int plannedSteps;
    private long plannedTokens;
    private long lastLine = System.nanoTime() - (long) (QUIET * 1e9);
    private long lastStep = System.nanoTime();
    private double smooth = Double.NaN;
    private boolean open;

    /// @param full whether all weights learn
    TrainProgress(String run, boolean full, Console console) {
        this.run = run;
        this.full = full;
        this.console = console;
    }

    void event(RunEvent event) {
        switch (event) {
            case RunEvent.Started started -> start(started);
            case RunEvent.StepDone step -> step(step);
            case RunEvent.Validated validated ->
                    line(
                            String.format(
                                    Locale.ROOT,
                                    "  step %d: validation loss %.4f%s",
                                    validated.step(),
                                    validated.loss(),
                                    validated.best() ? ", the best so far" : ""));
            case RunEvent.Checkpointed checkpoint ->
                    line(
                            String.format(
                                    Locale.ROOT,
                                    "  step %d: checkpoint written (%.0f MB)",
                                    checkpoint.step(),
                                    checkpoint.bytes() / 1e6));
            case RunEvent.Warned warned -> line("  warning: " + warned.what());
            case RunEvent.Failed failed -> line("  failed: " + failed.what());
            case RunEvent.Interrupted stopped ->
                    line("  stopped at step " + stopped.step() + "; nothing is lost");
            case RunEvent.Finished finished -> close();
        }
    }

    private void start(RunEvent.Started started) {
        plannedSteps = started.plannedSteps();
        plannedTokens = started.plannedTokens();
        console.say("run " + run + ": " + started.base() + ", recipe " + started.recipe());
        console.say("computing in " + started.reason());
        console.say(
                Numbers.grouped(started.trainRows())
                        + " rows, "
                        + Numbers.grouped(started.trainTokens())
                        + " tokens an epoch, "
                        + Numbers.grouped(started.learnedTokens())
                        + " of them learned");
        console.say(
                Numbers.grouped(plannedSteps)
                        + " steps planned, "
                        + Numbers.grouped(plannedTokens)
                        + " tokens"
                        + (started.resumedFromStep() > 0
                                ? "; going on after step " + started.resumedFromStep()
                                : ""));
        lastStep = System.nanoTime();
    }

    private void step(RunEvent.StepDone step) {
        Progress current = progress;
        if (current == null) {
            long before = step.tokens() - Math.round(step.tokensPerSecond() * step.seconds());
            current = new Progress(before, plannedTokens);
            progress = current;
        }
        long now = System.nanoTime();
        current.pause((now - lastStep) / 1e9 - step.seconds());
        lastStep = now;
        current.step(step.tokens(), step.seconds());
        if (Double.isFinite(step.loss())) {
            smooth = Double.isNaN(smooth) ? step.loss() : 0.9 * smooth + 0.1 * step.loss();
        }
        boolean due = (now - lastLine) / 1e9 >= QUIET || step.step() == plannedSteps;
        if (console.interactive() || due) {
            lastLine = now;
            console.progress(words(step, current));
            open = console.interactive();
        }
    }

    private String words(RunEvent.StepDone step, Progress current) {
        Optional<Double> speed = current.tokensPerSecond();
        Optional<Progress.Left> left = current.left();
        return String.format(
                Locale.ROOT,
                "  step %d of %d (%.0f%%), loss %.3f, %s tokens/s, %s left",
                step.step(),
                plannedSteps,
                100 * current.share(),
                smooth,
                speed.map(s -> Numbers.decimal(s, 0)).orElse("?"),
                left.map(Progress.Left::words).orElse("?"));
    }

    private void line(String text) {
        close();
        console.say(text);
    }

    private void close() {
        if (open) {
            console.endProgress();
            open = false;
        }
    }

    void end(Trainer.Result result) {
        close();
        console.say(
                String.format(
                        Locale.ROOT,
                        "%s after %s: %s tokens at %.0f tokens/s, peak memory %.1f GB",
                        result.interrupted() ? "stopped" : "done",
                        Numbers.duration(result.seconds()),
                        Numbers.grouped(result.tokens()),
                        result.tokensPerSecond(),
                        result.peakRssMb() / 1024.0));
        if (result.interrupted()) {
            console.say("next: understudy train --resume " + run);
        } else {
            console.say(
                    (full ? "the model" : "the adapter")
                            + " of step "
                            + result.bestStep()
                            + " is kept");
            console.say("next: understudy evaluate, or understudy chat");
        }
    }
}
