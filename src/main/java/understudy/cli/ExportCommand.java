package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.Dataset;
import understudy.dataset.DatasetConfig;
import understudy.dataset.DatasetRow;
import understudy.dataset.Part;
import understudy.evaluate.HeldOutScore;
import understudy.export.ExportFolder;
import understudy.export.Exporter;
import understudy.export.Form;
import understudy.generate.GenerateOptions;
import understudy.model.Adapter;
import understudy.model.PeftFolder;
import understudy.run.RunFolder;
import understudy.tensor.Quantization;
import understudy.text.TemplateEncoder;
import understudy.train.TrainConfig;
import understudy.weights.WeightType;

/// Writes a run in another program's format and measures what came of it.
@CommandLine.Command(
        name = "export",
        description = {
            "Write a run in the format of another program: PEFT, vLLM, TGI, llama.cpp, Ollama.",
            "What was written is measured on what you wrote later, beside the run itself."
        })
final class ExportCommand extends Command {
    /// Worse by more than this is said aloud and ends with 1.
    private static final double MOST_LOSS = 0.01;

    private static final long MAX_REPORT_BYTES = 16L << 20;

    @Mixin RunOptions chosen = new RunOptions();

    @Option(
            names = "--as",
            paramLabel = "FORM",
            defaultValue = "gguf",
            description =
                    "peft: the adapter; merged: a Hugging Face folder of the whole model; gguf: one"
                            + " file for llama.cpp; gguf-lora: the adapter for llama.cpp; ollama: a"
                            + " GGUF file and its Modelfile (default: ${DEFAULT-VALUE}).")
    String form = "gguf";

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "Q8_0",
            description =
                    "How a GGUF file of the whole model holds its matrices: F16, Q8_0 or Q4_0"
                            + " (default: ${DEFAULT-VALUE}).")
    String type = "Q8_0";

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The folder to write (default: RUN-FORM in the current folder).")
    @Nullable Path out;

    @Option(names = "--force", description = "Replace an export that is there already.")
    boolean force;

    @Option(
            names = "--accept",
            description = "End well although more than 1%% was lost on the way.")
    boolean accept;

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        Form as = Form.of(form);
        WeightType stored = type();
        RunFolder run = RunFolder.open(workspace, chosen.run);
        RunSetup setup = RunSetup.of(run);
        DatasetConfig data = DatasetConfig.from(setup.data());
        boolean seed = data.template() == DatasetConfig.Template.SEED;
        BaseModel base = BaseModel.find(workspace, setup.base());
        Path whole = run.path().resolve("model");
        boolean full = Files.isDirectory(whole);
        Exporter.Source source =
                new Exporter.Source(
                        run.id(),
                        full ? whole : base.path(),
                        full ? null : run.adapter(),
                        seed,
                        base.published(),
                        base.known() == null ? null : base.revision());
        Exporter exporter =
                new Exporter(
                        source,
                        new Exporter.Options(
                                as, stored, data.systemLine(), data.groupLine(), sampling()));
        Dataset dataset = Datasets.open(workspace, setup.dataset());
        List<DatasetRow> rows = dataset.rows(Part.HELDOUT, TemplateEncoder.load(base.path(), seed));
        Path target = out == null ? Path.of(run.id() + "-" + as.word()) : out;
        try (ExportFolder folder = ExportFolder.prepare(target, force, exporter.expectedBytes())) {
            exporter.write(folder.path(), progress(console, as));
            console.endProgress();
            long bytes = folder.bytes();
            Judge judge = new Judge(run, setup, base, exporter, source, rows, chosen.device);
            Measured measured = judge.measure(console, folder.path());
            Path published = folder.publish();
            return say(console, run, as, published, bytes, measured);
        }
    }

    private WeightType type() {
        return switch (type.toUpperCase(Locale.ROOT)) {
            case "F16" -> WeightType.F16;
            case "Q8_0" -> WeightType.Q8_0;
            case "Q4_0" -> WeightType.Q4_0;
            default ->
                    throw new UserError("unknown type " + type, "--type", "use F16, Q8_0 or Q4_0");
        };
    }

    /// How this program chats, for others to do the same.
    private static Map<String, Number> sampling() {
        GenerateOptions chat = GenerateOptions.CHAT;
        Map<String, Number> sampling = new LinkedHashMap<>();
        sampling.put("temperature", chat.temperature());
        sampling.put("top_p", chat.topP());
        sampling.put("repetition_penalty", chat.repetitionPenalty());
        return sampling;
    }

    private static Exporter.Progress progress(Console console, Form form) {
        return new Exporter.Progress() {
            private long shown = -1;

            @Override
            public void weights(long done, long total) {
                long tenth = 10 * done / Math.max(1, total);
                if (tenth != shown) {
                    shown = tenth;
                    console.progress("writing " + form.word() + ": " + 10 * tenth + "%");
                }
            }
        };
    }

    /// Bits per character; null where nothing was held out.
    private record Measured(@Nullable Double run, @Nullable Double export) {
        double change() {
            return run == null || export == null ? 0 : export / run - 1;
        }
    }

    /// Measures what was written from its own files, and the run.
    private record Judge(
            RunFolder run,
            RunSetup setup,
            BaseModel base,
            Exporter exporter,
            Exporter.Source source,
            List<DatasetRow> rows,
            String device) {

        Measured measure(Console console, Path folder) throws IOException {
            if (rows.stream().allMatch(r -> r.ownCharacters() == 0)) {
                return new Measured(null, null);
            }
            console.say("measuring what was written on what you wrote later");
            Path spare = folder.resolve("score");
            try {
                Double known = known();
                double own = known == null ? own() : known;
                return new Measured(own, ofExport(exporter.scored(folder, spare)));
            } finally {
                if (Files.exists(spare)) {
                    ExportFolder.delete(spare);
                }
            }
        }

        /// What `evaluate` said of the run, where it measured the same rows.
        private @Nullable Double known() throws IOException {
            Path file = run.report().resolve("heldout.json");
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_REPORT_BYTES) {
                return null;
            }
            long characters = rows.stream().mapToLong(DatasetRow::ownCharacters).sum();
            long tokens = rows.stream().mapToLong(r -> r.tokens().own().cardinality()).sum();
            try {
                JsonNode json = Json.json().readTree(Files.readAllBytes(file));
                boolean same =
                        json.path("run").asString("").equals(run.id())
                                && json.path("own_characters").asLong(-1) == characters
                                && json.path("own_tokens").asLong(-1) == tokens
                                && json.path("bpc_after").isNumber();
                return same ? (Double) json.path("bpc_after").asDouble() : null;
            } catch (JacksonException e) {
                return null; // damaged: measured again
            }
        }

        private double own() {
            return score(source.weights(), source.adapter(), true);
        }

        private double ofExport(Path written) {
            return source.adapter() != null
                            && Files.isRegularFile(written.resolve("adapter_config.json"))
                    ? score(source.weights(), written, true)
                    : score(written, null, false);
        }

        /// @param held whether the base is held as the run held it when it learned
        private double score(Path model, @Nullable Path adapter, boolean held) {
            TrainConfig config = TrainConfig.from(setup.train());
            try (LoadedModel engine =
                    LoadedModel.load(
                            model,
                            config.computeType(),
                            held ? config.quantization() : Quantization.NONE,
                            device)) {
                if (adapter == null) {
                    return HeldOutScore.of(engine.model(), rows).all().bitsPerCharacter();
                }
                try (Adapter loaded = PeftFolder.load(engine.model(), adapter, false)) {
                    double bits = HeldOutScore.of(engine.model(), rows).all().bitsPerCharacter();
                    engine.model().detachAdapter();
                    return bits;
                }
            }
        }
    }

    private int say(
            Console console, RunFolder run, Form as, Path written, long bytes, Measured measured) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", run.id());
        json.put("as", as.word());
        json.put("out", written.toString());
        json.put("bytes", bytes);
        console.say("wrote " + written + ", " + Numbers.grouped(bytes >> 20) + " MB");
        Double own = measured.run;
        Double export = measured.export;
        if (own == null || export == null) {
            console.say("nothing was held out, so what was written could not be measured");
            json.put("bpc_run", null);
            json.put("bpc_export", null);
            json.put("change", null);
            console.result(json);
            return ExitCode.OK;
        }
        json.put("bpc_run", Numbers.round(own, 4));
        json.put("bpc_export", Numbers.round(export, 4));
        json.put("change", Numbers.round(measured.change(), 4));
        console.say(
                String.format(
                        Locale.ROOT,
                        "bits per character: the run %.4f, the export %.4f (%+.2f%%);"
                                + " lower is better",
                        own,
                        export,
                        100 * measured.change()));
        console.result(json);
        if (!(measured.change() > MOST_LOSS) || accept) {
            return ExitCode.OK;
        }
        console.warn(
                String.format(
                        Locale.ROOT,
                        "the export is worse than the run by %.1f%%: choose a finer --type, or say"
                                + " --accept",
                        100 * measured.change()));
        return ExitCode.CHECK_FAILED;
    }
}
