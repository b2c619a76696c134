package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import understudy.base.ExitCode;
import understudy.base.RecipeFile;
import understudy.base.Settings;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.chat.Chat;
import understudy.dataset.Dataset;
import understudy.dataset.DatasetBuilder;
import understudy.dataset.DatasetFolder;
import understudy.dataset.DatasetRow;
import understudy.dataset.Part;
import understudy.dataset.Prepared;
import understudy.generate.BatchBenchmark;
import understudy.generate.DecodeBenchmark;
import understudy.importer.ImportOptions;
import understudy.importer.Importers;
import understudy.model.LoraConfig;
import understudy.model.ModelConfig;
import understudy.store.ChatStore;
import understudy.tensor.Quantization;
import understudy.text.TemplateEncoder;
import understudy.train.Memory;
import understudy.train.MemoryPlan;
import understudy.train.TrainBenchmark;
import understudy.train.TrainingRow;

/// Measures the engine on the demo's model and chats.
@CommandLine.Command(
        name = "bench",
        description = "Measure how fast this machine trains, reads and writes.",
        footer = {"", "Nothing else should run beside it; numbers differ by machine and day."})
final class BenchCommand extends Command {
    private static final int MOST_STEPS = 100_000;
    private static final long SEED = 42;

    /// Texts out of a hundred may differ by a close choice; more would be a mistake.
    private static final double LEAST_ALIKE = 0.98;

    private static final int BATCH_TOKENS = 12;

    /// What to measure.
    enum What {
        TRAIN,
        DECODE,
        PREFILL,
        BATCH,
        SERVE
    }

    @Parameters(
            index = "0",
            paramLabel = "WHAT",
            description = "train, decode, prefill, batch or serve.")
    What what = What.TRAIN;

    @Option(
            names = "--length",
            paramLabel = "N",
            description = "Tokens a row or prompt (default: 1024 for train, else 512).")
    int length;

    @Option(
            names = "--dtype",
            paramLabel = "T",
            defaultValue = "auto",
            description = "auto, bf16 or f32 (default: ${DEFAULT-VALUE}).")
    String dtype = "auto";

    @Option(
            names = "--quantization",
            paramLabel = "Q",
            defaultValue = "none",
            description =
                    "How the frozen base is held: none, file, f32, bf16, int8, int4 or nf4"
                            + " (default: ${DEFAULT-VALUE}).")
    String quantization = "none";

    @Option(
            names = "--method",
            paramLabel = "M",
            defaultValue = "lora",
            description = "train: lora, or full for all weights (default: ${DEFAULT-VALUE}).")
    String method = "lora";

    @Option(
            names = "--rank",
            paramLabel = "R",
            description = "train: size of the adapter (default: 32).")
    int rank = LoraConfig.STANDARD.rank();

    @Option(
            names = "--optimizer-bits",
            paramLabel = "N",
            defaultValue = "32",
            description = "train: bits of the optimiser's state, 32 or 8 (default: 32).")
    int optimizerBits = 32;

