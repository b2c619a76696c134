package understudy.run;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/// One line of `events.jsonl`. None of them may carry message text.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RunEvent.Started.class, name = "started"),
    @JsonSubTypes.Type(value = RunEvent.StepDone.class, name = "step"),
    @JsonSubTypes.Type(value = RunEvent.Validated.class, name = "validated"),
    @JsonSubTypes.Type(value = RunEvent.Checkpointed.class, name = "checkpointed"),
    @JsonSubTypes.Type(value = RunEvent.Warned.class, name = "warned"),
    @JsonSubTypes.Type(value = RunEvent.Finished.class, name = "finished"),
    @JsonSubTypes.Type(value = RunEvent.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = RunEvent.Interrupted.class, name = "interrupted"),
})
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public sealed interface RunEvent {

    /// A session of training begins; a run that was resumed has several.
    ///
    /// @param dataset         name of the dataset, not a path
    /// @param computeType     number format of the heavy multiplications, such as `bf16`
    /// @param reason          why that one, in words
    /// @param trainRows       conversations, or parts of one, in an epoch
    /// @param trainTokens     tokens of one epoch
    /// @param learnedTokens   those of them that carry a loss
    /// @param plannedSteps    last step if nothing stops the run early
    /// @param plannedTokens   tokens up to that step
    /// @param resumedFromStep 0 for a start from the beginning; later steps that the log already
    ///     shows are void
    record Started(
            Instant time,
            String base,
            String dataset,
            String recipe,
            String computeType,
            String reason,
            int trainRows,
            long trainTokens,
            long learnedTokens,
            int plannedSteps,
            long plannedTokens,
            int resumedFromStep)
            implements RunEvent {}

    /// @param step            counted from 1
    /// @param epoch           epochs finished, with the fraction
    /// @param tokens          trained so far in the whole run, not in this step
    /// @param loss            mean over the learned tokens of this step, nats; may be NaN
    /// @param gradNorm        before clipping
    /// @param seconds         wall time of this step
    /// @param tokensPerSecond of this step
    record StepDone(
            int step,
            double epoch,
            long tokens,
            double loss,
            double learningRate,
            double gradNorm,
            double seconds,
            double tokensPerSecond)
            implements RunEvent {}

    /// @param loss mean over the validation part, nats a learned token
    /// @param best whether no validation before was lower
    record Validated(int step, double loss, boolean best) implements RunEvent {}

    /// @param bytes   length of all its files
    /// @param seconds that training stood still for it
    record Checkpointed(int step, long bytes, double seconds) implements RunEvent {}

    /// @param what one line for the person
    record Warned(String what) implements RunEvent {}

    /// @param tokens    trained in the whole run
    /// @param seconds   of this session
    /// @param bestStep  the step of `adapter/`; null where there is no validation part
    /// @param peakRssMb most memory the process held, in MiB
    record Finished(
            int step,
            long tokens,
            double seconds,
            @Nullable Integer bestStep,
            @Nullable Double bestLoss,
            long peakRssMb)
            implements RunEvent {}

    /// @param what one line for the person
    record Failed(String what) implements RunEvent {}

    /// Stopped on request; `--resume` goes on.
    record Interrupted(int step) implements RunEvent {}
}
