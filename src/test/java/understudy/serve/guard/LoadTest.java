package understudy.serve.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many clients at once, and many that leave.
@Timeout(180)
class LoadTest {
    private static final long SEED = 20261125;
    private static final String JSON = "Content-Type: application/json";

    @Test
    void ofAHundredAtOnceEachIsAnsweredOrToldWhenToComeBack() throws Exception {
        Guarded.Options options = new Guarded.Options();
        options.completer = new SlotCompleter(1, 10, 5);
        try (Guarded server = new Guarded(options);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            int port = server.port();
            String request = RawHttp.post(port, "/generate", Guarded.generate("hi", 10), JSON);
            List<Future<RawHttp.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(clients.submit(() -> RawHttp.send(port, request)));
            }
            Map<Integer, Integer> statuses = new TreeMap<>();
            for (Future<RawHttp.Answer> future : answers) {
                RawHttp.Answer answer = future.get();
                statuses.merge(answer.status(), 1, Integer::sum);
                if (answer.status() == 429) {
                    assertThat(answer.headers("Retry-After"))
                            .containsExactly(Integer.toString(SlotCompleter.RETRY_SECONDS));
                    assertThat(answer.body()).contains("\"rate_limit_error\"");
                }
            }
            assertThat(statuses).containsOnlyKeys(200, 429);
            assertThat(statuses.get(200)).isGreaterThanOrEqualTo(11);
            assertThat(server.metrics.text())
                    .contains("understudy_request_failures_total{reason=\"busy\"}");
        }
    }

    /// Some leave while they wait, some while their text is being written.
    @Test
    void fiveHundredThatLeaveTakeNothingWithThem() throws Exception {
        SlotCompleter completer = new SlotCompleter(2, 1000, 2);
        Guarded.Options options = new Guarded.Options();
        options.completer = completer;
        try (Guarded server = new Guarded(options);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            int port = server.port();
            leave(server, completer, "first", 50); // classes loaded, buffers in their pools
            System.gc();
            long descriptors = descriptors();
            int threads = Thread.activeCount();
            long heap = used();
            int tokens = 2000;
            String body =
                    "{\"model\": \"anna-1\", \"prompt\": \"hi\", \"seed\": 7, \"max_tokens\": %d}"
                            .formatted(tokens);
            Future<RawHttp.Answer> neighbour =
                    clients.submit(() ->
                            RawHttp.send(port, RawHttp.post(port, "/v1/completions", body, JSON)));
            leave(server, completer, "then", 500);
            assertThat(neighbour.get().body())
                    .as("seed %d", SEED)
                    .contains("\"" + SlotCompleter.text(7, tokens) + "\"");
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> {
                        System.gc();
                        assertThat(descriptors() - descriptors).isLessThan(20);
                        assertThat(Thread.activeCount() - threads).isLessThan(20);
                        // 1 KB each, and what a collection leaves of the tests' own
                        assertThat(used() - heap).isLessThan(500_000 + 2_000_000);
                    });
            assertThat(completer.running.get()).isZero();
            assertThat(completer.waiting.get()).isZero();
            assertThat(completer.cancelled.get()).isGreaterThanOrEqualTo(550);
            assertThat(server.faults).isEmpty();
        }
    }

    /// Clients that ask and leave, a few at a time.
    ///
    /// @param name of this crowd, so that each text can be told from all others
    private static void leave(Guarded server, SlotCompleter completer, String name, int count)
            throws InterruptedException, ExecutionException {
        int lanes = 10;
        List<Future<?>> done = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int lane = 0; lane < lanes; lane++) {
                String own = "forever " + name + lane;
                Random random = new Random(SEED + lane);
                done.add(
                        clients.submit(() -> {
                            for (int i = 0; i < count / lanes; i++) {
                                leave(server.port(), completer, own + "-" + i, random);
                            }
                            return null;
                        }));
            }
        }
        for (Future<?> lane : done) {
            lane.get();
        }
    }

    private static void leave(int port, SlotCompleter completer, String prompt, Random random)
            throws IOException {
        String request = RawHttp.post(port, "/generate", Guarded.generate(prompt, 100_000), JSON);
        try (Socket socket = RawHttp.open(port)) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            // up to 20 tokens of 2 ms, so also before the first
            LockSupport.parkNanos(random.nextInt(40_000_000));
        }
        long gone = System.nanoTime();
        await().pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(10))
                .until(() -> completer.left.containsKey(prompt));
        // when it ended, not when this busy machine let the test look
        assertThat(Duration.ofNanos(completer.left.getOrDefault(prompt, gone) - gone))
                .as("one token and half a second")
                .isLessThanOrEqualTo(Duration.ofMillis(502));
    }

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getOpenFileDescriptorCount();
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
