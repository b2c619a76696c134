package understudy.cli;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.reply.Completer;
import understudy.reply.LocalCompleter;

/// Where answers come from, for commands that answer others: runs of this machine.
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
        return new LocalCompleter(new RunShelf(workspace, runs, device, CONVERSATIONS), limits);
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

    /// Opens what answers, and loads the default model so that what is wrong with it shows now.
    Completer open(Workspace workspace, List<String> runs) {
        LocalCompleter completer = local(workspace, runs);
        try {
            completer.warm("");
            return completer;
        } catch (RuntimeException e) {
            completer.close();
            throw e;
        }
    }
}
