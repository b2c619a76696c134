package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;

/// `understudy serve` with a real, tiny model.
class ServeCommandTest {
    @TempDir static Path folder;
    private static TrainedHome home;

    @BeforeAll
    static void train() throws IOException {
        home = TrainedHome.make(folder);
    }

    /// The command in a thread of its own, until it is interrupted.
    private static final class Running implements AutoCloseable {
        private final PrintStream out = System.out;
        private final PrintStream err = System.err;
        private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        private final ByteArrayOutputStream said = new ByteArrayOutputStream();
        private final HttpClient client = HttpClient.newHttpClient();
        private final Thread thread;
        private final JsonNode ready;

        private Running(String... more) {
            List<String> words = new ArrayList<>(List.of("serve", "--json", "--port=0"));
            words.addAll(List.of("--home", home.home().toString()));
            words.addAll(List.of(more));
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
            thread =
                    new Thread(
                            () -> Main.execute(Main.commandLine(), words.toArray(String[]::new)));
            thread.start();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> printed.toString(StandardCharsets.UTF_8).endsWith("\n"));
            ready = Json.json().readTree(printed.toString(StandardCharsets.UTF_8));
        }

        private HttpResponse<String> post(String path, String body, String... headers)
                throws Exception {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(ready.get("url").stringValue() + path))
                            .header("Content-Type", "application/json");
            if (headers.length > 0) {
                request.headers(headers);
            }
            return client.send(
                    request.POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }

        private String said() {
            return said.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join(20_000);
            System.setOut(out);
            System.setErr(err);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void servesTheRunUntilItIsStopped() throws Exception {
        try (Running running = new Running()) {
            String run = running.ready.at("/models/0").stringValue();
            assertThat(run).isEqualTo(home.run().id());
            HttpResponse<String> text =
                    running.post("/generate", "{\"prompt\": \"hi\", \"max_new_tokens\": 5}");
            assertThat(text.statusCode()).as(text.body()).isEqualTo(200);
            assertThat(text.body()).startsWith("{\"generated_text\":\"hi");
            String chat =
                    "{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}], \"seed\": 3,"
                            + " \"max_tokens\": 8, \"metadata\": {\"person\": \"kim\"}}";
            HttpResponse<String> first = running.post("/v1/chat/completions", chat);
            assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
            HttpResponse<String> second = running.post("/v1/chat/completions", chat);
            assertThat(Json.json().readTree(second.body()).get("choices"))
                    .isEqualTo(Json.json().readTree(first.body()).get("choices"));
            assertThat(
                            running.post("/v1/chat/completions", chat.replace("kim", "nobody"))
                                    .statusCode())
                    .isEqualTo(400);
            assertThat(running.said())
                    .contains("docs:   " + running.ready.get("url").stringValue() + "/docs")
                    .contains("serves: programs of this machine")
                    .contains("stop:   Ctrl-C")
                    .contains("curl " + running.ready.get("url").stringValue());
        }
    }

    @Test
    void aNewKeyIsShownOnceAndNeededThen() throws Exception {
        Path file = home.home().resolve("serve.key");
        String chat = "{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}";
        try (Running running = new Running("--new-key")) {
            String key = running.said().replaceAll("(?s).*key: +(\\S+).*", "$1");
            assertThat(key).startsWith("us-").hasSizeGreaterThan(40);
            assertThat(running.post("/v1/chat/completions", chat).statusCode()).isEqualTo(401);
            HttpResponse<String> let =
                    running.post("/v1/chat/completions", chat, "Authorization", "Bearer " + key);
            assertThat(let.statusCode()).as(let.body()).isEqualTo(200);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(file)).doesNotContain(key);
        }
        try (Running again = new Running()) {
            assertThat(again.post("/v1/chat/completions", chat).statusCode()).isEqualTo(401);
            assertThat(again.said()).doesNotContain("us-");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void whoIsRememberedNeedsAKey() throws Exception {
        Called without = home.call(List.of("serve", "--memory", "--port=0"));
        assertThat(without.exit()).as(without.err()).isEqualTo(ExitCode.USER);
        assertThat(without.err()).contains("--memory").contains("--new-key");
        String chat =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"the train again?\"}],"
                        + " \"max_tokens\": 4, \"metadata\": {\"person\": \"Kim\"}}";
        try (Running running = new Running("--memory", "--new-key")) {
            assertThat(running.said()).contains("warning: whoever has the key");
            String key = running.said().replaceAll("(?s).*key: +(\\S+).*", "$1");
            HttpResponse<String> let =
                    running.post("/v1/chat/completions", chat, "Authorization", "Bearer " + key);
            assertThat(let.statusCode()).as(let.body()).isEqualTo(200);
        } finally {
            Files.delete(home.home().resolve("serve.key"));
        }
    }

    @Test
    void aKeyThatCannotBeShownIsNotKept() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            Called called = home.call(List.of("serve", "--new-key", "--port", port));
            assertThat(called.exit()).isEqualTo(ExitCode.USER);
            assertThat(home.home().resolve("serve.key")).doesNotExist();
        }
    }

    @Test
    void mistakesAreToldWithWhatToDo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            Called called = home.call(List.of("serve", "--port", port));
            assertThat(called.exit()).isEqualTo(ExitCode.USER);
            assertThat(called.err())
                    .contains("error: port " + port)
                    .contains("--port (0 for any)")
                    .doesNotContain("\tat ");
        }
        for (List<String> wrong :
                List.of(
                        List.of("serve", "--port=65536"),
                        List.of("serve", "--port=-1"),
                        List.of("serve", "--host=0.0.0.0"),
                        List.of("serve", "--host=no.such.host.invalid"),
                        List.of("serve", "--hours=25-26"),
                        List.of("serve", "--time-limit=0"),
                        List.of("serve", "--price=-1"),
                        List.of("serve", "no-such-run"))) {
            Called called = home.call(wrong);
            assertThat(called.exit()).as("%s: %s", wrong, called.err()).isEqualTo(ExitCode.USER);
            assertThat(called.err()).contains("error: ").contains("  fix: ");
        }
    }
}
