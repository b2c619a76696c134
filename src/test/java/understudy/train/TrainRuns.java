package understudy.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import understudy.base.Workspace;
import understudy.model.LanguageModel;
import understudy.model.TinyModel;
import understudy.run.Checkpoints;
import understudy.run.EventLog;
import understudy.run.RunEvent;
import understudy.run.RunFolder;

/// Trainings of a tiny model in run folders of their own, and what they leave behind.
final class TrainRuns {
    private final LanguageModel model;
    private final Path home;
    private int homes;

    TrainRuns(LanguageModel model, Path home) {
        this.model = model;
        this.home = home;
    }

    RunFolder folder() throws IOException {
        return RunFolder.create(new Workspace(home.resolve("home" + homes++)));
    }

    /// What stands for a process that dies.
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /// A training in `run`.
    ///
    /// @param watcher told each event and the trainer, to stop it
    Trainer.Result train(
            RunFolder run,
            TrainConfig config,
            List<TrainingRow> training,
            List<TrainingRow> validation,
            BiConsumer<RunEvent, Trainer> watcher)
            throws IOException {
        return train(run, config, "same", training, validation, watcher);
    }

    Trainer.Result train(
            RunFolder run,
            TrainConfig config,
            String fingerprint,
            List<TrainingRow> training,
            List<TrainingRow> validation,
            BiConsumer<RunEvent, Trainer> watcher)
            throws IOException {
        return train(run, config, fingerprint, List.of(), training, validation, watcher);
    }

    /// A training with facts, watched by nobody.
    Trainer.Result train(
            RunFolder run,
            TrainConfig config,
            List<TrainingRow> facts,
            List<TrainingRow> training,
            List<TrainingRow> validation)
            throws IOException {
        return train(run, config, "same", facts, training, validation, TrainRuns::nothing);
    }

    Trainer.Result train(
            RunFolder run,
            TrainConfig config,
            String fingerprint,
            List<TrainingRow> facts,
            List<TrainingRow> training,
            List<TrainingRow> validation,
            BiConsumer<RunEvent, Trainer> watcher)
            throws IOException {
        Trainer.About about =
                new Trainer.About(
                        "tiny/llama",
                        null,
                        TinyModel.folder("llama"),
                        "data",
                        "test",
                        "f32, a test",
                        fingerprint);
        Trainer[] self = new Trainer[1];
        self[0] = new Trainer(model, config, run, about, event -> watcher.accept(event, self[0]));
        return self[0].train(facts, training, validation);
    }

    static void nothing(RunEvent event, Trainer trainer) {}

    static List<RunEvent> events(RunFolder run) throws IOException {
        EventLog.Contents contents = EventLog.read(run.events());
        if (!contents.damagedLines().isEmpty()) {
            throw new AssertionError("damaged lines " + contents.damagedLines());
        }
        return contents.events();
    }

    static <E extends RunEvent> List<E> events(RunFolder run, Class<E> kind) throws IOException {
        return events(run).stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// All that a run promises to be the same after a break: the adapter and the last checkpoint
    /// by their SHA-256, and of every step its loss, rate and gradient norm in full.
    record Outcome(String adapter, String weights, String state, List<String> log) {}

    static Outcome outcome(RunFolder run) throws IOException {
        TreeMap<Integer, String> steps = new TreeMap<>();
        List<String> validations = new ArrayList<>();
        for (RunEvent event : events(run)) {
            if (event instanceof RunEvent.Started started) {
                steps.tailMap(started.resumedFromStep(), false).clear();
                int from = started.resumedFromStep();
                validations.removeIf(v -> Integer.parseInt(v.split(" ")[0]) > from);
            } else if (event instanceof RunEvent.StepDone s) {
                String line = s.tokens() + " " + s.epoch() + " " + s.loss();
                steps.put(s.step(), line + " " + s.learningRate() + " " + s.gradNorm());
            } else if (event instanceof RunEvent.Validated v) {
                validations.add(v.step() + " " + v.loss() + " " + v.best());
            }
        }
        List<String> log = new ArrayList<>();
        steps.forEach((step, line) -> log.add(step + ": " + line));
        log.addAll(validations);
        Path last =
                run.checkpoints()
                        .resolve("step-" + new Checkpoints(run.checkpoints()).steps().getLast());
        return new Outcome(
                adapter(run),
                sha256(last.resolve(TrainState.FILE)),
                sha256(last.resolve("state.json")),
                log);
    }

    static String adapter(RunFolder run) throws IOException {
        return sha256(
                Files.isDirectory(run.model())
                        ? run.model().resolve("model.safetensors")
                        : run.adapter().resolve("adapter_model.safetensors"));
    }

    static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
