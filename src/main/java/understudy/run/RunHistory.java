package understudy.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A run as its log tells it, the void part left out.
///
/// A killed run may have logged steps after its last checkpoint; when it is resumed from there,
/// the same steps are logged again. Of such steps only the later lines count.
///
/// @param sessions    one a start or resume
/// @param steps       ascending, each once
/// @param validations ascending
/// @param warnings    of all sessions
/// @param last        the newest line that is a start or an end; empty for a log without any
/// @param damagedLines numbers of unreadable lines in the log
public record RunHistory(
        List<RunEvent.Started> sessions,
        List<RunEvent.StepDone> steps,
        List<RunEvent.Validated> validations,
        List<RunEvent.Warned> warnings,
        Optional<RunEvent> last,
        List<Integer> damagedLines) {
    public RunHistory {
        sessions = List.copyOf(sessions);
        steps = List.copyOf(steps);
        validations = List.copyOf(validations);
        warnings = List.copyOf(warnings);
        damagedLines = List.copyOf(damagedLines);
    }

    public static RunHistory of(EventLog.Contents log) {
        List<RunEvent.Started> sessions = new ArrayList<>();
        List<RunEvent.StepDone> steps = new ArrayList<>();
        List<RunEvent.Validated> validations = new ArrayList<>();
        List<RunEvent.Warned> warnings = new ArrayList<>();
        RunEvent last = null;
        for (RunEvent event : log.events()) {
            switch (event) {
                case RunEvent.Started started -> {
                    sessions.add(started);
                    steps.removeIf(s -> s.step() > started.resumedFromStep());
                    validations.removeIf(v -> v.step() > started.resumedFromStep());
                    last = event;
                }
                case RunEvent.StepDone step -> steps.add(step);
                case RunEvent.Validated validated -> validations.add(validated);
                case RunEvent.Warned warned -> warnings.add(warned);
                case RunEvent.Checkpointed _ -> {}
                case RunEvent.Finished _, RunEvent.Failed _, RunEvent.Interrupted _ -> last = event;
            }
        }
        return new RunHistory(
                sessions,
                steps,
                validations,
                warnings,
                Optional.ofNullable(last),
                log.damagedLines());
    }

    /// @param locked whether a process held the run's lock just before the log was read; one that
    ///     ended in between is finished all the same
    public RunState state(boolean locked) {
        return switch (last.orElse(null)) {
            case RunEvent.Finished _ -> RunState.FINISHED;
            case RunEvent.Failed _ when !locked -> RunState.FAILED;
            // a log that just ends: the process died
            case null, default -> locked ? RunState.RUNNING : RunState.INTERRUPTED;
        };
    }

    /// The lowest validation; the first one of equals, as its adapter is the one kept.
    public Optional<RunEvent.Validated> best() {
        RunEvent.Validated best = null;
        for (RunEvent.Validated each : validations) {
            if (best == null || each.loss() < best.loss()) {
                best = each;
            }
        }
        return Optional.ofNullable(best);
    }

    /// Steps done; 0 before the first.
    public int step() {
        return steps.isEmpty() ? 0 : steps.getLast().step();
    }

    /// Tokens trained; 0 before the first step.
    public long tokens() {
        return steps.isEmpty() ? 0 : steps.getLast().tokens();
    }

    /// Seconds spent in steps over all sessions, not counting what was void.
    public double seconds() {
        return steps.stream().mapToDouble(RunEvent.StepDone::seconds).sum();
    }
}
