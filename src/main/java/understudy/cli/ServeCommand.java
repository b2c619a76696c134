package understudy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import understudy.base.ExitCode;
import understudy.base.Hours;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.reply.Completer;
import understudy.serve.Server;
import understudy.serve.guard.ApiKey;
import understudy.serve.guard.Cost;
import understudy.serve.guard.Guard;
import understudy.serve.guard.Limits;
import understudy.serve.guard.MeteredCompleter;
import understudy.serve.guard.Metrics;
import understudy.serve.guard.Rules;

/// Answers over HTTP until it is told to stop.
@CommandLine.Command(
        name = "serve",
        description = "Let programs talk to the clone over HTTP, as they talk to OpenAI.",
        footer = {
            "",
            "Examples:",
            "  understudy serve",
            "  understudy serve --port 9000 --hours 18:00-23:00",
            "  understudy serve --host 0.0.0.0 --new-key",
            "",
            "Only this machine is let in, unless --host says otherwise; then a key is needed.",
            "GET /docs shows the API in a browser. Ctrl-C lets what is being written end, and"
                    + " stops."
        })
final class ServeCommand extends Command {
    /// Where the key's hash is kept, in the home.
    private static final String KEY_FILE = "serve.key";

    private static final int MOST_PORT = 65_535;

    @Parameters(
            index = "0",
            arity = "0..*",
            paramLabel = "RUN",
            description = "Runs to serve, the default first (default: every finished run).")
    List<String> runs = List.of();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "Port to listen at; 0 for any that is free (default: ${DEFAULT-VALUE}).")
    int port = 8080;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen at (default: ${DEFAULT-VALUE}, this machine only).")
    String host = "127.0.0.1";

    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            description = "Another name under which this server may be called, such as a proxy's.")
    List<String> allowedHosts = List.of();

    @Option(
            names = "--new-key",
            description = "Make a key that every client must send, and show it once.")
    boolean newKey;

    @Option(
            names = "--hours",
            paramLabel = "FROM-TO",
            description = "When to answer, such as 18:00-23:00 (default: always).")
    @Nullable String hours;

    @Option(
            names = "--time-limit",
            paramLabel = "TIME",
            defaultValue = "10m",
            description = "Longest time of one answer (default: ${DEFAULT-VALUE}).")
    String timeLimit = "10m";

    @Option(
            names = "--watts",
            paramLabel = "W",
            defaultValue = "15",
            description =
                    "What a busy core takes, to estimate the cost (default: ${DEFAULT-VALUE}).")
    double watts = Cost.WATTS;

    @Option(
            names = "--price",
            paramLabel = "PRICE",
            defaultValue = "0",
            description = "Of a kilowatt-hour, in your currency; 0 to show no cost.")
    double price;

    @Mixin CompleterOptions options = new CompleterOptions();

    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        Duration limit = checked();
        Hours open = hours == null ? null : Hours.parse(hours, "--hours");
        ApiKey.Made made = newKey ? ApiKey.make() : null;
        ApiKey key = made == null ? knownKey(workspace) : made.key();
        remembers(key, console);
        Rules rules = new Rules(host, Set.copyOf(allowedHosts), key, open, Limits.STANDARD);
        Metrics metrics = new Metrics(new Cost(watts, price));
        Clock clock = Clock.systemDefaultZone();
        try (StopSignal signal = new StopSignal(ended::countDown);
                Completer completer =
                        new MeteredCompleter(options.open(workspace, runs, console), metrics);
                Server server =
                        new Server(
                                new Server.Config(host, port, Server.Config.BODY_BYTES, limit),
                                new Server.Parts(
                                        completer,
                                        new StoredPeople(workspace),
                                        fault -> tell(console, workspace, fault),
                                        clock),
                                List.of(new Guard(rules, completer, metrics, clock)))) {
            server.start();
            if (made != null) {
                // not before it can be shown: one kept unseen would lock its owner out
                made.keep(workspace.home().resolve(KEY_FILE));
                console.say("key:    " + made.secret() + "   (shown this once; keep it)");
            }
            announce(console, server, completer, key != null, open);
            ended.await();
            console.say("stopping: what is being written may end");
            server.stop();
            console.say(metrics.summary());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.OK;
    }

    /// Who asks says as whom, and with `--memory` is answered out of that person's chat.
    private void remembers(@Nullable ApiKey key, Console console) {
        if (!options.memory.on) {
            return;
        }
        if (key == null) {
            throw new UserError(
                    "every program of this machine could ask for your chats with anybody",
                    "--memory",
                    "let only those in who have a key: --new-key; or leave --memory out");
        }
        console.warn(
                "whoever has the key can say that they are anybody of your chats, and is answered"
                        + " out of what you and that person wrote: keep the key to yourself");
    }

    private Duration checked() {
        if (port < 0 || port > MOST_PORT) {
            throw new UserError("there is no port " + port, "--port", "choose 0 to " + MOST_PORT);
        }
        if (!(watts >= 0) || !(price >= 0)) {
            throw new UserError("less than nothing", "--watts, --price", "choose 0 or more");
        }
        Duration limit = CompleterOptions.time("--time-limit", timeLimit);
        if (!limit.isPositive()) {
            throw new UserError("answers need time", "--time-limit", "--time-limit 10m");
        }
        return limit;
    }

    private static @Nullable ApiKey knownKey(Workspace workspace) throws IOException {
        String given = System.getenv(ApiKey.VARIABLE);
        return given == null || given.isBlank()
                ? ApiKey.read(workspace.home().resolve(KEY_FILE))
                : ApiKey.given(given);
    }

    /// The request that failed gets no details; the owner gets a file.
    private static void tell(Console console, Workspace workspace, Throwable fault) {
        Path log = Failures.writeCrash(fault, workspace);
        console.error(
                "a request failed (" + fault.getClass().getName() + ")",
                null,
                "please report it" + (log == null ? "" : "; the details are in " + log));
    }

    private void announce(
            Console console,
            Server server,
            Completer completer,
            boolean locked,
            @Nullable Hours open) {
        String url = server.url();
        List<String> models = completer.models().stream().map(Completer.ModelInfo::id).toList();
        List<String> shown = models.stream().map(model -> Shown.safe(model, 80)).toList();
        console.say("url:    " + url);
        console.say("docs:   " + url + "/docs");
        console.say("models: " + String.join(", ", shown));
        List<String> whom = new ArrayList<>();
        whom.add(Rules.isLoopback(host) ? "programs of this machine" : "whoever reaches " + host);
        if (locked) {
            whom.add("with the key");
        }
        if (open != null) {
            whom.add("at " + open);
        }
        console.say("serves: " + String.join(", ", whom));
        console.say("stop:   Ctrl-C");
        console.say("");
        console.say(example(url, locked));
        console.say("");
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("url", url);
        json.put("docs", url + "/docs");
        json.put("models", models);
        console.result(json);
    }

    /// A line to paste into another terminal.
    private static String example(String url, boolean locked) {
        return "curl %s/v1/chat/completions -H 'Content-Type: application/json'%s -d '%s'"
                .formatted(
                        url,
                        locked ? " -H \"Authorization: Bearer $UNDERSTUDY_API_KEY\"" : "",
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"How are you?\"}]}");
    }
}
