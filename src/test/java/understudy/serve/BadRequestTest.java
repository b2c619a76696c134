package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Requests that are wrong: always a 4xx with OpenAI's error object that names the fault.
class BadRequestTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    private static TestServer server;

    @BeforeAll
    static void start() {
        // guarded, as every server is: it reads a refused body to its end, so that clients see why
        server = TestServer.guarded(null, TestServer.smallBodies());
    }

    @AfterAll
    static void stop() {
        server.close();
        assertThat(server.faults).isEmpty();
    }

    private static JsonNode error(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode body = TestServer.json(answer);
        assertThat(body.propertyNames()).containsExactly("error");
        assertThat(body.get("error").propertyNames())
                .containsExactly("message", "type", "param", "code");
        return body.get("error");
    }

    /// Row S5: fifteen parameters, fourteen values each. A value is taken where the parameter's
    /// documented range has it, and else refused by name.
    @Test
    void hostileNumbersAreRefusedByName() throws Exception {
        List<String> values =
                List.of(
                        "-9223372036854775808",
                        "-1",
                        "0",
                        "100001",
                        "9223372036854775808",
                        "2147483648",
                        "1e308",
                        "-1e308",
                        "NaN",
                        "\"5\"",
                        "null",
                        "[]",
                        "{}",
                        "0.5");
        Map<String, List<String>> taken = new LinkedHashMap<>();
        taken.put("temperature", List.of("0", "0.5", "null"));
        taken.put("top_p", List.of("0", "0.5", "null"));
        taken.put("top_k", List.of("0", "100001", "null"));
        taken.put("min_p", List.of("0", "0.5", "null"));
        taken.put("n", List.of("null"));
        taken.put("max_tokens", List.of("null"));
        taken.put("max_completion_tokens", List.of("null"));
        taken.put(
                "seed", List.of("-9223372036854775808", "-1", "0", "100001", "2147483648", "null"));
        taken.put("frequency_penalty", List.of("-1", "0", "0.5", "null"));
        taken.put("presence_penalty", List.of("-1", "0", "0.5", "null"));
        taken.put("repetition_penalty", List.of("0.5", "null"));
        taken.put("top_logprobs", List.of("0", "null"));
        taken.put("logprobs", List.of("null"));
        taken.put("logit_bias", List.of("null", "{}"));
        taken.put("stream", List.of("null"));
        assertThat(taken).hasSize(15);
        int sent = 0;
        for (Map.Entry<String, List<String>> parameter : taken.entrySet()) {
            for (String value : values) {
                String body = "{%s,\"%s\":%s}".formatted(HI, parameter.getKey(), value);
                HttpResponse<String> answer = server.post(CHAT, body);
                sent++;
                if (parameter.getValue().contains(value)) {
                    assertThat(answer.statusCode()).as(body).isEqualTo(200);
                } else {
                    JsonNode error = error(answer, 400);
                    assertThat(error.get("param").stringValue()).isEqualTo(parameter.getKey());
                    assertThat(error.get("message").stringValue()).contains(parameter.getKey());
                }
            }
        }
        assertThat(sent).isEqualTo(210);
        assertThat(server.get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void theArticlesNumbersAreCheckedToo() throws Exception {
        for (String field :
                List.of(
                        "\"temperature\":5.1",
                        "\"temperature\":null",
                        "\"max_new_tokens\":0",
                        "\"max_new_tokens\":1.5",
                        "\"max_new_tokens\":\"7\"",
                        "\"repetition_penalty\":0",
                        "\"custom_stop_tokens\":5",
                        "\"custom_stop_tokens\":\"" + "a,".repeat(17) + "\"")) {
            JsonNode error =
                    error(server.post("/generate", "{\"prompt\":\"x\"," + field + "}"), 400);
            assertThat(field).contains("\"" + error.get("param").stringValue() + "\"");
        }
        assertThat(error(server.post("/generate", "{}"), 400).get("code").stringValue())
                .isEqualTo("missing_required_parameter");
    }

    @Test
    void everyFieldThatIsNotAppliedIsRefused() throws Exception {
        Map<String, String> refused = new LinkedHashMap<>();
        for (String name :
                List.of(
                        "tools",
                        "functions",
                        "function_call",
                        "parallel_tool_calls",
                        "audio",
                        "web_search_options",
                        "prediction",
                        "moderation")) {
            refused.put("\"" + name + "\":[]", name);
        }
        refused.put("\"store\":true", "store");
        refused.put("\"tool_choice\":\"auto\"", "tool_choice");
        refused.put("\"reasoning_effort\":\"high\"", "reasoning_effort");
        refused.put("\"verbosity\":\"low\"", "verbosity");
        refused.put("\"modalities\":[\"audio\"]", "modalities[0]");
        refused.put("\"response_format\":{\"type\":\"json_object\"}", "response_format.type");
        refused.put(
                "\"stream\":true,\"stream_options\":{\"include_obfuscation\":true}",
                "stream_options.include_obfuscation");
        refused.put("\"stream_options\":{\"include_usage\":true}", "stream_options");
        refused.put("\"top_logprobs\":1", "top_logprobs");
        refused.put("\"max_tokens\":1,\"max_completion_tokens\":2", "max_tokens");
        refused.put("\"truncation\":\"maybe\"", "truncation");
        refused.put("\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\"]", "stop");
        refused.put("\"stop\":\"\"", "stop");
        refused.put("\"stop\":[1]", "stop[0]");
        refused.put("\"logit_bias\":{\"x\":1}", "logit_bias");
        refused.put("\"logit_bias\":{\"1\":101}", "logit_bias.1");
        refused.put("\"metadata\":{\"person\":1}", "metadata.person");
        refused.put("\"temprature\":1", "temprature");
        for (Map.Entry<String, String> each : refused.entrySet()) {
            JsonNode error = error(server.post(CHAT, "{" + HI + "," + each.getKey() + "}"), 400);
            assertThat(error.get("param").stringValue()).isEqualTo(each.getValue());
            assertThat(error.get("message").stringValue()).contains(each.getValue());
        }
        JsonNode typo = error(server.post(CHAT, "{" + HI + ",\"temprature\":1}"), 400);
        assertThat(typo.get("message").stringValue()).contains("did you mean 'temperature'?");
    }

    @Test
    void messagesAreChecked() throws Exception {
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("[]", "messages");
        wrong.put("null", "messages");
        wrong.put("{}", "messages");
        wrong.put("[1]", "messages[0]");
        wrong.put("[{\"role\":\"user\"}]", "messages[0].content");
        wrong.put("[{\"content\":\"x\"}]", "messages[0].role");
        wrong.put("[{\"role\":\"tool\",\"content\":\"x\"}]", "messages[0].role");
        wrong.put("[{\"role\":\"user\",\"content\":null}]", "messages[0].content");
        wrong.put("[{\"role\":\"user\",\"content\":[]}]", "messages[0].content");
        wrong.put("[{\"role\":\"user\",\"content\":[\"x\"]}]", "messages[0].content[0]");
        wrong.put(
                "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}]",
                "messages[0].content[0].type");
        wrong.put("[{\"role\":\"user\",\"content\":\"x\",\"name\":\"a b\"}]", "messages[0].name");
        wrong.put(
                "[{\"role\":\"assistant\",\"content\":\"x\",\"tool_calls\":[]}]",
                "messages[0].tool_calls");
        wrong.put("[{\"role\":\"user\",\"content\":\"\\ud83d\"}]", "messages[0].content");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            JsonNode error = error(server.post(CHAT, "{\"messages\":" + each.getKey() + "}"), 400);
            assertThat(error.get("param").stringValue()).isEqualTo(each.getValue());
        }
    }

    @Test
    void whatIsNoJsonIsToldByItsPlace() throws Exception {
        JsonNode error = error(server.post("/generate", "{\"prompt\":\n  secret}"), 400);
        assertThat(error.get("message").stringValue())
                .contains("line 2, column ")
                .doesNotContain("secret");
        for (String body : List.of("", "{", "[1]", "\"x\"", "5", "null", "{}{}", "{\"a\":1,}")) {
            error(server.post("/generate", body), 400);
        }
        String deep = "[".repeat(5000);
        error(server.post("/generate", deep), 400);
        error(server.post("/generate", "{\"prompt\":\"a\",\"prompt\":\"b\"}"), 400);
        error(server.post("/generate", "{\"prompt\":" + "1".repeat(5000) + "}"), 400);
        byte[] latin = "{\"prompt\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        error(
                server.send(
                        server.request("/generate", "Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(latin))
                                .build()),
                400);
    }

    @Test
    void otherTypesSizesMethodsAndPlacesAreRefused() throws Exception {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "")) {
            HttpRequest.Builder request =
                    type.isEmpty()
                            ? server.request("/generate")
                            : server.request("/generate", "Content-Type", type);
            error(
                    server.send(
                            request.POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":\"x\"}"))
                                    .build()),
                    415);
        }
        String large = "{\"prompt\":\"" + "x".repeat(100_001) + "\"}";
        JsonNode size = error(server.post("/generate", large), 413);
        assertThat(size.get("message").stringValue()).contains("100000 bytes");
        HttpResponse<String> chunked =
                server.send(
                        server.request("/generate", "Content-Type", "application/json")
                                .POST(
                                        HttpRequest.BodyPublishers.fromPublisher(
                                                HttpRequest.BodyPublishers.ofString(large)))
                                .build());
        error(chunked, 413);
        error(server.get("/v1/nothing"), 404);
        error(server.post("/", "{}"), 405);
        HttpResponse<String> method = server.get("/generate");
        error(method, 405);
        assertThat(method.headers().firstValue("Allow")).contains("POST");
    }

    @Test
    void headersProtectEveryAnswer() throws Exception {
        for (String path : new TreeSet<>(List.of("/", "/docs", "/v1/models", "/nothing"))) {
            HttpResponse<String> answer = server.get(path);
            assertThat(answer.headers().firstValue("X-Content-Type-Options"))
                    .as(path)
                    .contains("nosniff");
            assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                    .startsWith("default-src '")
                    .doesNotContain("unsafe-eval")
                    .contains("frame-ancestors 'none'");
            assertThat(answer.headers().firstValue("Server")).isEmpty();
        }
    }
}
