package understudy.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.UserError;

/// Measures an endpoint as its clients see it: each text alone, then all of them at once.
///
/// Speaks the OpenAI API only, so that other servers can be measured with the same program.
final class ServeBenchmark {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /// First words of the conversations; each client has one of its own.
    private static final List<String> OPENINGS =
            List.of(
                    "did you sleep well?",
                    "what shall we cook tonight?",
                    "tell me about your weekend",
                    "I am at the station",
                    "have you seen my keys?",
                    "which film was it again?",
                    "the cat is on the roof",
                    "do you still run?");

    private final URI url;
    private final String model;
    private final int tokens;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    /// @param url    of the server, with or without `/v1`
    /// @param model  as the server names it; empty for its default
    /// @param tokens of each text
    ServeBenchmark(String url, String model, int tokens) {
        String trimmed = url.replaceAll("/+$", "");
        String base = trimmed.endsWith("/v1") ? trimmed : trimmed + "/v1";
        try {
            this.url = URI.create(base + "/chat/completions");
        } catch (IllegalArgumentException e) {
            throw new UserError("this is no address", "--url", "--url http://127.0.0.1:8080", e);
        }
        this.model = model;
        this.tokens = tokens;
    }

    /// A text as it came.
    ///
    /// @param firstMs until its first word
    private record Streamed(String text, double firstMs, double totalMs, int pieces) {}

    /// What was measured.
    ///
    /// @param equal            texts that were the same alone and beside the others
    /// @param firstMs          milliseconds to the first word, sorted
    /// @param aloneFirstMs     the same of a text alone
    /// @param wallSeconds      all at once
    /// @param piecesPerSecond  pieces of text of all together; a piece is a token, mostly
    /// @param alonePerSecond   of one text alone
    record Result(
            int clients,
            int equal,
            double[] firstMs,
            double[] aloneFirstMs,
            double wallSeconds,
            double piecesPerSecond,
            double alonePerSecond) {

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("clients", clients);
            json.put("equal", equal);
            json.put("first_token_ms_p50", Numbers.round(at(firstMs, 0.5), 1));
            json.put("first_token_ms_p95", Numbers.round(at(firstMs, 0.95), 1));
            json.put("first_token_ms_alone", Numbers.round(at(aloneFirstMs, 0.5), 1));
            json.put("seconds", Numbers.round(wallSeconds, 2));
            json.put("tokens_per_s", Numbers.round(piecesPerSecond, 1));
            json.put("tokens_per_s_alone", Numbers.round(alonePerSecond, 1));
            return json;
        }
    }

    /// @param sorted ascending
    /// @param share  such as 0.95
    static double at(double[] sorted, double share) {
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.clamp(index, 0, sorted.length - 1)];
    }

    Result run(int clients, Console console) throws IOException, InterruptedException {
        stream(0); // loads what must be loaded
        List<Streamed> alone = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            console.progress("alone: " + (i + 1) + " of " + clients);
            alone.add(stream(i));
        }
        console.progress("at once: " + clients);
        List<Streamed> together = new ArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        long from;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Streamed>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int client = i;
                running.add(
                        threads.submit(() -> {
                            go.await();
                            return stream(client);
                        }));
            }
            from = System.nanoTime();
            go.countDown();
            for (Future<Streamed> text : running) {
                together.add(text.get());
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UserError known) {
                throw known;
            }
            throw new IOException("a client failed", e.getCause());
        }
        double wall = (System.nanoTime() - from) / 1e9;
        console.endProgress();
        int equal = 0;
        for (int i = 0; i < clients; i++) {
            equal += alone.get(i).text.equals(together.get(i).text) ? 1 : 0;
        }
        return new Result(
                clients,
                equal,
                first(together),
                first(alone),
                wall,
                together.stream().mapToInt(Streamed::pieces).sum() / wall,
                median(alone));
    }

    private static double[] first(List<Streamed> texts) {
        double[] times = texts.stream().mapToDouble(Streamed::firstMs).toArray();
        Arrays.sort(times);
        return times;
    }

    private static double median(List<Streamed> texts) {
        double[] speeds =
                texts.stream()
                        .mapToDouble(t -> 1000 * (t.pieces - 1) / (t.totalMs - t.firstMs))
                        .sorted()
                        .toArray();
        return at(speeds, 0.5);
    }

    private HttpRequest request(int client) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (!model.isEmpty()) {
            body.put("model", model);
        }
        String words = OPENINGS.get(client % OPENINGS.size()) + " " + "(" + client + ")";
        body.put("messages", List.of(Map.of("role", "user", "content", words)));
        body.put("stream", true);
        body.put("seed", 1000 + client);
        body.put("temperature", 0.8);
        body.put("max_tokens", tokens);
        String json = Json.json().writeValueAsString(body);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url)
                        .timeout(LIMIT)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json));
        String key = System.getenv("UNDERSTUDY_API_KEY");
        if (key != null && !key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return request.build();
    }

    private Streamed stream(int client) throws IOException, InterruptedException {
        long from = System.nanoTime();
        HttpResponse<InputStream> answer;
        try {
            answer = http.send(request(client), HttpResponse.BodyHandlers.ofInputStream());
        } catch (ConnectException e) {
            throw new UserError(
                    "nobody answers there",
                    url.toString(),
                    "understudy serve   in another window",
                    e);
        }
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new UserError(
                        "the server answered " + answer.statusCode(),
                        url.toString(),
                        "see what it prints",
                        ExitCode.UNEXPECTED_STATE,
                        null);
            }
            StringBuilder text = new StringBuilder();
            double[] firstMs = {Double.NaN};
            int[] pieces = {0};
            try (Stream<String> lines =
                    new java.io.BufferedReader(
                                    new java.io.InputStreamReader(body, StandardCharsets.UTF_8))
                            .lines()) {
                lines.filter(line -> line.startsWith("data:"))
                        .map(line -> line.substring(5).strip())
                        .filter(data -> !data.equals("[DONE]"))
                        .map(ServeBenchmark::content)
                        .filter(piece -> !piece.isEmpty())
                        .forEach(piece -> {
                            if (pieces[0]++ == 0) {
                                firstMs[0] = (System.nanoTime() - from) / 1e6;
                            }
                            text.append(piece);
                        });
            }
            double total = (System.nanoTime() - from) / 1e6;
            double first = Double.isNaN(firstMs[0]) ? total : firstMs[0];
            return new Streamed(text.toString(), first, total, pieces[0]);
        }
    }

    private static String content(String data) {
        try {
            JsonNode choices = Json.json().readTree(data).path("choices");
            return choices.path(0).path("delta").path("content").asString("");
        } catch (JacksonException e) {
            throw new UserError(
                    "the server's stream is no JSON",
                    null,
                    "is it an OpenAI-compatible server?",
                    e);
        }
    }
}
