package understudy.train;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.model.Adapter;
import understudy.model.DropoutMasks;
import understudy.model.FullWeights;
import understudy.model.LanguageModel;
import understudy.model.ModelFolder;
import understudy.model.PeftFolder;
import understudy.model.RowPass;
import understudy.model.RowPass.PackedRow;
import understudy.model.Trainable;
import understudy.run.Checkpoint;
import understudy.run.Checkpoints;
import understudy.run.EventLog;
import understudy.run.RunEvent;
import understudy.run.RunFolder;

/// The steps of one call of [Trainer#train].
final class TrainSession implements AutoCloseable {
    private static final int MOST_BAD_STEPS = 3;

    private final LanguageModel model;
    private final TrainConfig config;
    private final RunFolder run;
    private final Trainer.About about;
    private final Consumer<RunEvent> watcher;
    private final BooleanSupplier stopping;
    private final Plan plan;
    private final Trainable learned;
    private final AdamW optimiser;
    private final EventLog log;
    private final List<PackedRow> validation;
    private final RowPass pass;
    private final boolean recompute;
    private final DropoutPool dropout;
    private final Checkpoints checkpoints;
    private final long begin = System.nanoTime();
    private TrainState state;
    private double stepSeconds;
    private long stepTokens;
    private int checkpointStep;
    private long checkpointTime = System.nanoTime();
    private long validatedTime = System.nanoTime();

    /// What a session works for.
    ///
    /// @param watcher  told every event as it is logged
    /// @param stopping whether the person asked to stop
    record Job(
            LanguageModel model,
            TrainConfig config,
            RunFolder run,
            Trainer.About about,
            Consumer<RunEvent> watcher,
            BooleanSupplier stopping) {}

    TrainSession(
            Job job,
            Plan plan,
            boolean recompute,
            Trainable learned,
            AdamW optimiser,
            EventLog log,
            List<TrainingRow> validation) {
        this.model = job.model;
        this.config = job.config;
        this.run = job.run;
        this.about = job.about;
        this.watcher = job.watcher;
        this.stopping = job.stopping;
        this.checkpoints = new Checkpoints(run.checkpoints());
        this.plan = plan;
        this.learned = learned;
        this.optimiser = optimiser;
        this.log = log;
        this.validation = new Packer(config.rowLength(), 0).pack(learned(validation), 0);
        this.pass = new RowPass(model, recompute);
        this.dropout =
                new DropoutPool(
                        model.place(),
                        dropoutShare(),
                        dropoutShare() > 0
                                ? (long) plan.longestRow() * model.config().widestInput()
                                : 0,
                        config.seed());
        this.state = TrainState.start(about.fingerprint());
        this.recompute = recompute;
    }

    /// Only an adapter's inputs are left out.
    private double dropoutShare() {
        return config.full() ? 0 : config.lora().dropout();
    }

    /// A log that just stops looks like a killed process.
    Trainer.Result trainOrSayWhy(List<TrainingRow> training) throws IOException {
        checkpoints.sweep();
        resume(); // a refusal changes nothing, not even the log
        try {
            return train(training);
        } catch (UserError e) {
            tell(new RunEvent.Failed(e.what()));
            throw e;
        } catch (RuntimeException | Error e) {
            // its message may quote anything; the crash report has the place
            tell(new RunEvent.Failed("ended by " + e.getClass().getSimpleName()));
            throw e;
        }
    }

    private Trainer.Result train(List<TrainingRow> training) throws IOException {
        announce(training);
        boolean more = !patienceIsOver(); // the run may have been killed at its very end
        while (more && state.step() < plan.steps().size() && !stopping.getAsBoolean()) {
            step();
            more = validateWhenDue();
            checkpointWhenDue();
        }
        return stopping.getAsBoolean() && more && state.step() < plan.steps().size()
                ? interrupt()
                : finish();
    }

