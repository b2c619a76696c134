package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests that end before their answer does: the client leaves, time is up, the server stops.
class EndingTest {
    private static final String CHAT = "/v1/chat/completions";

    private static String chat(boolean stream) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":%s}"
                .formatted(stream);
    }

    private static TestServer server(Duration limit, Duration patience) {
        return new TestServer(new Server.Config("127.0.0.1", 0, 100_000, limit, patience));
    }

    private static Runnable slowly() {
        return () -> {
            try {
                TimeUnit.MILLISECONDS.sleep(1); // paces the fake model; nothing waits for it
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /// Row S8: whoever leaves, however, and whether or not anything is written to them.
    @ParameterizedTest
    @CsvSource({
        "false,close",
        "false,reset",
        "false,half",
        "true,close",
        "true,reset",
        "true,half"
    })
    void aClientThatLeavesEndsItsAnswer(boolean stream, String how) throws Exception {
        try (TestServer server = new TestServer()) {
            server.completer.endless = true;
            server.completer.beforeToken = slowly();
            try (RawClient client = new RawClient(server.port())) {
                client.post(CHAT, chat(stream));
                await().until(() -> server.completer.running.get() == 1);
                if (stream) {
                    client.readUntil("data: ");
                }
                switch (how) {
                    case "reset" -> client.reset();
                    case "half" -> client.shutDownOutput();
                    default -> client.close();
                }
                await().atMost(Duration.ofSeconds(2))
                        .until(() -> server.completer.running.get() == 0);
            }
            await().until(() -> server.server.inFlight().running() == 0);
            assertThat(server.faults).isEmpty();
        }
    }

    /// Nothing is written while a request waits for the model, and it is ended all the same.
    @Test
    void aClientThatLeavesTheQueueIsNotWaitedFor() throws Exception {
        try (TestServer server = new TestServer()) {
            CountDownLatch first = new CountDownLatch(1);
            server.completer.beforeToken =
                    () -> {
                        first.countDown();
                        slowly().run();
                    };
            server.completer.endless = true;
            server.completer.text = ""; // writes nothing
            try (RawClient client = new RawClient(server.port())) {
                client.post("/generate", "{\"prompt\":\"hi\"}");
                assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
            }
            await().atMost(Duration.ofSeconds(2))
                    .until(() -> server.completer.cancelled.get() == 1);
        }
    }

    /// What is read ahead to see whether the client is there is not lost.
    @Test
    void theNextRequestMayComeEarly() throws Exception {
        try (TestServer server = new TestServer()) {
            CountDownLatch go = new CountDownLatch(1);
            long[] until = new long[1];
            server.completer.beforeToken =
                    () -> {
                        await().until(() -> go.getCount() == 0);
                        if (until[0] == 0) {
                            until[0] = System.nanoTime() + 200_000_000; // four looks
                        }
                        await().pollInterval(Duration.ofMillis(10))
                                .until(() -> System.nanoTime() > until[0]);
                    };
            try (RawClient client = new RawClient(server.port())) {
                client.post("/generate", "{\"prompt\":\"one \"}");
                await().until(() -> server.completer.running.get() == 1);
                client.post("/generate", "{\"prompt\":\"two \"}");
                client.post("/generate", "{\"prompt\":\"" + "three ".repeat(100) + "\"}");
                go.countDown();
                assertThat(client.readUntil("\"}")).contains("one So far so good.");
                assertThat(client.readUntil("\"}")).contains("two So far so good.");
                assertThat(client.readUntil("\"}")).contains("three three So far so good.");
            }
        }
    }

    @Test
    void anAnswerThatTakesTooLongEnds() throws Exception {
        try (TestServer server = server(Duration.ofMillis(200), Duration.ofSeconds(1))) {
            server.completer.endless = true;
            server.completer.beforeToken = slowly();
            HttpResponse<String> whole = server.post(CHAT, chat(false));
            assertThat(whole.statusCode()).isEqualTo(504);
            assertThat(whole.body()).contains("time_limit");
            assertThat(whole.headers().firstValue("X-Should-Retry")).contains("false");
            HttpResponse<String> stream = server.post(CHAT, chat(true));
            assertThat(stream.statusCode()).isEqualTo(200);
            assertThat(stream.body())
                    .contains("\"code\":\"time_limit\"")
                    .endsWith("}}\n\ndata: [DONE]\n\n");
        }
    }

    /// Row S9: nobody new, a final event for who is there, and the port is free afterwards.
    @Test
    void stoppingEndsWhatRuns() throws Exception {
        try (TestServer server = server(Duration.ofMinutes(1), Duration.ofSeconds(1))) {
            server.completer.endless = true;
            server.completer.beforeToken = slowly();
            try (RawClient streaming = new RawClient(server.port());
                    RawClient waiting = new RawClient(server.port())) {
                streaming.post(CHAT, chat(true));
                waiting.post(CHAT, chat(false));
                await().until(() -> server.completer.running.get() == 2);
                long begun = System.nanoTime();
                CompletableFuture<Void> stopped = CompletableFuture.runAsync(server.server::stop);
                await().until(() -> server.server.inFlight().stopping());
                HttpResponse<String> late = server.post(CHAT, chat(false));
                assertThat(late.statusCode()).isEqualTo(503);
                assertThat(late.headers().firstValue("Retry-After")).isPresent();
                String events = streaming.readUntil("[DONE]\n\n");
                assertThat(events).contains("\"code\":\"server_stopping\"");
                assertThat(waiting.readUntil("}}")).startsWith("HTTP/1.1 503 ");
                stopped.get(10, TimeUnit.SECONDS);
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .isLessThan(Duration.ofSeconds(10));
            }
        }
    }

    /// The last bytes of an answer leave a moment after it is complete.
    @RepeatedTest(6)
    void stoppingWaitsForWhatIsNearlyDone() throws Exception {
        TestServer server = server(Duration.ofMinutes(1), Duration.ofSeconds(5));
        AtomicReference<String> body = new AtomicReference<>("");
        CountDownLatch go = new CountDownLatch(1);
        server.completer.beforeToken = () -> await().until(() -> go.getCount() == 0);
        Thread asking =
                Thread.startVirtualThread(() -> {
                    try {
                        body.set(server.post(CHAT, chat(true)).body());
                    } catch (Exception e) {
                        body.set(e.getClass().getName());
                    }
                });
        await().until(() -> server.completer.running.get() == 1);
        Thread stopping = Thread.startVirtualThread(server.server::stop);
        await().until(() -> server.server.inFlight().stopping());
        go.countDown();
        stopping.join();
        asking.join();
        assertThat(body.get()).contains("\"finish_reason\":\"stop\"").endsWith("[DONE]\n\n");
    }

    @Test
    void aPortThatIsTakenIsToldWithWhatToDo() {
        try (TestServer server = new TestServer()) {
            Server second =
                    new Server(
                            Server.Config.local(server.port()),
                            new Server.Parts(
                                    server.completer,
                                    name -> java.util.Optional.empty(),
                                    server.faults::add,
                                    TestServer.CLOCK),
                            java.util.List.of());
            org.assertj.core.api.Assertions.assertThatThrownBy(second::start)
                    .isInstanceOf(understudy.base.UserError.class)
                    .hasMessageContaining("port " + server.port());
        }
    }
}
