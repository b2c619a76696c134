package understudy.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;

/// Stands in for a server with one model. It answers with the last marker (`mark17`) of the last
/// message it is given, and counts how often it is asked.
final class Upstream implements AutoCloseable {
    static final Pattern MARKER = Pattern.compile("mark\\d+");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    Upstream() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/", exchange -> write(exchange, 404, "{}"));
        server.createContext(
                "/v1/models",
                exchange -> write(exchange, 200, "{\"data\": [{\"id\": \"stand-in\"}]}"));
        server.createContext("/v1/chat/completions", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// How many answers were asked for.
    int calls() {
        return calls.get();
    }

    /// Lets every answer wait until [#release].
    void hold() {
        gate = new CountDownLatch(1);
    }

    void release() {
        gate.countDown();
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode request = Json.json().readTree(exchange.getRequestBody().readAllBytes());
        JsonNode messages = request.path("messages");
        CountDownLatch open = gate;
        calls.incrementAndGet();
        try {
            open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String last = messages.path(messages.size() - 1).path("content").asString();
        String marker = "";
        for (Matcher found = MARKER.matcher(last); found.find(); ) {
            marker = found.group();
        }
        ObjectNode completion = Json.json().createObjectNode();
        completion
                .putArray("choices")
                .addObject()
                .put("finish_reason", "stop")
                .putObject("message")
                .put("role", "assistant")
                .put("content", "so much for " + marker);
        write(exchange, 200, completion.toString());
    }

    private static void write(HttpExchange exchange, int status, String json) throws IOException {
        try (exchange) {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        threads.shutdownNow();
    }
}
