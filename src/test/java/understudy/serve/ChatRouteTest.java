package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.chat.Role;
import understudy.generate.GenerateOptions;
import understudy.reply.Completer;
import understudy.reply.Prompt;
import understudy.reply.Refusal;
import understudy.reply.Voice;
import understudy.text.Line;

/// OpenAI's conversations: what is asked of the model, and what the answer looks like.
class ChatRouteTest {
    private static final String PATH = "/v1/chat/completions";
    private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(server.faults).isEmpty();
    }

    private HttpResponse<String> ask(String more) throws Exception {
        return server.post(PATH, "{" + HI + (more.isEmpty() ? "" : "," + more) + "}");
    }

    private Completer.Task task() {
        return server.completer.tasks.getLast();
    }

    private Prompt.Chat prompt() {
        return (Prompt.Chat) task().prompt();
    }

    static String named(String body) {
        return body.replaceAll("\"(chatcmpl|cmpl)-[0-9a-f]{32}\"", "\"$1-ID\"");
    }

    @Test
    void theAnswerHasOpenAisForm() throws Exception {
        HttpResponse<String> answer = ask("");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(named(answer.body()))
                .isEqualTo(
                        "{\"id\":\"chatcmpl-ID\",\"object\":\"chat.completion\","
                                + "\"created\":1795600800,\"model\":\"anna-1\",\"choices\":[{"
                                + "\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"content\":\"So far so good.\",\"refusal\":null},"
                                + "\"logprobs\":null,\"finish_reason\":\"stop\"}],"
                                + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":4,"
                                + "\"total_tokens\":11},\"truncated\":0}");
        assertThat(answer.headers().firstValue("X-Understudy-Truncated")).contains("0");
    }

    @Test
    void defaultsAreThoseOfTheTerminal() throws Exception {
        ask("");
        GenerateOptions expected =
                new GenerateOptions.Builder(GenerateOptions.CHAT)
                        .maxTokens(512)
                        .seed(task().options().seed())
                        .build();
        assertThat(task().options()).isEqualTo(expected);
        assertThat(task().fixed()).isFalse();
        assertThat(task().model()).isEqualTo(FakeCompleter.RUN);
        assertThat(prompt().partner()).isEqualTo(Voice.Partner.STRANGER);
        assertThat(prompt().date()).isEqualTo(LocalDate.of(2026, 11, 25));
        assertThat(prompt().shorten()).isFalse();
        assertThat(prompt().lines()).isEqualTo(List.of(Line.of(Role.USER, "hi")));
    }

    @Test
    void everyOptionIsApplied() throws Exception {
        ask(
                """
                "model": "org/base", "temperature": 0.1, "top_p": 0.2, "max_completion_tokens": 33,
                "stop": ["a", "b", "c", "d"], "seed": -5, "frequency_penalty": 0.3,
                "presence_penalty": -0.4, "repetition_penalty": 1.5, "top_k": 6, "min_p": 0.07,
                "logit_bias": {"12": -100, "0": 5.5}, "logprobs": true, "top_logprobs": 8,
                "truncation": "auto", "metadata": {"person": "Kim", "trace": "x"}, "user": "me"
                """);
        assertThat(task().options())
                .isEqualTo(
                        new GenerateOptions.Builder()
                                .temperature(0.1)
                                .topP(0.2)
                                .maxTokens(33)
                                .stopStrings(List.of("a", "b", "c", "d"))
                                .seed(-5)
                                .frequencyPenalty(0.3)
                                .presencePenalty(-0.4)
                                .repetitionPenalty(1.5)
                                .topK(6)
                                .minP(0.07)
                                .logitBias(Map.of(12, -100.0, 0, 5.5))
                                .topLogprobs(8)
                                .build());
        assertThat(task().model()).isEqualTo(FakeCompleter.BASE);
        assertThat(task().fixed()).isTrue();
        assertThat(task().client()).isEqualTo("me");
        assertThat(prompt().partner()).isEqualTo(new Voice.Partner("Kim", "sister"));
        assertThat(prompt().shorten()).isTrue();
        ask(
                "\"safety_identifier\": \"newer\", \"user\": \"me\", \"max_tokens\": 3, \"stop\":"
                        + " \"x\"");
        assertThat(task().client()).isEqualTo("newer");
        assertThat(task().options().maxTokens()).isEqualTo(3);
        assertThat(task().options().stopStrings()).isEqualTo(List.of("x"));
        ask("\"top_p\": 0");
        assertThat(task().options().topP()).isEqualTo(1e-6);
    }

    /// Clients send what they do not set as null; and what changes nothing is taken.
    @Test
    void harmlessFieldsAreTaken() throws Exception {
        HttpResponse<String> answer =
                ask(
                        """
                        "temperature": null, "stop": null, "tools": null, "n": null,
                        "response_format": {"type": "text"}, "modalities": ["text"],
                        "store": false, "service_tier": "auto", "prompt_cache_key": "k",
                        "prompt_cache_retention": "24h", "prompt_cache_options": {"ttl": "30m"},
                        "tool_choice": "none", "reasoning_effort": "none", "verbosity": "medium",
                        "stream": false, "stream_options": null, "seed": null, "user": null
                        """);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(task().fixed()).isFalse();
    }

    @Test
    void rolesAndPartsBecomeLines() throws Exception {
        server.post(
                PATH,
                """
                {"messages": [
                  {"role": "developer", "content": "Be brief."},
                  {"role": "system", "content": [{"type": "text", "text": "One."},
                                                 {"type": "text", "text": "Two."}]},
                  {"role": "user", "name": "kim", "content": "<|im_end|>"},
                  {"role": "assistant", "content": "", "refusal": null, "tool_calls": null},
                  {"role": "user", "content": "\\ud83d\\ude00"}]}
                """);
        assertThat(prompt().lines())
                .isEqualTo(
                        List.of(
                                Line.of(Role.SYSTEM, "Be brief."),
                                Line.of(Role.SYSTEM, "One.\nTwo."),
                                new Line(Role.USER, "kim", "<|im_end|>"),
                                Line.of(Role.ASSISTANT, ""),
                                Line.of(Role.USER, "\uD83D\uDE00")));
    }

    @Test
    void severalAnswersTakeSeedsInARow() throws Exception {
        JsonNode answer = TestServer.json(ask("\"n\": 3, \"seed\": 40, \"max_tokens\": 2"));
        assertThat(answer.get("choices").size()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            assertThat(answer.at("/choices/" + i + "/index").intValue()).isEqualTo(i);
            assertThat(answer.at("/choices/" + i + "/finish_reason").stringValue())
                    .isEqualTo("length");
        }
        assertThat(server.completer.tasks.stream().map(t -> t.options().seed()))
                .containsExactly(40L, 41L, 42L);
        assertThat(answer.get("usage").toString())
                .isEqualTo("{\"prompt_tokens\":7,\"completion_tokens\":6,\"total_tokens\":13}");
    }

    @Test
    void logprobsHaveOpenAisForm() throws Exception {
        JsonNode answer =
                TestServer.json(ask("\"logprobs\": true, \"top_logprobs\": 1, \"max_tokens\": 1"));
        assertThat(answer.at("/choices/0/logprobs").toString())
                .isEqualTo(
                        "{\"content\":[{\"token\":\"So\",\"logprob\":-0.25,\"bytes\":[83,111],"
                                + "\"top_logprobs\":[{\"token\":\"So\",\"logprob\":-0.25,"
                                + "\"bytes\":[83,111]}]}],\"refusal\":null}");
        JsonNode none = TestServer.json(ask("\"logprobs\": true, \"max_tokens\": 1"));
        assertThat(none.at("/choices/0/logprobs/content/0/top_logprobs").size()).isZero();
    }

    @Test
    void whatIsLeftOutIsTold() throws Exception {
        server.completer.left = 3;
        HttpResponse<String> answer = ask("\"truncation\": \"auto\"");
        assertThat(TestServer.json(answer).get("truncated").intValue()).isEqualTo(3);
        assertThat(answer.headers().firstValue("X-Understudy-Truncated")).contains("3");
    }

    private static String message(String role, int characters) {
        return "{\"role\":\"%s\",\"content\":\"%s\"}".formatted(role, "x".repeat(characters));
    }

    /// The fake model takes 100 tokens: more than 1600 characters cannot fit.
    @Test
    void tooLongIsRefusedBeforeTheModelSeesIt() throws Exception {
        HttpResponse<String> answer =
                server.post(
                        PATH,
                        "{\"messages\":[%s,%s]}"
                                .formatted(message("user", 900), message("user", 701)));
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = TestServer.json(answer).get("error");
        assertThat(error.get("code").stringValue()).isEqualTo("context_length_exceeded");
        assertThat(error.get("message").stringValue())
                .contains("1601")
                .contains("100 tokens")
                .contains("1600");
        assertThat(server.completer.tasks).isEmpty();
    }

    @Test
    void withTruncationTheOldestThatCannotFitAreLeftOut() throws Exception {
        server.completer.left = 1;
        HttpResponse<String> answer =
                server.post(
                        PATH,
                        "{\"truncation\":\"auto\",\"messages\":[%s,%s,%s,%s]}"
                                .formatted(
                                        message("system", 5),
                                        message("user", 900),
                                        message("assistant", 10),
                                        message("user", 700)));
        assertThat(prompt().lines().stream().map(l -> l.content().length()))
                .containsExactly(5, 10, 700);
        assertThat(TestServer.json(answer).get("truncated").intValue()).isEqualTo(2);
        HttpResponse<String> single =
                server.post(
                        PATH,
                        "{\"truncation\":\"auto\",\"messages\":[%s]}"
                                .formatted(message("user", 1601)));
        assertThat(single.statusCode()).isEqualTo(400);
    }

    @Test
    void refusalsHaveTheirStatus() throws Exception {
        record Case(Refusal.Reason reason, int status, String code, int after) {}
        for (Case each :
                List.of(
                        new Case(Refusal.Reason.UNKNOWN_MODEL, 404, "model_not_found", 0),
                        new Case(Refusal.Reason.TOO_LONG, 400, "context_length_exceeded", 0),
                        new Case(Refusal.Reason.INVALID, 400, "invalid_value", 0),
                        new Case(Refusal.Reason.BUSY, 429, "rate_limit_exceeded", 7),
                        new Case(Refusal.Reason.UNAVAILABLE, 503, "unavailable", 9),
                        new Case(Refusal.Reason.UPSTREAM, 502, "upstream_error", 0))) {
            server.completer.failure =
                    new Refusal(each.reason, "it cannot", "here", "wait", each.after, null);
            for (String stream : List.of("false", "true")) {
                HttpResponse<String> answer = ask("\"stream\": " + stream);
                assertThat(answer.statusCode()).isEqualTo(each.status);
                JsonNode error = TestServer.json(answer).get("error");
                assertThat(error.get("code").stringValue()).isEqualTo(each.code);
                assertThat(error.get("message").stringValue()).isEqualTo("it cannot (here); wait");
                assertThat(answer.headers().firstValue("Retry-After").orElse("0"))
                        .isEqualTo(Integer.toString(each.after));
            }
        }
    }

    @Test
    void unknownModelsAndPeopleAreNamed() throws Exception {
        HttpResponse<String> model = ask("\"model\": \"ana-1\"");
        assertThat(model.statusCode()).isEqualTo(404);
        assertThat(model.body()).contains("model_not_found").contains("did you mean 'anna-1'?");
        HttpResponse<String> person = ask("\"metadata\": {\"person\": \"Nobody\"}");
        assertThat(person.statusCode()).isEqualTo(400);
        assertThat(person.body()).contains("\"param\":\"metadata.person\"");
        assertThat(person.body()).doesNotContain("Nobody");
        assertThat(server.completer.tasks).isEmpty();
    }
}
