package understudy.serve.guard;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import understudy.base.Hours;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Voice;
import understudy.serve.Extension;
import understudy.serve.Server;

/// A whole server on a free port, guarded, with a completer of the test's.
final class Guarded implements AutoCloseable {
    final Metrics metrics = new Metrics(new Cost(Cost.WATTS, 0.3));
    final Completer completer;
    final Server server;
    final List<Throwable> faults = new CopyOnWriteArrayList<>();

    /// What a test changes.
    static final class Options {
        String host = "127.0.0.1";
        Set<String> allowedHosts = Set.of();
        @Nullable ApiKey key;
        @Nullable Hours hours;
        Limits limits = Limits.STANDARD;
        Clock clock = Clock.systemDefaultZone();
        Completer completer = new SlotCompleter(2, 8, 1);
        Duration limit = Duration.ofMinutes(1);
        List<Extension> more = List.of();
    }

    Guarded() {
        this(new Options());
    }

    Guarded(Options options) {
        completer = new MeteredCompleter(options.completer, metrics);
        Rules rules =
                new Rules(
                        options.host,
                        options.allowedHosts,
                        options.key,
                        options.hours,
                        options.limits);
        List<Extension> extensions = new ArrayList<>(options.more);
        extensions.add(new Guard(rules, completer, metrics, options.clock));
        server =
                new Server(
                        new Server.Config(options.host, 0, Server.Config.BODY_BYTES, options.limit),
                        new Server.Parts(
                                completer,
                                name -> Optional.of(new Voice.Partner(name, null)),
                                faults::add,
                                options.clock),
                        extensions);
        server.start();
    }

    int port() {
        return server.port();
    }

    /// Pieces of a prompt that [SlotCompleter] understands, as a body for `/generate`.
    static String generate(String prompt, int tokens) {
        return "{\"prompt\": \"" + prompt + "\", \"max_new_tokens\": " + tokens + "}";
    }

    static Completion.Piece piece(String text) {
        return new Completion.Piece(text, List.of());
    }

    @Override
    public void close() {
        server.close();
    }
}
