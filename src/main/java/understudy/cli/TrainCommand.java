package understudy.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import understudy.base.ExitCode;
import understudy.base.RecipeFile;
import understudy.base.Settings;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.Dataset;
import understudy.dataset.DatasetConfig;
import understudy.dataset.DatasetRow;
import understudy.dataset.Part;
import understudy.dataset.PersonBalance;
import understudy.hub.Hub;
import understudy.hub.HubSettings;
import understudy.hub.LocalModel;
import understudy.model.ModelConfig;
import understudy.run.RunEvent;
import understudy.run.RunFolder;
import understudy.run.RunLock;
import understudy.store.ChatStore;
import understudy.text.TemplateEncoder;
import understudy.train.TrainConfig;
import understudy.train.Trainer;
import understudy.train.TrainingRow;

/// Fine-tunes an adapter, or all weights of a model, on a prepared dataset.
@CommandLine.Command(
        name = "train",
        description = "Learn the voice from the prepared chats.",
        footer = {
            "",
            "Every key of a recipe can be set: --set learning_rate=2e-4. After Ctrl-C, a crash or a"
                    + " power cut, `understudy train --resume` goes on."
        })
final class TrainCommand extends Command {
    /// Keys of `train` that a run cannot change on its way.
    private static final List<String> FIXED = List.of("method", "quantization", "optimizer_bits");

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            description = "The model the dataset was prepared for (default: that one).")
    @Nullable String base;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "default, or seed (default: the dataset's).")
    @Nullable String recipe;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML with the settings that differ from the recipe's.")
    @Nullable Path config;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data.")
    @Nullable Integer epochs;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Train on this many tokens at most, whatever the epochs.")
    @Nullable Long maxTokens;

    @Mixin MethodOption method = new MethodOption();

    @Mixin QuantizationOption quantization = new QuantizationOption();

    @Option(
            names = "--checkpoint-every",
            paramLabel = "N|Nm",
            description = "Steps, or minutes with an m, between checkpoints (default: 10m).")
    @Nullable String checkpointEvery;

    @Option(
            names = "--resume",
            paramLabel = "RUN",
            arity = "0..1",
            fallbackValue = "",
            description = "Go on with a run that was stopped; the newest one without a name.")
    @Nullable String resume;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting, such as rank=16.")
    List<String> sets = List.of();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Which dataset (default: the recipe's name, or the newest one).")
    @Nullable String name;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "auto, cpu or cuda (default: ${DEFAULT-VALUE}).")
    String device = "auto";

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        Optional<RunFolder> unfinished = unfinished(workspace);
        RunSetup setup =
                unfinished.isPresent() ? RunSetup.of(unfinished.get()) : newSetup(workspace);
        TrainConfig trainConfig = TrainConfig.from(setup.train());
        Dataset dataset = Datasets.open(workspace, setup.dataset());
        requireSameBase(dataset, setup.base());
        if (unfinished.isPresent()) {
            refuseOther(unfinished.get(), setup.train());
            sayWhatCounts(workspace, dataset, console);
        }
        BaseModel model = BaseModel.find(workspace, setup.base());
        boolean seed = dataset.config().template() == DatasetConfig.Template.SEED;
        TemplateEncoder encoder = TemplateEncoder.load(model.path(), seed);
        OptionalInt longest = OptionalInt.of(trainConfig.rowLength());
        List<TrainingRow> training =
                weighted(dataset.rows(Part.TRAIN, encoder, longest), dataset.config());
        List<TrainingRow> validation = rows(dataset.rows(Part.VALIDATION, encoder, longest));
        List<TrainingRow> facts =
                trainConfig.factEpochs() == 0 && trainConfig.factShare() == 0
                        ? List.of()
                        : rows(dataset.rows(Part.FACTS, encoder, longest));
        Job job = new Job(setup, trainConfig, model, facts, training, validation);
        if (unfinished.isPresent()) {
            RunFolder run = unfinished.get();
            try (RunLock lock = run.lock();
                    LoadedModel engine =
                            LoadedModel.load(
                                    model.path(),
                                    computeType(trainConfig, run),
                                    trainConfig.quantization(),
                                    device)) {
                return train(job, run, engine, console);
            }
        }
        // in this order: a model that cannot be loaded leaves no run behind
        try (LoadedModel engine =
                LoadedModel.load(
                        model.path(),
                        trainConfig.computeType(),
                        trainConfig.quantization(),
                        device)) {
            RunFolder run = RunFolder.create(workspace);
            try (RunLock lock = run.lock()) {
                run.writeConfig(setup.yaml());
                return train(job, run, engine, console);
            }
        }
    }

    /// What was learned so far belongs to one form of the base and one way to learn: going on in
    /// the old one could be hours of what was not wanted.
    private void refuseOther(RunFolder run, Settings begun) {
        Map<String, String> wished = new LinkedHashMap<>();
        for (String set : sets) {
            String[] parts = set.replaceFirst("^\\s*train\\.", "").split("=", 2);
            wished.put(parts[0].strip(), parts[parts.length - 1].strip());
        }
        if (quantization.word != null) {
            wished.put("quantization", quantization.word);
        }
        if (method.word != null) {
            wished.put("method", method.word);
        }
        for (String key : FIXED) {
            String now = wished.get(key);
            String then = begun.text(key, "");
            if (now != null && !then.isEmpty() && !now.equalsIgnoreCase(then)) {
                throw new UserError(
                        "the run was begun with %s %s, and cannot go on with %s"
                                .formatted(key.replace('_', ' '), then, now),
                        "run " + run.id(),
                        "leave it out to go on as it began, or start a new run: understudy train");
            }
        }
    }

    /// A run goes on as it began, whatever is wished for now.
    private void sayWhatCounts(Workspace workspace, Dataset dataset, Console console) {
        if (base != null) {
            requireSameBase(dataset, idOf(workspace, base));
        }
        List<String> ignored = new ArrayList<>();
        given(ignored, "--recipe", recipe);
        given(ignored, "--config", config);
        given(ignored, "--epochs", epochs);
        given(ignored, "--max-tokens", maxTokens);
        given(ignored, "--checkpoint-every", checkpointEvery);
        given(ignored, "--name", name);
        given(ignored, "--set", sets.isEmpty() ? null : sets);
        if (!ignored.isEmpty()) {
            console.warn(
                    "the run goes on with its own settings; without effect: "
                            + String.join(", ", ignored));
        }
    }

    private static void given(List<String> all, String option, @Nullable Object value) {
        if (value != null) {
            all.add(option);
        }
    }

    /// What is learned, from what, and how.
    private record Job(
            RunSetup setup,
            TrainConfig config,
            BaseModel model,
            List<TrainingRow> facts,
            List<TrainingRow> training,
            List<TrainingRow> validation) {}

    private static int train(Job job, RunFolder run, LoadedModel engine, Console console)
            throws IOException {
        Trainer.About about =
                new Trainer.About(
                        job.model.published(),
                        job.model.revision(),
                        job.model.path(),
                        job.setup.dataset(),
                        job.setup.recipe(),
                        engine.choice().reason(),
                        fingerprint(job));
        if (!job.facts.isEmpty()) {
            console.say(
                    "first your facts: %d samples, %d times"
                            .formatted(job.facts.size(), job.config.factEpochs()));
        }
        TrainProgress progress = new TrainProgress(run.id(), job.config.full(), console);
        Trainer trainer = new Trainer(engine.model(), job.config, run, about, progress::event);
        try (StopSignal signal = new StopSignal(trainer::requestStop)) {
            Trainer.Result result = trainer.train(job.facts, job.training, job.validation);
            progress.end(result);
            console.result(
                    json(
                            run,
                            job.config.full(),
                            result)); // printed before a process that is told to end may
        }
        return ExitCode.OK;
    }

    /// What the run has computed in so far: measuring again could choose another type on a busy
    /// day, and the rest of the run would no longer be what it would have been.
    private static String computeType(TrainConfig config, RunFolder run) throws IOException {
        List<RunEvent.Started> sessions = run.history().sessions();
        return sessions.isEmpty() ? config.computeType() : sessions.getLast().computeType();
    }

    private Optional<RunFolder> unfinished(Workspace workspace) throws IOException {
        if (resume == null) {
            return Optional.empty();
        }
        Optional<RunFolder> run =
                resume.isEmpty()
                        ? RunFolder.newestUnfinished(workspace)
                        : Optional.of(RunFolder.open(workspace, resume));
        // a run that died before its settings were written never began
        return run.filter(r -> java.nio.file.Files.isRegularFile(r.config()));
    }

    private RunSetup newSetup(Workspace workspace) {
        if (maxTokens != null && maxTokens < 1) {
            // a recipe's 0 is no bound; whoever types 0 hardly means everything
            throw new UserError(
                    "there is nothing to train on " + maxTokens + " tokens",
                    "--max-tokens",
                    "give a number over 0, or leave it out for all");
        }
        Dataset dataset =
                Datasets.open(workspace, name != null ? name : recipe != null ? recipe : "");
        if (base != null) {
            requireSameBase(dataset, idOf(workspace, base));
        }
        List<String> all = new ArrayList<>(sets);
        add(all, "epochs", epochs);
        add(all, "max_tokens", maxTokens);
        add(all, "method", method.word);
        add(all, "quantization", quantization.word);
        add(all, "checkpoint_every", checkpointEvery);
        String chosen = recipe == null ? dataset.recipe() : recipe;
        Settings settings = RecipeFile.load(chosen, config, all).settings();
        ModelConfig shape = ModelConfig.read(BaseModel.find(workspace, dataset.base()).path());
        return new RunSetup(
                dataset.base(),
                dataset.folder().getFileName().toString(),
                chosen,
                me(workspace, dataset),
                dataset.factLine(),
                dataset.learnedDigest(),
                dataset.description().section("dataset"),
                TrainConfig.settled(settings.section("train"), shape.hidden()));
    }

    private static void add(List<String> sets, String key, @Nullable Object value) {
        if (value != null) {
            sets.add("train." + key + "=" + value);
        }
    }

    private static void requireSameBase(Dataset dataset, String base) {
        if (!dataset.base().equals(base)) {
            throw new UserError(
                    "the dataset was prepared for " + dataset.base() + ", not for " + base,
                    dataset.folder().toString(),
                    "understudy prepare --base " + base);
        }
    }

    /// The id of a model that is here, whichever of its names was given: a dataset knows the id.
    private static String idOf(Workspace workspace, String base) {
        try {
            return new Hub(workspace, HubSettings.standard())
                    .find(base)
                    .map(LocalModel::id)
                    .orElse(base);
        } catch (UserError e) {
            return base; // no such model: certainly not the dataset's
        }
    }

    private static String me(Workspace workspace, Dataset dataset) {
        if (!dataset.config().myName().isBlank()) {
            return dataset.config().myName();
        }
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            return store.me().map(understudy.chat.Person::name).orElse("Me");
        }
    }

    static List<TrainingRow> rows(List<DatasetRow> rows) {
        return rows.stream().map(r -> new TrainingRow(r.tokens().ids(), r.learned())).toList();
    }

    /// Rows to learn from, each with how often it is read.
    static List<TrainingRow> weighted(List<DatasetRow> rows, DatasetConfig config) {
        List<Double> weights = PersonBalance.of(rows, config);
        List<TrainingRow> weighted = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            DatasetRow row = rows.get(i);
            weighted.add(new TrainingRow(row.tokens().ids(), row.learned(), weights.get(i)));
        }
        return weighted;
    }

    /// Of all that decides what a run becomes.
    private static String fingerprint(Job job) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(job.setup.yaml().getBytes(StandardCharsets.UTF_8));
            for (List<TrainingRow> rows : List.of(job.facts, job.training, job.validation)) {
                for (TrainingRow row : rows) {
                    java.nio.ByteBuffer ids = java.nio.ByteBuffer.allocate(4 * row.length());
                    ids.asIntBuffer().put(row.ids());
                    digest.update(ids.array());
                    digest.update(row.learned().toByteArray());
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Map<String, Object> json(RunFolder run, boolean full, Trainer.Result result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", run.id());
        json.put(full ? "model" : "adapter", (full ? run.model() : run.adapter()).toString());
        json.put("tokens", result.tokens());
        json.put("seconds", Numbers.round(result.seconds(), 1));
        json.put("tokens_per_s", Numbers.round(result.tokensPerSecond(), 1));
        json.put("peak_rss_mb", result.peakRssMb());
        json.put("best_step", result.bestStep());
        json.put("best_loss", result.bestLoss());
        json.put("steps", result.step());
        json.put("interrupted", result.interrupted());
        return json;
    }
}
