package understudy.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Json;

/// The packaged endpoint after many requests, and after many clients that left in the middle: it
/// holds no more than before.
@EnabledOnOs(value = OS.LINUX, disabledReason = "memory is read from /proc")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServeMemoryIT {
    private static final long SEED = 20261127;
    private static final int REQUESTS = 2000;
    private static final int SETTLED = 200;
    private static final int LEAVE = 500;
    private static final int CLIENTS = 4;

    /// Memory at the end, as a share of that after the first [#SETTLED].
    private static final double MOST = 1.10;

    /// Taken at once, so that what grows is not the garbage collector's.
    private static final String HEAP = "-Xms128m -Xmx128m -XX:+AlwaysPreTouch -XX:+UseSerialGC";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Program program = new Program(Path.of(""));
    private @Nullable Process process;
    private String url = "";

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        program = new Program(folder).with("UNDERSTUDY_JAVA_OPTS", HEAP);
        List<String> words = new ArrayList<>(List.of("import", "--me", SyntheticChats.ME));
        SyntheticChats.write(folder, 120, "Kim", "Noor").forEach(f -> words.add(f.toString()));
        succeed(words.toArray(String[]::new));
        succeed("prepare", "--base", SyntheticChats.tinyModel().toString());
        succeed("train", "--max-tokens", "2000", "--set", "rank=2", "--set=compute_type=f32");
        Process started = program.start("serve", "--port", "0", "--json");
        process = started;
        BufferedReader output =
                new BufferedReader(new InputStreamReader(started.getInputStream(), UTF_8));
        String line = output.readLine();
        while (line != null && !line.startsWith("{")) {
            line = output.readLine();
        }
        assertThat(line).isNotNull();
        url = Json.json().readTree(line).path("url").asString();
    }

    private void succeed(String... arguments) {
        Program.Result result = program.run(arguments);
        assertThat(result.exit()).as("%s: %s", arguments[0], result.err()).isEqualTo(ExitCode.OK);
    }

    @AfterAll
    void stop() throws InterruptedException {
        if (process != null) {
            process.toHandle().destroy();
            assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        }
    }

    /// Request `i`: whole or as a stream, long or short, with texts that stop it or without, to the
    /// run or its base.
    private HttpRequest mixed(int i) {
        SplittableRandom random = new SplittableRandom(SEED + i);
        Map<String, Object> body = new LinkedHashMap<>();
        String words = "the lake and the boat, ".repeat(random.nextInt(10) == 0 ? 20 : 1) + i;
        String path = List.of("/v1/chat/completions", "/v1/completions", "/generate").get(i % 3);
        body.put("max_tokens", random.nextInt(20) == 0 ? 60 : random.nextInt(1, 12));
        switch (i % 3) {
            case 0 -> {
                body.put("messages", List.of(Map.of("role", "user", "content", words)));
                body.put("model", random.nextInt(4) == 0 ? "tiny-chat" : "");
            }
            case 1 -> body.put("prompt", words);
            default -> {
                body.put("prompt", words);
                body.put("max_new_tokens", body.remove("max_tokens"));
            }
        }
        if (i % 3 != 2) {
            body.put("stream", random.nextBoolean());
            if (random.nextInt(3) == 0) {
                body.put("stop", List.of("a", "lake"));
            }
            if (random.nextInt(3) == 0) {
                body.put("seed", i);
            }
        }
        body.values().removeIf(""::equals);
        return post(path, body);
    }

    private HttpRequest post(String path, Map<String, Object> body) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMinutes(2))
                .POST(HttpRequest.BodyPublishers.ofString(Json.json().writeValueAsString(body)))
                .build();
    }

    @Test
    @Order(1)
    void manyRequestsLeaveNoMoreThanAFew() throws Exception {
        send(0, SETTLED);
        long settled = residentKib();
        send(SETTLED, REQUESTS);
        long after = residentKib();
        System.out.printf("%d KiB after %d, %d after %d%n", settled, SETTLED, after, REQUESTS);
        assertThat((double) after / settled).isLessThanOrEqualTo(MOST);
    }

    private void send(int from, int to) throws Exception {
        several(
                from,
                to,
                i -> {
                    HttpResponse<String> answer =
                            http.send(mixed(i), HttpResponse.BodyHandlers.ofString(UTF_8));
                    assertThat(answer.statusCode())
                            .as("request %d: %s", i, answer.body())
                            .isEqualTo(200);
                });
    }

    /// What a client does with a number.
    @FunctionalInterface
    private interface Deed {
        void of(int i) throws Exception;
    }

    /// Numbers `from` to `to`, shared out among [#CLIENTS].
    private static void several(int from, int to, Deed deed) throws Exception {
        AtomicInteger next = new AtomicInteger(from);
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                all.add(
                        clients.submit(() -> {
                            int i = next.getAndIncrement();
                            for (; i < to; i = next.getAndIncrement()) {
                                deed.of(i);
                            }
                            return null;
                        }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    /// What a process holds.
    private record Held(long residentKib, int threads, int files) {}

    @Test
    @Order(2)
    void clientsThatLeaveInTheMiddleLeaveNothingBehind() throws Exception {
        String alone = seeded();
        leaveAll(0, 100);
        Held before = held();
        String beside;
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            Future<String> text = other.submit(this::seeded);
            leaveAll(100, LEAVE);
            beside = text.get();
        }
        assertThat(beside).isEqualTo(alone);
        Held after = held();
        System.out.printf("%s before, %s after %d who left%n", before, after, LEAVE - 100);
        assertThat(after.threads).isLessThanOrEqualTo(before.threads + 2);
        assertThat(after.files).isLessThanOrEqualTo(before.files + 2);
        assertThat((double) after.residentKib / before.residentKib).isLessThanOrEqualTo(1.03);
        assertThat(seeded()).isEqualTo(alone);
    }

    /// A text of some length that is always the same.
    private String seeded() throws Exception {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("messages", List.of(Map.of("role", "user", "content", "the garden?")));
        body.put("seed", 7);
        body.put("max_tokens", 200);
        body.put("logit_bias", Map.of("1", -100));
        HttpResponse<String> answer =
                http.send(
                        post("/v1/chat/completions", body),
                        HttpResponse.BodyHandlers.ofString(UTF_8));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.json().readTree(answer.body()).at("/choices/0/message/content").asString();
    }

    private void leaveAll(int from, int to) throws Exception {
        several(from, to, this::leave);
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> gauge("understudy_requests_running") == 0);
    }

    /// Asks for a text of thousands of tokens and closes the connection: at once, or some lines of
    /// the answer later.
    private void leave(int i) throws IOException {
        int lines = new SplittableRandom(SEED + i).nextInt(20);
        URI to = URI.create(url);
        String body =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"the lake?\"}],"
                        + " \"stream\": true, \"max_tokens\": 1500,"
                        + " \"logit_bias\": {\"1\": -100}}";
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(to.getHost(), to.getPort()), 10_000);
            socket.setSoTimeout(60_000);
            String head =
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                            + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n";
            socket.getOutputStream()
                    .write((head.formatted(to.getPort(), body.length()) + body).getBytes(UTF_8));
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            for (int line = 0; line < lines; line++) {
                assertThat(answer.readLine()).isNotNull();
            }
        }
    }

    private double gauge(String name) throws Exception {
        HttpResponse<Stream<String>> answer =
                http.send(
                        HttpRequest.newBuilder(URI.create(url + "/metrics")).build(),
                        HttpResponse.BodyHandlers.ofLines());
        return answer.body()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll(".* ", "")))
                .sum();
    }

    private Held held() throws IOException {
        return new Held(residentKib(), count("task"), count("fd"));
    }

    private int count(String what) throws IOException {
        try (Stream<Path> all = Files.list(proc(what))) {
            return (int) all.count();
        }
    }

    private long residentKib() throws IOException {
        for (String line : Files.readAllLines(proc("status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("the endpoint is gone");
    }

    private Path proc(String file) {
        if (process == null) {
            throw new IllegalStateException("not started");
        }
        return Path.of("/proc", Long.toString(process.pid()), file);
    }
}
