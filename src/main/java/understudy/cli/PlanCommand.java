package understudy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.hub.CatalogueModel;
import understudy.hub.Hub;
import understudy.hub.HubSettings;
import understudy.hub.LocalModel;
import understudy.model.LoraConfig;
import understudy.model.ModelConfig;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.train.Memory;
import understudy.train.MemoryPlan;
import understudy.train.TrainConfig;

/// Says what a training would need, before anything is downloaded.
@CommandLine.Command(
        name = "plan",
        description = "Say how much memory, time and disk a training needs on this machine.")
final class PlanCommand extends Command {
    /// Share of the big multiply's rate that training reaches; see docs/performance.md.
    private static final double EFFICIENCY = 0.5;

    /// Tokens assumed where no dataset says how many there are.
    private static final long ASSUMED_TOKENS = 1_000_000;

    private static final double ASSUMED_LEARNED = 0.5;

    /// Numbers a second that a packed base is unpacked at on two cores, see docs/LOG.md.
    private static final double UNPACKED = 8e9;

    private static final double MIB = 1 << 20;

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            defaultValue = BaseModel.STANDARD,
            description = "The model to train (default: ${DEFAULT-VALUE}).")
    String base = BaseModel.STANDARD;

    @Mixin MethodOption method = new MethodOption();

    @Mixin QuantizationOption quantization = new QuantizationOption();

    /// A way to train and what it costs.
    private record Estimate(
            String name, long bytes, double seconds, boolean fits, boolean recompute) {}

    /// What all ways to train have in common.
    ///
    /// @param gflops rate of a big multiply, by compute type
    private record Training(
            ModelConfig shape, TrainConfig config, Map<ComputeType, Double> gflops, long tokens) {}

    @Mixin RecipeOptions recipe = new RecipeOptions();

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        List<String> own = new ArrayList<>();
        if (method.word != null) {
            own.add("train.method=" + method.word);
        }
        if (quantization.word != null) {
            own.add("train.quantization=" + quantization.word);
        }
        TrainConfig train = TrainConfig.from(recipe.load(own).settings().section("train"));
        Hub hub = new Hub(workspace, HubSettings.standard());
        Optional<LocalModel> local = hub.find(base);
        ModelConfig shape = local.isPresent() ? ModelConfig.read(local.get().path()) : shape(hub);
        ComputeType.Choice choice = Placement.choose(train.computeType(), "auto").choice();
        Map<ComputeType, Double> gflops = new EnumMap<>(ComputeType.class);
        for (ComputeType type : ComputeType.values()) {
            gflops.put(type, ComputeType.rate(type));
        }
        if (choice.gflops() > 0) {
            gflops.put(choice.type(), choice.gflops()); // measured for longer
        }
        long tokens = tokens(workspace, train);
        Training training = new Training(shape, train, gflops, tokens);
        Estimate chosen = estimate(training, MemoryPlan.Method.of(train), choice.type());
        List<Estimate> methods = methods(training, choice.type());
        if (!methods.contains(chosen)) {
            methods.addFirst(chosen); // such as a base that is held in f32 for bf16 multiplies
        }
        long disk = disk(shape, train, local.isPresent());
        show(console, shape, choice, tokens, methods, chosen, disk);
        console.result(json(chosen, methods, disk, tokens, choice));
        return ExitCode.OK;
    }

    private ModelConfig shape(Hub hub) {
        CatalogueModel known =
                hub.catalogue()
                        .find(base)
                        .orElseThrow(() ->
                                new UserError(
                                        "nothing is known of the model " + base,
                                        null,
                                        "choose one of `understudy model list`, or fetch"
                                                + " it first: understudy model get "
                                                + base));
        return BenchShape.config(known);
    }

    /// Training tokens of the newest dataset, as often as the recipe reads them.
    private static long tokens(Workspace workspace, TrainConfig train) {
        long epoch = ASSUMED_TOKENS;
        try {
            Path report = Datasets.open(workspace, "").folder().resolve("report.json");
            long found =
                    Json.json()
                            .readTree(java.nio.file.Files.readAllBytes(report))
                            .path("train")
                            .path("tokens")
                            .asLong(0);
            epoch = found > 0 ? found : epoch;
        } catch (UserError | IOException | tools.jackson.core.JacksonException e) {
            // no dataset yet: the plan says what it assumed
        }
        long all = epoch * train.epochs();
        return train.maxTokens() > 0 ? Math.min(all, train.maxTokens()) : all;
    }

    /// Every way to train this model, the most exact first.
    private static List<Estimate> methods(Training training, ComputeType type) {
        LoraConfig lora = training.config.lora();
        int bits = training.config.optimizerBits();
        List<Estimate> methods = new ArrayList<>();
        for (ComputeType compute : List.of(ComputeType.F32, ComputeType.BF16)) {
            MemoryPlan.Method plain = MemoryPlan.Method.lora(lora, Quantization.NONE, bits);
            methods.add(estimate(training, plain, compute));
        }
        for (Quantization packed :
                List.of(Quantization.INT8, Quantization.INT4, Quantization.NF4)) {
            methods.add(estimate(training, MemoryPlan.Method.lora(lora, packed, bits), type));
        }
        methods.add(estimate(training, MemoryPlan.Method.full(bits), type));
        return methods;
    }

    private static Estimate estimate(
            Training training, MemoryPlan.Method method, ComputeType type) {
        ModelConfig shape = training.shape;
        int length = training.config.rowLength();
        double seen = Math.min(MemoryPlan.TYPICAL_SEEN, length / 2.0);
        MemoryPlan plan = MemoryPlan.of(shape, method, type, length);
        long free = Memory.free();
        boolean again = plan.mustRecompute(free);
        double flops = MemoryPlan.flopsPerToken(shape, method, again, ASSUMED_LEARNED, seen);
        double rate = Objects.requireNonNull(training.gflops.get(type)) * 1e9 * EFFICIENCY;
        double unpacking =
                method.packed() ? (again ? 3.0 : 2.0) * shape.parameters() / UNPACKED / length : 0;
        return new Estimate(
                method.named(type),
                plan.peak(again),
                training.tokens * (flops / rate + unpacking),
                plan.fits(free),
                again);
    }

    /// The model where it is not here yet, what is learned and its checkpoints.
    private static long disk(ModelConfig shape, TrainConfig train, boolean here) {
        long learned =
                4 * (train.full() ? shape.parameters() : MemoryPlan.learned(shape, train.lora()));
        return (here ? 0 : 2 * shape.parameters()) + learned + learned * 3 * (train.keep() + 1);
    }

    private void show(
            Console console,
            ModelConfig shape,
            ComputeType.Choice choice,
            long tokens,
            List<Estimate> methods,
            Estimate chosen,
            long disk) {
        console.say(
                String.format(
                        Locale.ROOT,
                        "%s: %s weights; computing in %s",
                        base,
                        weights(shape.parameters()),
                        choice.reason()));
        console.say(
                String.format(
                        Locale.ROOT,
                        "%s training tokens; %.1f GB of memory are free",
                        Numbers.grouped(tokens),
                        Memory.free() / MIB / 1024));
        console.say("");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("method", "memory", "time", ""));
        for (Estimate method : methods) {
            rows.add(
                    List.of(
                            method.name,
                            Numbers.decimal(method.bytes / MIB / 1024, 1)
                                    + (method.recompute ? " GB*" : " GB"),
                            Numbers.duration(method.seconds),
                            note(method, chosen)));
        }
        Table.print(rows, console);
        console.say("");
        if (methods.stream().anyMatch(Estimate::recompute)) {
            console.say("* blocks are computed twice to save memory, which the time includes");
        }
        console.say(
                disk < 100 * MIB
                        ? Numbers.decimal(disk / MIB, 1) + " MB of disk"
                        : Numbers.decimal(disk / MIB / 1024, 2) + " GB of disk");
        if (!chosen.fits) {
            Optional<Estimate> smaller = methods.stream().filter(Estimate::fits).findFirst();
            console.say(
                    "This does not fit here: choose "
                            + smaller.map(m -> "another method (" + m.name + "), ").orElse("")
                            + "a smaller model (understudy model list), or a smaller"
                            + " --set train.rank or --set train.row_length.");
        }
    }

    private static String note(Estimate method, Estimate chosen) {
        if (!method.fits) {
            return "does not fit";
        }
        return method.equals(chosen) ? "<- this" : "";
    }

    private static String weights(long count) {
        return count < 1_000_000
                ? Numbers.grouped(count)
                : Numbers.grouped(Math.round(count / 1e6)) + " million";
    }

    private static Map<String, Object> json(
            Estimate chosen,
            List<Estimate> methods,
            long disk,
            long tokens,
            ComputeType.Choice choice) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("memory_mb", Math.round(chosen.bytes / MIB));
        json.put("minutes", Numbers.round(chosen.seconds / 60, 1));
        json.put("disk_mb", Math.round(disk / MIB));
        json.put("tokens", tokens);
        json.put("fits", chosen.fits);
        json.put("method", chosen.name);
        json.put("recompute", chosen.recompute);
        json.put("compute_type", choice.type().word());
        json.put("reason", choice.reason());
        List<Map<String, Object>> list = new ArrayList<>();
        for (Estimate method : methods) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("method", method.name);
            entry.put("memory_mb", Math.round(method.bytes / MIB));
            entry.put("minutes", Numbers.round(method.seconds / 60, 1));
            entry.put("fits", method.fits);
            entry.put("recompute", method.recompute);
            list.add(entry);
        }
        json.put("methods", list);
        return json;
    }
}