    private void resume() throws IOException {
        Optional<Checkpoint> newest =
                checkpoints.latestValid(what -> tell(new RunEvent.Warned(what)));
        if (newest.isEmpty()) {
            return;
        }
        TrainState saved = TrainState.of(newest.get().state());
        saved.refuseOther(about.fingerprint(), run.id());
        Path file = newest.get().file(TrainState.FILE);
        saved.restore(file, learned, optimiser);
        state = saved;
        checkpointStep = saved.step();
    }

    private void announce(List<TrainingRow> training) {
        long learned = training.stream().mapToLong(r -> r.learned().cardinality()).sum();
        tell(
                new RunEvent.Started(
                        Instant.now(),
                        about.base(),
                        about.dataset(),
                        about.recipe(),
                        model.place().type().word(),
                        about.reason(),
                        training.size(),
                        plan.epochTokens(),
                        learned,
                        plan.steps().size(),
                        plan.tokens(),
                        state.step()));
        if (recompute) {
            tell(
                    new RunEvent.Warned(
                            "blocks are computed twice to save memory; slower by about a"
                                    + " third"));
        }
    }

    private void step() {
        long from = System.nanoTime();
        Plan.Batch batch = plan.steps().get(state.step());
        double sum = 0;
        for (int i = 0; i < batch.rows().size(); i++) {
            DropoutMasks masks = dropoutShare() > 0 ? dropout.of(state.step(), i) : null;
            for (float loss : pass.learn(batch.rows().get(i), 1.0 / batch.learned(), masks)) {
                sum += loss;
            }
        }
        double loss = sum / batch.learned();
        double rate = plan.rate(state.step(), config);
        double norm = optimiser.gradientNorm();
        boolean good = Double.isFinite(loss) && Double.isFinite(norm);
        if (good) {
            optimiser.step(rate, norm, config.clipNorm());
        } else {
            skip();
        }
        double seconds = (System.nanoTime() - from) / 1e9;
        stepSeconds += seconds;
        stepTokens += batch.tokens();
        state = state.stepped(batch.tokens(), good);
        tell(
                new RunEvent.StepDone(
                        state.step(),
                        batch.epoch(),
                        state.tokens(),
                        loss,
                        rate,
                        norm,
                        seconds,
                        batch.tokens() / seconds));
        if (state.badSteps() >= MOST_BAD_STEPS) {
            fail();
        }
    }

    /// Leaves what was learned as it is: one bad gradient would spoil every number of it.
    private void skip() {
        optimiser.skip();
        tell(
                new RunEvent.Warned(
                        "step " + (state.step() + 1) + " was skipped: its loss is no number"));
    }

    private void fail() {
        String what = "the loss is no number for " + state.badSteps() + " steps in a row";
        throw new UserError(
                what,
                "run " + run.id() + ", step " + state.step(),
                "train again with a lower rate: --set train.learning_rate="
                        + config.learningRate() / 5,
                ExitCode.UNEXPECTED_STATE,
                null);
    }

    /// @return whether to go on
    private boolean validateWhenDue() {
        boolean last = state.step() == plan.steps().size();
        boolean facts = state.step() <= plan.factSteps();
        if (validation.isEmpty() || facts || !(last || validationIsDue())) {
            return true;
        }
        double loss = validate();
        boolean best = loss < state.bestLoss() && kept();
        state = state.validated(loss, best);
        validatedTime = System.nanoTime();
        tell(new RunEvent.Validated(state.step(), loss, best));
        return !patienceIsOver();
    }

    /// By the number of the step in the chats, not by steps since the last time, which a resumed
    /// run would count from another place.
    private boolean validationIsDue() {
        TrainConfig.Every every = config.validate();
        if (!every.time().isZero()) {
            return since(validatedTime).compareTo(every.time()) >= 0;
        }
        int steps = plan.validationSteps(config);
        return steps == 0 ? epochEnds() : (state.step() - plan.factSteps()) % steps == 0;
    }

