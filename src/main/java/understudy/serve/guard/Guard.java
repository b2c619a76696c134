package understudy.serve.guard;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import understudy.base.Hours;
import understudy.reply.Completer;
import understudy.serve.Extension;
import understudy.serve.http.InFlight;
import understudy.serve.http.Route;
import understudy.serve.http.SafeHeaders;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.Field;
import understudy.serve.wire.Fields;

/// Puts what keeps the endpoint safe in front of its routes, and adds those that watch it.
public final class Guard implements Extension {
    /// Longer than any answer takes: Jetty's own timeout is a second net under [Connections].
    private static final Duration IDLE = Duration.ofMinutes(20);

    private static final int RETRY_SECONDS = 10;

    private final Rules rules;
    private final Completer completer;
    private final Metrics metrics;
    private final Clock clock;
    private final Connections connections;
    private @Nullable InFlight inFlight;

    /// @param completer asked only which models there are; stays the caller's to close
    /// @param clock     with the zone that the hours are meant in
    public Guard(Rules rules, Completer completer, Metrics metrics, Clock clock) {
        this.rules = rules;
        this.completer = completer;
        this.metrics = metrics;
        this.clock = clock;
        this.connections = new Connections(rules.limits());
    }

    @Field("That the process lives.")
    record Health(@Field("Always `ok`.") String status) {}

    @Field("That a text would be written now.")
    record Ready(@Field("Always `ready`.") String status) {}

    @Override
    public List<Route> routes() {
        return List.of(
                Route.get("/health", "health")
                        .says("Does the process live?", "Always; needs no key.")
                        .answer(Route.Answer.json(200, "It lives.", Health.class))
                        .open()
                        .handler(context -> answer(context, new Health("ok"))),
                Route.get("/ready", "ready")
                        .says("Would it write now?", "503 says why not.")
                        .answer(Route.Answer.json(200, "It would.", Ready.class))
                        .handler(this::ready),
                Route.get("/metrics", "metrics")
                        .says("Counters", "In Prometheus' text format.")
                        .answer(Route.Answer.text(200, "The counters.", "text/plain"))
                        .handler(context -> {
                            context.contentType(Metrics.CONTENT_TYPE);
                            context.result(metrics.text());
                        }));
    }

    private static void answer(Context context, Record body) {
        context.result(Fields.mapper().writeValueAsString(body));
    }

    private void ready(Context context) {
        InFlight running = inFlight;
        if (running != null) {
            running.refuseWhenStopping();
        }
        Hours hours = rules.hours();
        ZonedDateTime now = ZonedDateTime.now(clock);
        if (hours != null && !hours.contains(now)) {
            int wait = (int) hours.untilNext(now).toSeconds() + 1;
            throw ApiError.later(503, "outside of " + hours, "outside_hours", wait);
        }
        if (completer.models().isEmpty()) {
            throw ApiError.later(503, "there is no model", "no_model", RETRY_SECONDS);
        }
        answer(context, new Ready("ready"));
    }

    @Override
    public void serving(InFlight requests) {
        inFlight = requests;
    }

    @Override
    public void connector(ServerConnector connector) {
        connector.addEventListener(connections);
        connector.setIdleTimeout(IDLE.toMillis());
        // a crowd that comes at once; the system's fifty would make the rest try again in seconds
        connector.setAcceptQueueSize(rules.limits().connections());
    }

    @Override
    public void configure(JavalinConfig config, List<Route> routes) {
        GuardHandler.Paths paths =
                new GuardHandler.Paths(
                        paths(routes, r -> r.open() && r.method().equals(HandlerType.GET)),
                        paths(routes, r -> r.request() != null));
        GuardHandler handler = new GuardHandler(rules, paths, connections, metrics, clock);
        config.jetty.modifyServer(server -> server.insertHandler(handler));
        config.jetty.modifyHttpConfiguration(this::configure);
        config.routes.beforeMatched(context -> {
            Endpoint matched = context.endpoints().matchedHttpEndpoint();
            if (matched != null) {
                context.attribute(GuardHandler.ROUTE, matched.path);
            }
        });
        config.events.serverStopped(connections::close);
    }

    private static Set<String> paths(List<Route> routes, Predicate<Route> which) {
        return routes.stream().filter(which).map(Route::path).collect(Collectors.toSet());
    }

    private void configure(HttpConfiguration http) {
        http.setRequestHeaderSize(rules.limits().headerBytes());
        // doubled and foreign names get to HostCheck, which answers them as it does all others
        http.setHttpCompliance(
                HttpCompliance.RFC9110.with(
                        "hosts checked",
                        HttpCompliance.Violation.DUPLICATE_HOST_HEADERS,
                        HttpCompliance.Violation.UNSAFE_HOST_HEADER,
                        HttpCompliance.Violation.MISMATCHED_AUTHORITY));
        http.addCustomizer(Guard::addHeaders);
    }

    private static Request addHeaders(Request request, HttpFields.Mutable headers) {
        SafeHeaders.put(headers);
        return request;
    }
}
