package understudy.serve;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinBindException;
import io.javalin.util.JavalinException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.UserError;
import understudy.reply.Completer;
import understudy.serve.api.ApiRoutes;
import understudy.serve.api.People;
import understudy.serve.api.Writing;
import understudy.serve.http.Errors;
import understudy.serve.http.InFlight;
import understudy.serve.http.JettyErrors;
import understudy.serve.http.JsonBody;
import understudy.serve.http.Route;
import understudy.serve.http.WatchedConnector;

/// The endpoint, from its port to its last route.
public final class Server implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Until the server has stopped at the latest; a service manager kills it after more.
    private static final Duration STOP = Duration.ofSeconds(9);

    private final Config config;
    private final Errors errors;

    /// In which the last bytes of answers that are complete must have left.
    private static final Duration FLUSH = Duration.ofSeconds(2);

    /// After which a connection without a request is closed when the server stops.
    private static final Duration IDLE = Duration.ofMillis(200);

    private final InFlight inFlight;
    private final List<Extension> extensions;
    private final List<Route> routes;
    private final List<String> registered = new ArrayList<>();
    private @Nullable Javalin javalin;
    private @Nullable ObjectNode description;

    /// @param host      address to listen at
    /// @param port      0 for one that is free
    /// @param bodyBytes most bytes of a request's body
    /// @param limit     longest time of one request
    /// @param patience  in which answers may come to their own end when the server stops
    public record Config(String host, int port, int bodyBytes, Duration limit, Duration patience) {
        /// Room for a million tokens, so that too long a prompt gets a reason and not just 413.
        public static final int BODY_BYTES = 8_000_000;

        public static final Duration LIMIT = Duration.ofMinutes(10);

        public Config(String host, int port, int bodyBytes, Duration limit) {
            this(host, port, bodyBytes, limit, PATIENCE);
        }

        public static Config local(int port) {
            return new Config("127.0.0.1", port, BODY_BYTES, LIMIT);
        }
    }

    /// What the routes answer with.
    ///
    /// @param completer stays the caller's to close
    /// @param people    to whom one can ask to talk
    /// @param faults    told of what nobody expected
    public record Parts(
            Completer completer, People people, Consumer<Throwable> faults, Clock clock) {}

    public Server(Config config, Parts parts, List<Extension> extensions) {
        this.config = config;
        this.errors = new Errors(parts.faults());
        this.inFlight = new InFlight(config.limit());
        this.extensions = List.copyOf(extensions);
        JsonBody body = new JsonBody(config.bodyBytes());
        Writing writing = new Writing(parts.completer(), inFlight, errors, body);
        List<Route> all = new ArrayList<>();
        all.addAll(ApiRoutes.of(writing, parts.people(), parts.clock()));
        extensions.forEach(extension -> all.addAll(extension.routes()));
        all.addAll(new PageRoutes(parts.completer(), () -> description()).routes());
        this.routes = List.copyOf(all);
        extensions.forEach(extension -> extension.serving(inFlight));
    }

    /// Every route, those of extensions included.
    public List<Route> routes() {
        return routes;
    }

    /// The OpenAPI document; made once, when it is first asked for.
    private synchronized ObjectNode description() {
        ObjectNode known = description;
        if (known == null) {
            known = OpenApi.document(routes);
            description = known;
        }
        return known;
    }

    /// What is being answered, and whether it is stopping.
    public InFlight inFlight() {
        return inFlight;
    }

    /// Opens the port.
    ///
    /// @throws UserError where it cannot be had
    public void start() {
        try {
            javalin = Javalin.create(this::configure).start();
        } catch (JavalinBindException e) {
            throw new UserError(
                    "port " + config.port() + " cannot be opened; something else may use it",
                    config.host() + ":" + config.port(),
                    "end the other program, or choose another port with --port (0 for any)",
                    e);
        }
    }

    private void configure(JavalinConfig javalinConfig) {
        javalinConfig.events.handlerAdded(handler -> {
            if (handler.getHttpMethod().isHttpMethod()) {
                registered.add(handler.getHttpMethod().name() + " " + handler.getPath());
            }
        });
        javalinConfig.startup.showJavalinBanner = false;
        javalinConfig.startup.showOldJavalinVersionWarning = false;
        javalinConfig.startup.startupWatcherEnabled = false;
        javalinConfig.concurrency.useVirtualThreads = true; // a thread waits for every answer
        javalinConfig.http.prefer405over404 = true;
        javalinConfig.http.maxRequestSize = config.bodyBytes();
        javalinConfig.http.defaultContentType = "application/json";
        javalinConfig.http.compressionStrategy = CompressionStrategy.NONE;
        javalinConfig.jetty.modifyServer(server -> {
            server.setErrorHandler(new JettyErrors());
            server.insertHandler(new GracefulHandler());
            server.setStopTimeout(FLUSH.toMillis());
        });
        javalinConfig.jetty.addConnector((server, http) -> {
            http.setSendServerVersion(false);
            WatchedConnector connector =
                    new WatchedConnector(server, http, config.host(), config.port());
            connector.setShutdownIdleTimeout(IDLE.toMillis());
            extensions.forEach(extension -> extension.connector(connector));
            return connector;
        });
        extensions.forEach(extension -> extension.configure(javalinConfig, routes));
        PageRoutes.protect(javalinConfig);
        for (Route route : routes) {
            javalinConfig.routes.addHttpHandler(route.method(), route.path(), route.handler());
        }
        errors.install(javalinConfig);
    }

    /// What was registered, as `GET /path`; for the test that it is [#routes()] and nothing else.
    List<String> registered() {
        return List.copyOf(registered);
    }

    /// The port it listens at.
    public int port() {
        Javalin running = javalin;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running.port();
    }

    /// Its address, such as `http://127.0.0.1:8080`.
    public String url() {
        String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
        return "http://" + host + ":" + port();
    }

    /// Lets no request in any more, gives those that run some seconds to end, then ends them.
    public void stop() {
        Javalin running = javalin;
        if (running != null) {
            inFlight.stop(config.patience(), STOP);
            try {
                running.stop();
            } catch (JavalinException e) {
                if (!(e.getCause() instanceof TimeoutException)) {
                    throw e;
                }
                // whoever still holds a connection was waited for and is closed now
            }
            javalin = null;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
