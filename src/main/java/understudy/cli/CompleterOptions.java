package understudy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import understudy.base.RecipeFile;
import understudy.base.Settings;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.DatasetConfig;
import understudy.reply.Completer;
import understudy.reply.LocalCompleter;
import understudy.reply.UpstreamCompleter;
import understudy.reply.UpstreamConfig;
import understudy.reply.UpstreamKey;
import understudy.reply.Voice;
import understudy.run.RunFolder;
import understudy.store.ChatStore;
import understudy.text.TemplateEncoder;

/// Where answers come from, for commands that answer others: runs of this machine, or another
/// server.
final class CompleterOptions {
    private static final Pattern TIME = Pattern.compile("(-?\\d{1,6})([smh]?)");

    /// Prompts to remember.
    private static final int CONVERSATIONS = 4;

    /// Texts that may wait for their turn.
    private static final int WAITING = 64;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "auto, cpu or cuda (default: ${DEFAULT-VALUE}).")
    String device = "auto";

    @Mixin HeldOption held = new HeldOption();

    @Option(
            names = "--keep-alive",
            paramLabel = "TIME",
            defaultValue = "5m",
            description =
                    "How long an unused model stays in memory, such as 30s, 5m or 2h; -1 for ever"
                            + " (default: ${DEFAULT-VALUE}).")
    String keepAlive = "5m";

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "16",
            description = "Texts written at the same time (default: ${DEFAULT-VALUE}).")
    int parallel = 16;

    @Option(
            names = "--context",
            paramLabel = "TOKENS",
            defaultValue = "8192",
            description =
                    "Tokens of a prompt and its answer together, where the model takes as many"
                            + " (default: ${DEFAULT-VALUE}).")
    int context = 8192;

    @Option(
            names = "--upstream",
            paramLabel = "URL",
            description =
                    "Answer through another OpenAI-compatible server; conversations are sent"
                            + " there.")
    @Nullable String upstream;

    @Option(
            names = "--upstream-model",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Which of that server's models (default: the only one it has).")
    String upstreamModel = "";

    @Option(
            names = "--upstream-key-file",
            paramLabel = "FILE",
            description =
                    "File with that server's key, readable by you alone; else"
                            + " $UNDERSTUDY_UPSTREAM_KEY.")
    @Nullable Path upstreamKey;

    @Option(
            names = "--accept-leaks",
            description = "Answer others although a run's leak report failed.")
    boolean acceptLeaks;

    @Mixin MemoryOption memory = new MemoryOption();

    /// Nothing is loaded yet.
    ///
    /// @param runs that may be asked for, the default first; empty for every finished one
    LocalCompleter local(Workspace workspace, List<String> runs) {
        if (parallel < 1 || parallel > 256) {
            throw new UserError(
                    "so many texts cannot be written at once", "--parallel", "1 to 256");
        }
        if (context < 128 || context > 1_000_000) {
            throw new UserError(
                    "this context is out of range", "--context", "128 to 1000000 tokens");
        }
        LocalCompleter.Limits limits =
                new LocalCompleter.Limits(
                        parallel, WAITING, context, 4L * context, time("--keep-alive", keepAlive));
        RunShelf shelf = new RunShelf(workspace, runs, device, held.form(), CONVERSATIONS);
        return new LocalCompleter(shelf, limits);
    }

    /// @param text such as `30s`, `5m`, `2h`; without a letter seconds; negative for ever
    static Duration time(String option, String text) {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches()) {
            throw new UserError(
                    "this is no length of time", option, option + " 30s, 5m or 2h; -1 for ever");
        }
        long count = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofSeconds(count);
        };
    }

    /// Opens what answers, and asks it for its models, or loads the default one, so that what is
    /// wrong shows now.
    ///
    /// @param runs that may be asked for, the default first; empty for every finished one. Behind
    ///     another server, the first one says how prompts begin
    Completer open(Workspace workspace, List<String> runs, Console console) throws IOException {
        return memory.remembering(opened(workspace, runs, console), workspace);
    }

    private Completer opened(Workspace workspace, List<String> runs, Console console)
            throws IOException {
        if (upstream != null) {
            return upstream(workspace, runs, upstream, console);
        }
        if (!upstreamModel.isEmpty() || upstreamKey != null) {
            throw new UserError(
                    "there is no other server",
                    "--upstream-model, --upstream-key-file",
                    "--upstream URL");
        }
        LeakGate.check(workspace, runs, acceptLeaks, console);
        LocalCompleter completer = local(workspace, runs);
        try {
            completer.warm("");
            return completer;
        } catch (RuntimeException e) {
            completer.close();
            throw e;
        }
    }

    private Completer upstream(Workspace workspace, List<String> runs, String url, Console console)
            throws IOException {
        UpstreamConfig config =
                UpstreamConfig.of(url)
                        .withModel(upstreamModel)
                        .withKey(UpstreamKey.find(System.getenv(), upstreamKey));
        if (config.leavesThisMachine()) {
            console.warn(
                    "conversations leave this machine: they are sent to "
                            + config.origin()
                            + (config.encrypted() ? "" : ", unencrypted"));
        }
        Optional<RunFolder> run =
                runs.isEmpty() || runs.getFirst().equals(RunFolder.LATEST)
                        ? RunFolder.latestFinished(workspace)
                        : Optional.of(RunFolder.open(workspace, runs.getFirst()));
        Completer completer =
                run.isPresent()
                        ? behind(workspace, config, RunSetup.of(run.get()), console)
                        : new UpstreamCompleter(config, owner(workspace), null);
        try {
            completer.models();
            return completer;
        } catch (RuntimeException e) {
            completer.close();
            throw e;
        }
    }

    /// With the template of a run, where its base's tokenizer is on this machine.
    private static Completer behind(
            Workspace workspace, UpstreamConfig config, RunSetup setup, Console console) {
        DatasetConfig data = DatasetConfig.from(setup.data());
        boolean seed = data.template() == DatasetConfig.Template.SEED;
        TemplateEncoder encoder = null;
        try {
            encoder = TemplateEncoder.load(BaseModel.find(workspace, setup.base()).path(), seed);
        } catch (UserError e) {
            console.warn(
                    e.what()
                            + ": the other server's own template is used, and tokens are"
                            + " estimated");
        }
        return new UpstreamCompleter(config, setup.voice(), encoder);
    }

    /// The first line of the default recipe, where somebody said who they are; null for none.
    static @Nullable Voice owner(Workspace workspace) {
        if (!Files.exists(workspace.chats())) {
            return null;
        }
        Settings recipe = RecipeFile.load("default", List.of()).settings().section("dataset");
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            return store.me()
                    .map(me -> new Voice(me.name(), DatasetConfig.from(recipe).systemLine()))
                    .orElse(null);
        }
    }
}