    private boolean patienceIsOver() {
        return config.patience() > 0 && state.sinceBest() >= config.patience();
    }

    private boolean epochEnds() {
        double before = state.step() < 2 ? 0 : plan.steps().get(state.step() - 2).epoch();
        double now = plan.steps().get(state.step() - 1).epoch();
        return Math.floor(now + 1e-9) > Math.floor(before + 1e-9);
    }

    /// Mean loss of the learned tokens of the validation part, nats.
    private double validate() {
        double sum = 0;
        long tokens = 0;
        for (PackedRow row : validation) {
            for (float loss : pass.score(row)) {
                sum += loss;
                tokens++;
            }
        }
        return sum / Math.max(1, tokens);
    }

    /// A full disk costs this result, not the run: a later one may find room.
    private boolean kept() {
        try {
            keep();
            return true;
        } catch (IOException | UserError e) {
            tell(
                    new RunEvent.Warned(
                            "what step "
                                    + state.step()
                                    + " gave was not kept: the disk refused it; training goes on"));
            return false;
        }
    }

    private void keep() throws IOException {
        switch (learned) {
            case Adapter adapter ->
                    PeftFolder.write(
                            adapter,
                            adapter.parameters(),
                            run.adapter(),
                            about.base(),
                            about.revision());
            case FullWeights weights -> ModelFolder.write(weights, run.model(), about.files());
        }
    }

    private void checkpointWhenDue() {
        if (config.checkpoint().due(state.step() - checkpointStep, since(checkpointTime))) {
            checkpoint();
        }
    }

    /// A full disk costs the checkpoint, not the run.
    private void checkpoint() {
        long from = System.nanoTime();
        try {
            Checkpoint saved =
                    checkpoints.save(
                            state.step(), TrainState.files(learned, optimiser), state.json());
            checkpoints.retain(state.step(), config.keep(), OptionalInt.empty());
            tell(
                    new RunEvent.Checkpointed(
                            state.step(), saved.bytes(), since(from).toNanos() / 1e9));
        } catch (IOException e) {
            tell(
                    new RunEvent.Warned(
                            "no checkpoint at step "
                                    + state.step()
                                    + ": the disk refused it; training goes on"));
        }
        checkpointStep = state.step();
        checkpointTime = System.nanoTime();
    }

    private Trainer.Result interrupt() throws IOException {
        checkpoint();
        tell(new RunEvent.Interrupted(state.step()));
        return result(true);
    }

    private Trainer.Result finish() throws IOException {
        if (state.bestStep() == 0) {
            keep(); // nothing was measured, or no measurement was a number
        }
        Trainer.Result result = result(false);
        tell(
                new RunEvent.Finished(
                        result.step(),
                        result.tokens(),
                        result.seconds(),
                        state.bestStep() == 0 ? null : result.bestStep(),
                        result.bestLoss(),
                        result.peakRssMb()));
        return result;
    }

    private Trainer.Result result(boolean interrupted) {
        return new Trainer.Result(
                state.step(),
                state.tokens(),
                since(begin).toNanos() / 1e9,
                stepSeconds == 0 ? 0 : stepTokens / stepSeconds,
                state.bestStep() > 0 ? state.bestStep() : state.step(),
                Double.isFinite(state.bestLoss()) ? state.bestLoss() : null,
                Memory.peakMb(),
                interrupted);
    }

    private void tell(RunEvent event) {
        try {
            log.append(event);
        } catch (IOException e) {
            // the log is for people; the training does not depend on it
            watcher.accept(new RunEvent.Warned("the run's log cannot be written"));
        }
        watcher.accept(event);
    }

    @Override
    public void close() {
        dropout.close();
    }

    private static List<TrainingRow> learned(List<TrainingRow> rows) {
        return rows.stream().filter(r -> !r.learned().isEmpty()).toList();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
