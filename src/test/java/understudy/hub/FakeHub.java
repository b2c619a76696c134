package understudy.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import understudy.base.Json;
import understudy.weights.SafetensorsWriter;
import understudy.weights.WeightType;

/// A hub with one model, and a second server for its large files, both on this machine. Faults can
/// be queued for each file; each answer uses up one.
final class FakeHub implements AutoCloseable {
    static final String MODEL = "acme/tiny";
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /// A request that came in.
    record Seen(String server, String path, String authorization, String range) {}

    /// How the next answer goes wrong.
    @FunctionalInterface
    interface Fault {
        void answer(HttpExchange exchange, byte[] content) throws IOException;
    }

    private final HttpServer hub = server();
    private final HttpServer delivery = server();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);

    /// Released once for each answer that has fallen silent.
    final Semaphore silent = new Semaphore(0);

    private final Map<String, Queue<Fault>> faults = new HashMap<>();
    private final Map<String, String> announced = new HashMap<>();
    final Map<String, byte[]> files = new LinkedHashMap<>();
    final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    boolean ranges = true;

    FakeHub() throws IOException {
        files.put("config.json", "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8));
        files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
        files.put("README.md", "not needed".getBytes(StandardCharsets.UTF_8));
        files.put("model.safetensors", weights("w", 50_000));
        for (HttpServer server : List.of(hub, delivery)) {
            server.setExecutor(threads);
            server.createContext(
                    "/", exchange -> handle(server == hub ? "hub" : "delivery", exchange));
            server.start();
        }
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A safetensors file with one tensor.
    static byte[] weights(String name, int elements) throws IOException {
        Path file = Files.createTempFile("fake", ".safetensors");
        try {
            byte[] content = new byte[elements];
            for (int i = 0; i < elements; i++) {
                content[i] = (byte) (i * 31 + i / 251);
            }
            new SafetensorsWriter()
                    .add(name, WeightType.U8, new long[] {elements}, out -> out.write(content))
                    .write(file);
            return Files.readAllBytes(file);
        } finally {
            Files.delete(file);
        }
    }

    HubSettings settings(Path cache) {
        return new HubSettings(
                URI.create("http://localhost:" + hub.getAddress().getPort()),
                cache,
                null,
                false,
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                3,
                Duration.ofMillis(1),
                List.of("no-such-python"));
    }

    static HubSettings with(HubSettings s, String token, boolean offline, Duration stall) {
        return new HubSettings(
                s.endpoint(),
                s.cache(),
                token,
                offline,
                s.connect(),
                stall,
                s.attempts(),
                s.backoff(),
                s.pythons());
    }

    /// Queues a fault for a file, or for `api`.
    void fault(String file, Fault fault) {
        faults.computeIfAbsent(file, f -> new ConcurrentLinkedQueue<>()).add(fault);
    }

    /// Announces a hash that the content does not have.
    void announce(String file, String hash) {
        announced.put(file, hash);
    }

    static Fault status(int status) {
        return (exchange, content) -> exchange.sendResponseHeaders(status, -1);
    }

    static Fault busy(int status, String retryAfter) {
        return (exchange, content) -> {
            exchange.getResponseHeaders().add("Retry-After", retryAfter);
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /// The connection ends after so many bytes of the answer.
    static Fault cut(int bytes) {
        return (exchange, content) -> {
            partial(exchange, content, bytes);
            exchange.close();
        };
    }

    /// Nothing comes after so many bytes, and the connection stays open.
    Fault stall(int bytes) {
        return (exchange, content) -> {
            partial(exchange, content, bytes);
            silent.release();
            try {
                closing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    static Fault redirect(String location) {
        return (exchange, content) -> {
            exchange.getResponseHeaders().add("Location", location);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    private static void partial(HttpExchange exchange, byte[] content, int bytes)
            throws IOException {
        int from = from(exchange);
        headers(exchange, content, from);
        OutputStream out = exchange.getResponseBody();
        out.write(content, from, Math.min(bytes, content.length - from - 1));
        out.flush();
    }

    private void handle(String server, HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        seen.add(
                new Seen(
                        server,
                        path,
                        String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                        String.valueOf(exchange.getRequestHeaders().getFirst("Range"))));
        try {
            String name = path.substring(path.lastIndexOf('/') + 1);
            boolean api = path.startsWith("/api/");
            byte[] content = api ? answer() : files.getOrDefault(name, new byte[0]);
            boolean large = !api && server.equals("hub") && name.endsWith(".safetensors");
            Queue<Fault> queue = faults.getOrDefault(api ? "api" : name, new ArrayDeque<>());
            // faults of large files happen where their bytes come from
            Fault fault = large ? null : queue.poll();
            if (fault != null) {
                fault.answer(exchange, content);
            } else if (large) {
                redirect("http://127.0.0.1:" + delivery.getAddress().getPort() + "/cdn/" + name)
                        .answer(exchange, content);
            } else {
                int from = ranges ? from(exchange) : 0;
                headers(exchange, content, from);
                exchange.getResponseBody().write(content, from, content.length - from);
            }
        } finally {
            exchange.close();
        }
    }

    private static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    }

    private static void headers(HttpExchange exchange, byte[] content, int from)
            throws IOException {
        if (from > 0) {
            String range = "bytes %d-%d/%d".formatted(from, content.length - 1, content.length);
            exchange.getResponseHeaders().add("Content-Range", range);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
    }

    private byte[] answer() {
        List<Map<String, Object>> siblings =
                files.entrySet().stream().map(e -> sibling(e.getKey(), e.getValue())).toList();
        Map<String, Object> all = Map.of("id", MODEL, "sha", COMMIT, "siblings", siblings);
        return Json.json().writeValueAsBytes(all);
    }

    private Map<String, Object> sibling(String name, byte[] content) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("rfilename", name);
        all.put("size", content.length);
        all.put("blobId", announced.getOrDefault(name, gitHash(content)));
        if (name.endsWith(".safetensors")) {
            String hash = announced.getOrDefault(name, hex("SHA-256", content));
            all.put("lfs", Map.of("sha256", hash, "size", content.length, "pointerSize", 134));
        }
        return all;
    }

    static String gitHash(byte[] content) {
        byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(header, header.length + content.length);
        System.arraycopy(content, 0, all, header.length, content.length);
        return hex("SHA-1", all);
    }

    static String hex(String algorithm, byte[] content) {
        MessageDigest digest = Digests.of(algorithm);
        return HexFormat.of().formatHex(digest.digest(content));
    }

    @Override
    public void close() {
        closing.countDown();
        hub.stop(0);
        delivery.stop(0);
        threads.shutdownNow();
    }
}
