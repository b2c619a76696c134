package understudy.serve.guard;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import understudy.base.Hours;

/// Stands in front of everything that answers, unknown paths and static files included.
///
/// The order matters: who may not know that this server is here learns nothing else of it, and no
/// body is read before its sender has shown a key.
final class GuardHandler extends Handler.Wrapper {
    /// Attribute of a request: the path of its route, as it is registered.
    static final String ROUTE = "understudy.route";

    private static final int BUSY_SECONDS = 5;

    private final Rules rules;
    private final HostCheck hosts;
    private final OriginCheck origins;
    private final WrongKeys wrongKeys;
    private final Paths paths;
    private final Connections connections;
    private final Metrics metrics;
    private final Clock clock;

    /// What the guard has to know of the routes.
    ///
    /// @param open   paths that need no key
    /// @param bodies paths that take a body
    record Paths(Set<String> open, Set<String> bodies) {}

    GuardHandler(Rules rules, Paths paths, Connections connections, Metrics metrics, Clock clock) {
        this.rules = rules;
        this.hosts = new HostCheck(rules.host(), rules.allowedHosts());
        this.origins = new OriginCheck(hosts);
        this.wrongKeys = new WrongKeys(rules.limits().wrongKeys(), System::nanoTime);
        this.paths = paths;
        this.connections = connections;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Connections.Watch watch = connections.watch(request);
        TimedRequest timed = connections.begin(request, watch);
        TimedResponse answer = new TimedResponse(timed, response, watch);
        long began = System.nanoTime();
        Denial denial = denial(request, watch);
        Request.addCompletionListener(
                request,
                failure -> {
                    Object route = request.getAttribute(ROUTE);
                    String name =
                            denial != null
                                    ? "denied"
                                    : route == null ? "unknown" : route.toString();
                    metrics.answered(name, response.getStatus(), System.nanoTime() - began);
                });
        if (denial != null) {
            denial.write(answer, new Lingering(timed, callback));
            return true;
        }
        return super.handle(timed, answer, new Lingering(timed, callback));
    }

    private @Nullable Denial denial(Request request, Connections.Watch watch) {
        Denial denial = fromElsewhere(request);
        if (denial == null) {
            denial = withoutKey(request);
        }
        if (denial == null && watch.excess()) {
            denial =
                    new Denial(
                            503,
                            "too_many_connections",
                            "too many connections are open",
                            BUSY_SECONDS,
                            true);
        }
        if (denial == null && takesBody(request)) {
            denial = wrongBody(request);
            if (denial == null) {
                denial = closed();
            }
        }
        return denial;
    }

    private @Nullable Denial fromElsewhere(Request request) {
        List<String> named = request.getHeaders().getValuesList(HttpHeader.HOST);
        if (!hosts.passes(named, target(request), local(request), port(request))) {
            return Denial.closing(
                    403,
                    "host_not_allowed",
                    "this server does not go by the name in the Host header; where a proxy or"
                            + " another name leads to it, start it with --allowed-host NAME");
        }
        HttpFields headers = request.getHeaders();
        OriginCheck.Source source =
                new OriginCheck.Source(
                        headers.get("Sec-Fetch-Site"),
                        headers.get("Sec-Fetch-Mode"),
                        headers.get("Sec-Fetch-Dest"));
        List<String> pages =
                headers.getFields(HttpHeader.ORIGIN).stream().map(HttpField::getValue).toList();
        boolean own = origins.passes(request.getMethod(), named.getFirst(), pages, source);
        return own
                ? null
                : Denial.of(
                        403, "origin_not_allowed", "pages of other sites may not use this server");
    }

    /// The name in the first line of a request to a proxy, `GET http://name/path`; null where it
    /// has none. Jetty copies the `Host` field to where none was given.
    private static @Nullable String target(Request request) {
        HttpURI uri = request.getHttpURI();
        return uri.isAbsolute() && uri.getAuthority() != null ? uri.getAuthority() : null;
    }

    private @Nullable Denial withoutKey(Request request) {
        ApiKey key = rules.key();
        if (key == null || isOpen(request)) {
            return null;
        }
        InetAddress address = remote(request);
        int wait = wrongKeys.wait(address);
        if (wait > 0) {
            return Denial.later(429, "too_many_wrong_keys", "too many wrong keys; wait", wait);
        }
        List<String> shown = request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
        if (shown.size() == 1 && key.opens(shown.getFirst())) {
            return null;
        }
        if (!shown.isEmpty()) {
            wrongKeys.wrong(address);
        }
        return Denial.of(
                401,
                "invalid_api_key",
                shown.isEmpty()
                        ? "send the key that the server showed: Authorization: Bearer KEY"
                        : "this is not the server's key; understudy serve --new-key makes another");
    }

    /// The path is compared as it was sent: any other way to write it needs a key.
    private boolean isOpen(Request request) {
        String path = request.getHttpURI().getPath();
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        return reads && path != null && paths.open.contains(path);
    }

    /// What is sent to other addresses is not read; the router says that they are wrong.
    private boolean takesBody(Request request) {
        String path = Request.getPathInContext(request);
        boolean slash = path.length() > 1 && path.endsWith("/");
        String plain = slash ? path.substring(0, path.length() - 1) : path;
        return request.getMethod().equals("POST") && paths.bodies.contains(plain);
    }

    private static @Nullable Denial wrongBody(Request request) {
        HttpFields headers = request.getHeaders();
        if (headers.contains(HttpHeader.CONTENT_ENCODING)) {
            return Denial.of(
                    415, "unsupported_media_type", "send the body as it is, not compressed");
        }
        List<String> types = headers.getValuesList(HttpHeader.CONTENT_TYPE);
        if (types.size() == 1 && isJson(types.getFirst())) {
            return null;
        }
        return Denial.of(
                415,
                "unsupported_media_type",
                "send the body as JSON, with the header Content-Type: application/json");
    }

    /// A web page can send other types to any server without asking it first; this one it cannot.
    private static boolean isJson(String contentType) {
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", 2);
        boolean utf8 =
                parts.length == 1
                        || parts[1].isBlank()
                        || parts[1].replace("\"", "").strip().matches("charset\\s*=\\s*utf-?8");
        return parts[0].strip().equals("application/json") && utf8;
    }

    private @Nullable Denial closed() {
        Hours hours = rules.hours();
        if (hours == null) {
            return null;
        }
        ZonedDateTime now = ZonedDateTime.now(clock);
        return hours.contains(now)
                ? null
                : Denial.later(
                        503,
                        "outside_hours",
                        "this server writes at " + hours + " only",
                        (int) hours.untilNext(now).toSeconds() + 1);
    }

    private static @Nullable InetAddress local(Request request) {
        return request.getConnectionMetaData().getLocalSocketAddress()
                        instanceof InetSocketAddress socket
                ? socket.getAddress()
                : null;
    }

    private static @Nullable InetAddress remote(Request request) {
        return request.getConnectionMetaData().getRemoteSocketAddress()
                        instanceof InetSocketAddress socket
                ? socket.getAddress()
                : null;
    }

    private static int port(Request request) {
        return request.getConnectionMetaData().getLocalSocketAddress()
                        instanceof InetSocketAddress socket
                ? socket.getPort()
                : -1;
    }
}