    @Option(
            names = "--recompute",
            paramLabel = "WHEN",
            defaultValue = "auto",
            description =
                    "train: on, off, or auto as memory allows: whether blocks are run again in the"
                            + " backward pass (default: ${DEFAULT-VALUE}).")
    TrainBenchmark.Recompute recompute = TrainBenchmark.Recompute.AUTO;

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            defaultValue = BaseModel.STANDARD,
            description =
                    "A model, fetched before; or a shape with random weights, made here:"
                            + " mistral-7b, llama-1b, or any NAME of the catalogue as NAME-random"
                            + " (default: ${DEFAULT-VALUE}).")
    String shape = BaseModel.STANDARD;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "8",
            description =
                    "Steps; the median is of all but the first two, of two or one the last"
                            + " counts (default: ${DEFAULT-VALUE}).")
    int steps = 8;

    @Option(
            names = "--history",
            paramLabel = "N",
            description = "decode: tokens read before, as --length (default: 512).")
    int before;

    @Option(
            names = "--conversations",
            paramLabel = "N",
            description =
                    "decode, batch: texts written at once (default: 1 for decode, 8 for batch);"
                            + " train with random weights: conversations a row (default: as many"
                            + " of 400 tokens as fill it).")
    @Nullable Integer conversations;

    @Option(
            names = "--texts",
            paramLabel = "N",
            defaultValue = "200",
            description =
                    "batch: texts that are written alone and together, to see whether they are the"
                            + " same (default: ${DEFAULT-VALUE}).")
    int texts = 200;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description =
                    "serve: any OpenAI-compatible server that runs already (default:"
                            + " ${DEFAULT-VALUE}).")
    String url = "http://127.0.0.1:8080";

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "",
            description = "serve: as that server names it (default: the server's own).")
    String model = "";

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "16",
            description = "serve: texts at the same time (default: ${DEFAULT-VALUE}).")
    int clients = 16;

    @Override
    int run(Workspace workspace, Console console) throws IOException, InterruptedException {
        if (what == What.SERVE) {
            return serve(console);
        }
        if (steps < 1 || steps > MOST_STEPS || length < 0) {
            throw new UserError(
                    "steps must be 1 to " + MOST_STEPS + ", and length over 0",
                    "--steps, --length",
                    "leave them out");
        }
        int atOnce = conversations == null ? 1 : conversations;
        if (atOnce < 1 || atOnce > 256 || before < 0 || texts < 1) {
            throw new UserError(
                    "conversations must be 1 to 256, history and texts over 0",
                    "--conversations, --history, --texts",
                    "leave them out");
        }
        if (optimizerBits != 32 && optimizerBits != 8) {
            throw new UserError(
                    "the optimiser's state has 32 or 8 bits", "--optimizer-bits", "leave it out");
        }
        if (!method.matches("lora|full")) {
            throw new UserError("there is no such method", "--method", "use lora or full");
        }
        Quantization held = Quantization.of(quantization);
        Optional<ModelConfig> random = BenchShape.of(workspace, shape);
        Optional<BaseModel> base =
                random.isPresent()
                        ? Optional.empty()
                        : Optional.of(BaseModel.find(workspace, shape));
        try (LoadedModel engine =
                random.isPresent()
                        ? LoadedModel.random(random.get(), dtype, held, SEED)
                        : LoadedModel.load(base.orElseThrow().path(), dtype, held, "auto")) {
            int context = engine.model().config().maxPositions();
            if (length > context || (what == What.DECODE && history() + decoded() > context)) {
                throw new UserError(
                        "longer than the model's context of " + context + " tokens",
                        "--length, --steps",
                        "choose less");
            }
            switch (what) {
                case TRAIN -> train(workspace, console, base, engine, held);
                case DECODE -> decode(console, engine);
                case BATCH -> {
                    return batch(workspace, console, base, engine);
                }
                default -> prefill(console, engine);
            }
        }
        return ExitCode.OK;
    }

    private int serve(Console console) throws IOException, InterruptedException {
        if (clients < 1 || clients > 1000 || steps < 1 || steps > MOST_STEPS) {
            throw new UserError("this is out of range", "--clients, --steps", "1 to 1000 clients");
        }
        int tokens = steps * 8;
        ServeBenchmark.Result result = new ServeBenchmark(url, model, tokens).run(clients, console);
        console.say(
                String.format(
                        Locale.ROOT,
                        "%d clients at once, %d tokens each: first word after %.0f ms (median),"
                            + " %.0f ms (p95), %.0f ms alone%n%.1f tokens/s together, %.1f alone;"
                            + " %d of %d texts the same as alone",
                        clients,
                        tokens,
                        ServeBenchmark.at(result.firstMs(), 0.5),
                        ServeBenchmark.at(result.firstMs(), 0.95),
                        ServeBenchmark.at(result.aloneFirstMs(), 0.5),
                        result.piecesPerSecond(),
                        result.alonePerSecond(),
                        result.equal(),
                        clients));
        console.result(result.json());
        return result.equal() == clients ? ExitCode.OK : ExitCode.CHECK_FAILED;
    }

    /// @param base empty where the weights are random
    private void train(
            Workspace workspace,
            Console console,
            Optional<BaseModel> base,
            LoadedModel engine,
            Quantization held)
            throws IOException {
        int tokens = length == 0 ? 1024 : length;
        LoraConfig usual = LoraConfig.STANDARD;
        LoraConfig lora = new LoraConfig(rank, 2.0 * rank, usual.dropout(), usual.targets());
        List<TrainingRow> rows =
                base.isPresent()
                        ? TrainCommand.rows(demoRows(workspace, console, base.get(), tokens))
                        : TrainBenchmark.randomRows(
                                engine.model().config(), tokens, longest(tokens), SEED);
        TrainBenchmark.Work work =
                new TrainBenchmark.Work(
                        method.equals("full")
                                ? MemoryPlan.Method.full(optimizerBits)
                                : MemoryPlan.Method.lora(lora, held, optimizerBits),
                        tokens,
                        steps,
                        recompute);
        TrainBenchmark.Result result = TrainBenchmark.run(engine.model(), rows, work);
        console.say(
                String.format(
                        Locale.ROOT,
                        "%.0f tokens/s in %s, rows of %d; median of %d steps; peak memory %.2f GB"
                                + " (planned: %.2f); %.0f%% of %.0f GFLOP/s",
                        result.tokensPerSecond(),
                        result.dtype(),
                        tokens,
                        result.counted(),
                        result.peakRssMb() / 1024.0,
                        result.plannedMb() / 1024.0,
                        100 * result.ofCeiling(),
                        result.gemmGflops()));
        console.result(json(work, result, engine));
    }

    /// Tokens of a conversation of random ids.
    private int longest(int tokens) {
        return conversations == null
                ? TrainBenchmark.CONVERSATION
                : Math.max(2, Math.ceilDiv(tokens, conversations));
    }

    private Map<String, Object> json(
            TrainBenchmark.Work work, TrainBenchmark.Result result, LoadedModel engine) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("dtype", result.dtype());
        json.put("quantization", quantization);
        json.put("length", work.length());
        json.put("method", method);
        json.put("rank", rank);
        json.put("optimizer_bits", optimizerBits);
        json.put("dropout", work.method().full() ? 0 : work.method().lora().dropout());
        json.put("tokens_per_s", Numbers.round(result.tokensPerSecond(), 1));
        json.put("counted_steps", result.counted());
        json.put("peak_rss_mb", result.peakRssMb());
        json.put("planned_mb", result.plannedMb());
        json.put("losses", result.losses().stream().map(l -> Numbers.round(l, 4)).toList());
        json.put("gemm_gflops", Numbers.round(result.gemmGflops(), 1));
        json.put("flops_per_token", Math.round(result.flopsPerToken()));
        json.put("of_ceiling", Numbers.round(result.ofCeiling(), 4));
        json.put("recomputed", result.recomputed());
        json.put("shape", shape);
        json.put("reason", engine.choice().reason());
        json.put(
                "step_seconds",
                result.stepSeconds().stream().map(s -> Numbers.round(s, 3)).toList());
        return json;
    }

    /// Training rows of the demo's person in a home of their own, made once.
    private static List<DatasetRow> demoRows(
            Workspace workspace, Console console, BaseModel base, int longest) throws IOException {
        Workspace bench = new Workspace(workspace.home().resolve("bench"));
        String name = base.id().replaceAll("[^A-Za-z0-9._-]", "_");
        Path folder = bench.datasets().resolve(name.startsWith(".") ? "_" + name : name);
        TemplateEncoder encoder = TemplateEncoder.load(base.path(), false);
        if (!Files.isRegularFile(folder.resolve("dataset.yaml"))) {
            List<Path> files =
                    DemoChats.write(
                            workspace,
                            bench.home().resolve("exports"),
                            new DownloadProgress(console));
            try (ChatStore store = ChatStore.open(bench.chats())) {
                for (Path file : files) {
                    for (Chat chat : Importers.read(file, new ImportOptions(null, false)).chats()) {
                        store.add(chat, file.getFileName().toString());
                    }
                }
                store.setMe("Me");
                Settings settings =
                        RecipeFile.load("default", List.of()).settings().section("dataset");
                Prepared prepared =
                        DatasetBuilder.build(
                                store,
                                new Prepared.Origin(base.id(), "default", settings),
                                encoder);
                new DatasetFolder(folder).write(prepared, encoder);
            }
        }
        return Dataset.open(folder).rows(Part.TRAIN, encoder, OptionalInt.of(longest));
    }

    private int history() {
        if (before > 0) {
            return before;
        }
        return length == 0 ? 512 : length;
    }

    private int decoded() {
        return steps * 16;
    }

    private void decode(Console console, LoadedModel engine) {
        int history = history();
        int atOnce = conversations == null ? 1 : conversations;
        double speed = DecodeBenchmark.decode(engine.model(), history, decoded(), atOnce);
        console.say(
                String.format(
                        Locale.ROOT,
                        "%.1f tokens/s written after %d tokens of history, %d at once",
                        speed,
                        history,
                        atOnce));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("decode_tokens_per_s", Numbers.round(speed, 1));
        json.put("conversations", atOnce);
        json.put("length", history);
        json.put("quantization", quantization);
        json.put("shape", shape);
        json.put("dtype", engine.choice().type().word());
        json.put("peak_rss_mb", Memory.peakMb());
        console.result(json);
    }

    /// @return whether at least 98 of 100 texts are the same written together as alone
    private int batch(
            Workspace workspace, Console console, Optional<BaseModel> base, LoadedModel engine)
            throws IOException {
        BaseModel model =
                base.orElseThrow(() ->
                        new UserError(
                                "random weights write no texts", "--shape", "name a real model"));
        int longest = length == 0 ? 128 : length;
        List<int[]> prompts = prompts(demoRows(workspace, console, model, longest), texts);
        int atOnce = conversations == null ? 8 : conversations;
        BatchBenchmark.Result result =
                BatchBenchmark.run(
                        engine.model(),
                        TemplateEncoder.load(model.path(), false).tokenizer(),
                        prompts,
                        BATCH_TOKENS,
                        atOnce);
        console.say(
                String.format(
                        Locale.ROOT,
                        "%d of %d texts are the same written %d at once as alone;"
                                + " %.1f s and %.1f s",
                        result.equal(),
                        result.texts(),
                        atOnce,
                        result.togetherSeconds(),
                        result.aloneSeconds()));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("texts", result.texts());
        json.put("equal", result.equal());
        json.put("share", Numbers.round(result.share(), 4));
        json.put("conversations", atOnce);
        json.put("tokens", result.tokens());
        json.put("seconds_alone", Numbers.round(result.aloneSeconds(), 2));
        json.put("seconds_together", Numbers.round(result.togetherSeconds(), 2));
        json.put("quantization", quantization);
        json.put("dtype", engine.choice().type().word());
        console.result(json);
        return result.share() >= LEAST_ALIKE ? ExitCode.OK : ExitCode.CHECK_FAILED;
    }

    /// Beginnings of rows, each up to its last own turn.
    private static List<int[]> prompts(List<DatasetRow> rows, int most) {
        List<int[]> prompts = new ArrayList<>();
        for (DatasetRow row : rows) {
            BitSet own = row.tokens().own();
            int last = own.length() - 1;
            int start = last < 0 ? 0 : own.previousClearBit(last) + 1;
            if (start > 0 && prompts.size() < most) {
                prompts.add(Arrays.copyOf(row.tokens().ids(), start));
            }
        }
        return prompts;
    }

    private void prefill(Console console, LoadedModel engine) {
        int prompt = length == 0 ? 512 : length;
        double[] speeds = new double[Math.max(3, steps / 2)];
        for (int i = 0; i < speeds.length; i++) {
            speeds[i] = DecodeBenchmark.prefill(engine.model(), prompt);
        }
        Arrays.sort(speeds);
        double speed = speeds[speeds.length / 2];
        console.say(String.format(Locale.ROOT, "%.0f tokens/s read, prompt of %d", speed, prompt));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("prefill_tokens_per_s", Numbers.round(speed, 1));
        json.put("length", prompt);
        json.put("dtype", engine.choice().type().word());
        console.result(json);
    }
}
