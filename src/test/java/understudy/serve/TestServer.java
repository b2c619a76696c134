package understudy.serve;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.reply.Voice;
import understudy.serve.api.People;
import understudy.serve.guard.ApiKey;
import understudy.serve.guard.Cost;
import understudy.serve.guard.Guard;
import understudy.serve.guard.Limits;
import understudy.serve.guard.Metrics;
import understudy.serve.guard.Rules;

/// A server over a [FakeCompleter], at a free port, and ways to ask it.
final class TestServer implements AutoCloseable {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-25T10:00:00Z"), ZoneOffset.UTC);

    final FakeCompleter completer = new FakeCompleter();
    final List<Throwable> faults = new CopyOnWriteArrayList<>();
    final Server server;
    private final HttpClient client = HttpClient.newHttpClient();

    /// Bodies of up to 100,000 bytes.
    static Server.Config smallBodies() {
        return new Server.Config("127.0.0.1", 0, 100_000, Duration.ofMinutes(1));
    }

    TestServer() {
        this(smallBodies());
    }

    TestServer(Server.Config config) {
        this(config, List.of());
    }

    private TestServer(Server.Config config, List<Extension> extensions) {
        People people =
                name ->
                        name.equals("Kim")
                                ? Optional.of(new Voice.Partner("Kim", "sister"))
                                : Optional.empty();
        server =
                new Server(
                        config,
                        new Server.Parts(completer, people, faults::add, CLOCK),
                        extensions);
        server.start();
    }

    /// A server as `understudy serve` makes it, with all of its routes.
    ///
    /// @param key that clients must send; null for none
    static TestServer guarded(@Nullable String key) {
        return guarded(key, Server.Config.local(0));
    }

    static TestServer guarded(@Nullable String key, Server.Config config) {
        Rules rules =
                new Rules(
                        "127.0.0.1",
                        Set.of(),
                        key == null ? null : ApiKey.given(key),
                        null,
                        Limits.STANDARD);
        Guard guard =
                new Guard(rules, new FakeCompleter(), new Metrics(new Cost(Cost.WATTS, 0)), CLOCK);
        return new TestServer(config, List.of(guard));
    }

    int port() {
        return server.port();
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        return send(request(path, headers).GET().build());
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return send(
                request(path, "Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .timeout(Duration.ofSeconds(30));
        return headers.length == 0 ? builder : builder.headers(headers);
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> response) {
        return Json.json().readTree(response.body());
    }

    @Override
    public void close() {
        server.close();
    }
}
