package understudy.reply;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;

/// Stands in for a server: answers what it was told for a path, one answer after the other, the
/// last again and again.
final class StandIn implements AutoCloseable {
    /// A request that came in.
    record Seen(String method, String path, String authorization, JsonNode body) {}

    /// Writes an answer.
    @FunctionalInterface
    interface Reply {
        void answer(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Queue<Reply>> replies = new ConcurrentHashMap<>();
    final List<Seen> seen = new CopyOnWriteArrayList<>();

    StandIn() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    StandIn on(String path, Reply... answers) {
        replies.put(path, new ConcurrentLinkedQueue<>(List.of(answers)));
        return this;
    }

    /// A list with these models, of a server that is of no known kind.
    StandIn models(String... ids) {
        StringBuilder data = new StringBuilder();
        for (String id : ids) {
            data.append(data.isEmpty() ? "" : ",").append("{\"id\":\"" + id + "\"}");
        }
        return on("/v1/models", json(200, "{\"object\":\"list\",\"data\":[" + data + "]}"));
    }

    UpstreamConfig config() {
        return UpstreamConfig.of(url())
                .withLimits(
                        new UpstreamConfig.Limits(
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(5),
                                16 << 20));
    }

    List<Seen> seen(String path) {
        return seen.stream().filter(s -> s.path.equals(path)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            seen.add(
                    new Seen(
                            exchange.getRequestMethod(),
                            path,
                            authorization == null ? "" : authorization,
                            Json.json()
                                    .readTree(
                                            body.length == 0
                                                    ? "{}"
                                                    : new String(body, StandardCharsets.UTF_8))));
            Queue<Reply> waiting = replies.get(path);
            if (waiting == null) {
                json(404, "{\"detail\":\"Not Found\"}").answer(exchange);
                return;
            }
            Reply next = waiting.size() > 1 ? waiting.remove() : waiting.element();
            next.answer(exchange);
        }
    }

    static Reply json(int status, String body, String... headers) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /// A stream of events, as it is written here.
    static Reply events(String raw) {
        return exchange -> {
            begin(exchange);
            exchange.getResponseBody().write(raw.getBytes(StandardCharsets.UTF_8));
        };
    }

    static OutputStream begin(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
        return exchange.getResponseBody();
    }

    /// A chat's events that say these words.
    static String chat(String finish, String... words) {
        StringBuilder all = new StringBuilder();
        for (String word : words) {
            all.append(chunk(word));
        }
        all.append(
                "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\""
                        + finish
                        + "\"}]}\n\n");
        return all + "data: [DONE]\n\n";
    }

    static String chunk(String word) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":"
                + Json.json().writeValueAsString(word)
                + "}}]}\n\n";
    }

    /// What a real server answered, see `reference/record_upstream.py`.
    static Reply recorded(String server, String name) {
        byte[] all = bytes(server, name);
        String text = new String(all, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        List<String> head = text.substring(0, end).lines().toList();
        int status = Integer.parseInt(head.getFirst().split(" ")[1]);
        return exchange -> {
            for (String line : head.subList(1, head.size())) {
                String[] parts = line.split(": ?", 2);
                if (!parts[0].equalsIgnoreCase("date")) {
                    exchange.getResponseHeaders().set(parts[0], parts[1]);
                }
            }
            exchange.sendResponseHeaders(status, 0);
            exchange.getResponseBody().write(all, end + 4, all.length - end - 4);
        };
    }

    private static byte[] bytes(String server, String name) {
        try {
            return Files.readAllBytes(golden(server + "/" + name + ".http"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path golden(String name) {
        URL found = StandIn.class.getResource("/golden/upstream/" + name);
        if (found == null) {
            throw new IllegalArgumentException("no recording " + name);
        }
        try {
            return Path.of(found.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /// All names of recordings of a server.
    static List<String> recordings(String server) {
        try (Stream<Path> files = Files.list(golden(server + "/manifest.json").getParent())) {
            return new ArrayList<>(
                    files.map(f -> f.getFileName().toString())
                            .filter(n -> n.endsWith(".http"))
                            .map(n -> n.replace(".http", ""))
                            .sorted()
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
