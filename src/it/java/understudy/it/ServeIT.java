package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.SyntheticChats;
import understudy.base.ExitCode;
import understudy.base.Json;

/// The packaged program as an endpoint: asked as in the README, and ended by a signal.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServeIT {
    private static final String BASE = SyntheticChats.tinyModel().toString();
    private static final String PROMPT = "<|im_start|>user\ndid you see the lake?<|im_end|>\n";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Program program = new Program(Path.of(""));

    @BeforeAll
    void train(@TempDir Path folder) throws IOException {
        program = new Program(folder);
        List<String> words = new ArrayList<>(List.of("import", "--me", SyntheticChats.ME));
        SyntheticChats.write(folder, 120, "Kim", "Noor").forEach(f -> words.add(f.toString()));
        succeed(words.toArray(String[]::new));
        succeed("prepare", "--base", BASE);
        succeed("train", "--max-tokens", "2000", "--set", "rank=2");
    }

    private void succeed(String... arguments) {
        Program.Result result = program.run(arguments);
        assertThat(result.exit()).as("%s: %s", arguments[0], result.err()).isEqualTo(ExitCode.OK);
    }

    /// An endpoint on a port that the system chose.
    ///
    /// @param said everything it printed until it was ready
    private record Endpoint(Process process, BufferedReader output, String url, String said) {
        static Endpoint start(Program program, String... more) throws IOException {
            List<String> words = new ArrayList<>(List.of("serve", "--port", "0", "--json"));
            words.addAll(List.of(more));
            Process process = program.start(words.toArray(String[]::new));
            BufferedReader output =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8));
            StringBuilder said = new StringBuilder();
            String line = output.readLine();
            while (line != null && !line.startsWith("{")) {
                said.append(line).append('\n');
                line = output.readLine();
            }
            assertThat(line).as("printed: %s", said).isNotNull();
            JsonNode ready = Json.json().readTree(line);
            assertThat(ready.path("models").size()).isEqualTo(2);
            return new Endpoint(process, output, ready.path("url").asString(), said.toString());
        }
    }

    private static HttpRequest post(Endpoint endpoint, String path, String body) {
        return HttpRequest.newBuilder(URI.create(endpoint.url + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private JsonNode ask(Endpoint endpoint, String path, String body) throws Exception {
        HttpResponse<String> answer =
                http.send(post(endpoint, path, body), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.json().readTree(answer.body());
    }

    @Test
    void itAnswersAsInTheArticleAndAsOpenAiDoesUntilItIsToldToEnd() throws Exception {
        Endpoint endpoint = Endpoint.start(program);
        String prompt = Json.json().writeValueAsString(PROMPT);
        for (String path : List.of("/generate", "/generate/")) {
            JsonNode text =
                    ask(endpoint, path, "{\"prompt\": " + prompt + ", \"max_new_tokens\": 8}");
            assertThat(text.propertyNames()).containsExactly("generated_text");
            assertThat(text.path("generated_text").asString()).startsWith(PROMPT);
        }
        String question = "{\"messages\": [{\"role\": \"user\", \"content\": \"the lake?\"}], ";
        String first =
                ask(
                                endpoint,
                                "/v1/chat/completions",
                                question
                                        + "\"seed\": 3, \"max_tokens\": 8,"
                                        + " \"metadata\": {\"person\": \"Kim\"}}")
                        .at("/choices/0/message/content")
                        .asString();
        assertThat(first).isNotEmpty();
        JsonNode base =
                ask(
                        endpoint,
                        "/v1/chat/completions",
                        question + "\"seed\": 3, \"max_tokens\": 8, \"model\": \"tiny-chat\"}");
        assertThat(base.path("model").asString()).isEqualTo("tiny-chat");
        HttpResponse<java.util.stream.Stream<String>> stream =
                http.send(
                        post(
                                endpoint,
                                "/v1/chat/completions",
                                question
                                        + "\"stream\": true, \"max_tokens\": 4000,"
                                        + " \"logit_bias\": {\"1\": -100}}"),
                        HttpResponse.BodyHandlers.ofLines());
        List<String> lines = new ArrayList<>();
        stream.body()
                .filter(line -> !line.isEmpty())
                .peek(line -> {
                    if (lines.size() == 5) {
                        endpoint.process.toHandle().destroy(); // SIGTERM
                    }
                })
                .forEach(lines::add);
        assertThat(lines.getLast()).isEqualTo("data: [DONE]");
        assertThat(endpoint.process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(endpoint.process.exitValue()).isIn(0, 143);
        assertThatThrownBy(() -> ask(endpoint, "/generate", "{\"prompt\": \"x\"}"))
                .isInstanceOf(ConnectException.class);
        StringBuilder said = new StringBuilder(endpoint.said);
        endpoint.output.lines().forEach(said::append);
        assertThat(said.toString()).doesNotContain("lake").doesNotContain("Exception");
    }

    @Test
    void onlyThisMachineIsServedUnlessThereIsAKey() throws Exception {
        Program.Result refused = program.run("serve", "--port", "0", "--host", "0.0.0.0");
        assertThat(refused.exit()).isEqualTo(ExitCode.USER);
        assertThat(refused.err()).contains("fix:").contains("--new-key");
        Endpoint endpoint = Endpoint.start(program);
        try {
            HttpResponse<String> foreign =
                    http.send(
                            HttpRequest.newBuilder(URI.create(endpoint.url + "/v1/models"))
                                    .header("Origin", "https://example.org")
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(foreign.statusCode()).isEqualTo(403);
            assertThat(foreign.headers().map()).doesNotContainKey("access-control-allow-origin");
        } finally {
            endpoint.process.toHandle().destroy();
            endpoint.process.waitFor(15, TimeUnit.SECONDS);
        }
    }

    @Test
    void anotherServerCanBeBehindIt() throws Exception {
        Endpoint behind = Endpoint.start(program);
        Program outer = program;
        Process process =
                outer.start(
                        "serve",
                        "--port",
                        "0",
                        "--json",
                        "--upstream",
                        behind.url,
                        "--upstream-model",
                        "tiny-chat");
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = output.readLine();
            while (line != null && !line.startsWith("{")) {
                assertThat(line).doesNotContain("leave this machine");
                line = output.readLine();
            }
            assertThat(line).isNotNull();
            JsonNode ready = Json.json().readTree(line);
            assertThat(ready.at("/models/0").asString()).isEqualTo("tiny-chat");
            Endpoint front = new Endpoint(process, output, ready.path("url").asString(), "");
            JsonNode answer =
                    ask(
                            front,
                            "/v1/chat/completions",
                            "{\"messages\": [{\"role\": \"user\", \"content\": \"the lake?\"}],"
                                    + " \"max_tokens\": 8, \"logit_bias\": {\"1\": -100}}");
            assertThat(answer.at("/choices/0/message/content").asString()).isNotEmpty();
        } finally {
            process.toHandle().destroy();
            behind.process.toHandle().destroy();
            process.waitFor(15, TimeUnit.SECONDS);
            behind.process.waitFor(15, TimeUnit.SECONDS);
        }
        assertThat(Files.exists(program.home().resolve("logs"))).isTrue();
    }
}
