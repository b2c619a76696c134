package understudy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import understudy.model.ModelConfig;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
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
    private static final double ASSUMED_SEEN = 200;
    private static final double MIB = 1 << 20;

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            defaultValue = BaseModel.STANDARD,
            description = "The model to train (default: ${DEFAULT-VALUE}).")
    String base = BaseModel.STANDARD;

    /// A way to train and what it costs.
    private record Method(
            String name, long bytes, double seconds, boolean fits, boolean recompute) {}

    @Mixin RecipeOptions recipe = new RecipeOptions();

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        TrainConfig train = TrainConfig.from(recipe.load().settings().section("train"));
        Hub hub = new Hub(workspace, HubSettings.standard());
        Optional<LocalModel> local = hub.find(base);
        ModelConfig shape = local.isPresent() ? ModelConfig.read(local.get().path()) : shape(hub);
        ComputeType.Choice choice = Placement.choose(train.computeType(), "auto").choice();
        double gflops = choice.gflops() > 0 ? choice.gflops() : ComputeType.rate(choice.type());
        long tokens = tokens(workspace, train);
        List<Method> methods = methods(shape, train, choice.type(), gflops, tokens);
        Method chosen = methods.stream().filter(Method::fits).findFirst().orElse(methods.getLast());
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
        CatalogueModel.Shape s = known.shape();
        return ModelConfig.ofShape(
                known.family(),
                new int[] {
                    s.vocabulary(),
                    s.hidden(),
                    s.layers(),
                    s.heads(),
                    s.kvHeads(),
                    s.headSize(),
                    s.intermediate()
                },
                known.context(),
                s.tied());
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

    private static List<Method> methods(
            ModelConfig shape, TrainConfig train, ComputeType type, double gflops, long tokens) {
        List<Method> methods = new ArrayList<>();
        MemoryPlan plan = MemoryPlan.of(shape, train.lora(), type, train.rowLength());
        long free = Memory.free();
        for (boolean again : new boolean[] {false, true}) {
            double flops =
                    MemoryPlan.flopsPerToken(
                            shape, train.lora(), again, ASSUMED_LEARNED, ASSUMED_SEEN);
            double seconds = tokens * flops / (gflops * 1e9 * EFFICIENCY);
            boolean fits = again ? plan.fits(free) : !plan.mustRecompute(free);
            methods.add(
                    new Method(
                            "lora " + type.word() + (again ? ", blocks computed twice" : ""),
                            plan.peak(again),
                            seconds,
                            fits,
                            again));
        }
        return methods;
    }

    /// The model where it is not here yet, the adapter and its checkpoints.
    private static long disk(ModelConfig shape, TrainConfig train, boolean here) {
        long adapter = 4 * MemoryPlan.learned(shape, train.lora());
        return (here ? 0 : 2 * shape.parameters()) + adapter + adapter * 3 * (train.keep() + 1);
    }

    private void show(
            Console console,
            ModelConfig shape,
            ComputeType.Choice choice,
            long tokens,
            List<Method> methods,
            Method chosen,
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
        for (Method method : methods) {
            rows.add(
                    List.of(
                            method.name,
                            Numbers.decimal(method.bytes / MIB / 1024, 1) + " GB",
                            Numbers.duration(method.seconds),
                            !method.fits
                                    ? "does not fit"
                                    : method.equals(chosen) ? "<- this" : ""));
        }
        Table.print(rows, console);
        console.say("");
        console.say(
                disk < 100 * MIB
                        ? Numbers.decimal(disk / MIB, 1) + " MB of disk"
                        : Numbers.decimal(disk / MIB / 1024, 2) + " GB of disk");
        if (!chosen.fits) {
            console.say(
                    "This does not fit here: choose a smaller model (understudy model list), a"
                            + " smaller --set train.rank or --set train.row_length.");
        }
    }

    private static String weights(long count) {
        return count < 1_000_000
                ? Numbers.grouped(count)
                : Numbers.grouped(Math.round(count / 1e6)) + " million";
    }

    private static Map<String, Object> json(
            Method chosen,
            List<Method> methods,
            long disk,
            long tokens,
            ComputeType.Choice choice) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("memory_mb", Math.round(chosen.bytes / MIB));
        json.put("minutes", Numbers.round(chosen.seconds / 60, 1));
        json.put("disk_mb", Math.round(disk / MIB));
        json.put("tokens", tokens);
        json.put("fits", chosen.fits);
        json.put("compute_type", choice.type().word());
        json.put("reason", choice.reason());
        List<Map<String, Object>> list = new ArrayList<>();
        for (Method method : methods) {
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
