package understudy.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.model.Adapter;
import understudy.model.FullWeights;
import understudy.model.LanguageModel;
import understudy.model.Trainable;
import understudy.run.EventLog;
import understudy.run.RunEvent;
import understudy.run.RunFolder;

/// Fine-tunes an adapter, or all weights of a model, and keeps the run's folder.
///
/// Everything random is a function of seed and step, and a checkpoint holds what is
/// learned and both moments bit for bit: a run that is stopped at any step and resumed on the same
/// machine ends with the same bits as one that was not.
public final class Trainer {
    private final LanguageModel model;
    private final TrainConfig config;
    private final RunFolder run;
    private final About about;
    private final Consumer<RunEvent> watcher;
    private volatile boolean stopping;

    /// What the run's log and result say about where they come from.
    ///
    /// @param base        name of the base model, as PEFT is to find it
    /// @param revision    of its hub repository; null where there is none
    /// @param files       folder or .gguf file that the model was loaded from
    /// @param reason      why the compute type was chosen
    /// @param fingerprint of base, rows and recipe; a run resumes only with the same
    public record About(
            String base,
            @Nullable String revision,
            Path files,
            String dataset,
            String recipe,
            String reason,
            String fingerprint) {}

    /// How a run ended.
    ///
    /// @param seconds         of this session
    /// @param tokensPerSecond of this session's steps, validation and checkpoints left out
    /// @param bestStep        step after which what was learned was kept
    /// @param bestLoss        its validation loss, nats a token; null without a validation part
    /// @param interrupted     whether it was asked to stop before its end
    public record Result(
            int step,
            long tokens,
            double seconds,
            double tokensPerSecond,
            int bestStep,
            @Nullable Double bestLoss,
            long peakRssMb,
            boolean interrupted) {}

    /// @param watcher told every event as it is logged
    public Trainer(
            LanguageModel model,
            TrainConfig config,
            RunFolder run,
            About about,
            Consumer<RunEvent> watcher) {
        this.model = model;
        this.config = config;
        this.run = run;
        this.about = about;
        this.watcher = watcher;
    }

    /// Asks the training to stop after the step it is in; from any thread.
    public void requestStop() {
        stopping = true;
    }

    /// Trains until the plan is done, the validation loss stops falling, or a stop is requested.
    /// Goes on from the run's newest whole checkpoint where it has one.
    ///
    /// @param validation may be empty; then what the last step gave is kept
    public Result train(List<TrainingRow> training, List<TrainingRow> validation)
            throws IOException {
        return train(List.of(), training, validation);
    }

    /// The same with a first stage. What facts alone gave is neither measured nor kept.
    ///
    /// @param facts learned from first, [TrainConfig#factEpochs()] times; may be empty
    /// @throws UserError where there is nothing to learn, the run belongs to other data, or the
    ///     loss is not a number for several steps
    public Result train(
            List<TrainingRow> facts, List<TrainingRow> training, List<TrainingRow> validation)
            throws IOException {
        if (training.stream().allMatch(r -> r.learned().isEmpty())) {
            throw new UserError(
                    "there is nothing to learn: no row has a turn of yours",
                    about.dataset,
                    "see `understudy prepare` for what was left out and why");
        }
        Plan plan = Plan.of(facts, training, config);
        boolean recompute = recompute(plan); // before anything is held for it
        TrainSession.Job job =
                new TrainSession.Job(model, config, run, about, watcher, () -> stopping);
        try (EventLog log = run.eventLog();
                Trainable learned =
                        config.full()
                                ? FullWeights.of(model)
                                : Adapter.create(model, config.lora(), config.seed(), true);
                AdamW optimiser = new AdamW(learned, config.weightDecay(), config.optimizerBits());
                TrainSession session =
                        new TrainSession(
                                job, plan, recompute, learned, optimiser, log, validation)) {
            return session.trainOrSayWhy(training);
        } finally {
            model.detachAdapter();
        }
    }

    /// Whether blocks have to be run again in the backward pass.
    private boolean recompute(Plan plan) {
        MemoryPlan memory =
                MemoryPlan.of(
                        model.config(),
                        MemoryPlan.Method.of(config),
                        model.place().type(),
                        plan.longestRow(),
                        plan.mostSeen());
        return memory.mustRecompute(Memory.free() + memory.weights());
    }
}
