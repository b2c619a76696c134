package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.reply.Refusal;

/// Server-sent events, byte by byte.
class StreamTest {
    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> chat(String more) throws Exception {
        return server.post(
                "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true,%s}"
                        .formatted(more));
    }

    private HttpResponse<String> complete(String more) throws Exception {
        return server.post("/v1/completions", "{\"stream\":true,%s}".formatted(more));
    }

    /// The events but the last, which must be `[DONE]`.
    private static List<JsonNode> events(HttpResponse<String> answer) {
        List<JsonNode> all = new ArrayList<>();
        assertThat(answer.body()).endsWith("data: [DONE]\n\n");
        for (String event : answer.body().split("\n\n")) {
            assertThat(event).startsWith("data: ");
            if (!event.equals("data: [DONE]")) {
                all.add(Json.json().readTree(event.substring("data: ".length())));
            }
        }
        return all;
    }

    private static String text(List<JsonNode> events, String pointer, int index) {
        StringBuilder text = new StringBuilder();
        for (JsonNode event : events) {
            for (JsonNode choice : event.get("choices").values()) {
                JsonNode part = choice.at(pointer);
                if (choice.get("index").intValue() == index && part.isString()) {
                    text.append(part.stringValue());
                }
            }
        }
        return text.toString();
    }

    @Test
    void aStreamIsTheseBytes() throws Exception {
        HttpResponse<String> answer = chat("\"max_tokens\":2");
        String head =
                "data: {\"id\":\"chatcmpl-ID\",\"object\":\"chat.completion.chunk\","
                        + "\"created\":1795600800,\"model\":\"anna-1\",\"choices\":[{\"index\":0,";
        String go = "\"logprobs\":null,\"finish_reason\":null}]}\n\n";
        assertThat(ChatRouteTest.named(answer.body()))
                .isEqualTo(
                        head
                                + "\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                                + go
                                + head
                                + "\"delta\":{\"content\":\"So\"},"
                                + go
                                + head
                                + "\"delta\":{\"content\":\" far\"},"
                                + go
                                + head
                                + "\"delta\":{},\"logprobs\":null,\"finish_reason\":\"length\"}],"
                                + "\"truncated\":0}\n\n"
                                + "data: [DONE]\n\n");
        assertThat(answer.headers().firstValue("Content-Type"))
                .contains("text/event-stream;charset=utf-8");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(answer.headers().firstValue("Transfer-Encoding")).contains("chunked");
    }

    @Test
    void usageComesLastAndIsNullBefore() throws Exception {
        server.completer.left = 2;
        List<JsonNode> events =
                events(chat("\"max_tokens\":2,\"stream_options\":{\"include_usage\":true}"));
        for (JsonNode event : events.subList(0, events.size() - 1)) {
            assertThat(event.get("usage").isNull()).isTrue();
        }
        JsonNode last = events.getLast();
        assertThat(last.get("choices").toString()).isEqualTo("[]");
        assertThat(last.get("usage").toString())
                .isEqualTo("{\"prompt_tokens\":7,\"completion_tokens\":2,\"total_tokens\":9}");
        assertThat(last.get("truncated").intValue()).isEqualTo(2);
        assertThat(events.get(events.size() - 2).get("truncated").intValue()).isEqualTo(2);
    }

    @Test
    void severalAnswersKeepTheirNumbers() throws Exception {
        List<JsonNode> events =
                events(chat("\"n\":3,\"seed\":5," + "\"stream_options\":{\"include_usage\":true}"));
        for (int i = 0; i < 3; i++) {
            assertThat(text(events, "/delta/content", i)).isEqualTo("So far so good.");
            assertThat(text(events, "/delta/role", i)).isEqualTo("assistant");
            assertThat(text(events, "/finish_reason", i)).isEqualTo("stop");
        }
        assertThat(events.getLast().at("/usage/completion_tokens").intValue()).isEqualTo(12);
        assertThat(server.completer.tasks.stream().map(t -> t.options().seed()))
                .containsExactly(5L, 6L, 7L);
    }

    @Test
    void logprobsComeWithTheirText() throws Exception {
        List<JsonNode> events = events(chat("\"logprobs\":true,\"top_logprobs\":2"));
        assertThat(events.get(0).at("/choices/0/logprobs").isNull()).isTrue();
        assertThat(events.get(2).at("/choices/0/delta/content").stringValue()).isEqualTo(" far");
        JsonNode token = events.get(2).at("/choices/0/logprobs/content/0");
        assertThat(token.get("token").stringValue()).isEqualTo(" far");
        assertThat(token.get("top_logprobs").size()).isEqualTo(2);
    }

    @Test
    void anEmptyAnswerStillHasARole() throws Exception {
        server.completer.failure = null;
        server.completer.text = "";
        List<JsonNode> events = events(chat("\"seed\":1"));
        assertThat(text(events, "/delta/role", 0)).isEqualTo("assistant");
        assertThat(text(events, "/finish_reason", 0)).isEqualTo("stop");
    }

    @Test
    void textsAreStreamedToo() throws Exception {
        HttpResponse<String> answer = complete("\"prompt\":\"A\",\"max_tokens\":1,\"echo\":true");
        String head =
                "data: {\"id\":\"cmpl-ID\",\"object\":\"text_completion\","
                        + "\"created\":1795600800,\"model\":\"anna-1\",\"choices\":[{";
        assertThat(ChatRouteTest.named(answer.body()))
                .isEqualTo(
                        head
                                + "\"text\":\"A\",\"index\":0,\"logprobs\":null,"
                                + "\"finish_reason\":null}]}\n\n"
                                + head
                                + "\"text\":\"So\",\"index\":0,\"logprobs\":null,"
                                + "\"finish_reason\":null}]}\n\n"
                                + head
                                + "\"text\":\"\",\"index\":0,\"logprobs\":null,"
                                + "\"finish_reason\":\"length\"}]}\n\n"
                                + "data: [DONE]\n\n");
        List<JsonNode> events =
                events(
                        complete(
                                "\"prompt\":[\"A\",\"B\"],\"n\":2,\"logprobs\":1,"
                                        + "\"stream_options\":{\"include_usage\":true}"));
        for (int i = 0; i < 4; i++) {
            assertThat(text(events, "/text", i)).isEqualTo("So far so good.");
        }
        assertThat(events.get(1).at("/choices/0/logprobs/text_offset").toString()).isEqualTo("[2]");
        assertThat(events.getLast().at("/usage").toString())
                .isEqualTo("{\"prompt_tokens\":14,\"completion_tokens\":16,\"total_tokens\":30}");
    }

    /// After the first event the status is out; what fails then is told in an event.
    @Test
    void whatFailsLateIsAnEvent() throws Exception {
        server.completer.failureAfter = 1;
        server.completer.failure =
                new Refusal(Refusal.Reason.UPSTREAM, "it broke", null, "try again");
        HttpResponse<String> answer = chat("\"seed\":1");
        assertThat(answer.statusCode()).isEqualTo(200);
        List<JsonNode> events = events(answer);
        assertThat(events.getLast().toString())
                .isEqualTo(
                        "{\"error\":{\"message\":\"it broke; try again\",\"type\":\"server_error\","
                                + "\"param\":null,\"code\":\"upstream_error\"}}");
        assertThat(server.faults).isEmpty();
    }

    @Test
    void aFaultTellsNothingOfItself() throws Exception {
        for (int after : new int[] {0, 1}) {
            server.completer.failureAfter = after;
            server.completer.failure = new IllegalStateException("secret words");
            HttpResponse<String> answer = chat("\"seed\":1");
            assertThat(answer.statusCode()).isEqualTo(after == 0 ? 500 : 200);
            assertThat(answer.body())
                    .contains("internal_error")
                    .contains("this is a fault in understudy")
                    .doesNotContain("secret")
                    .doesNotContain("IllegalState");
        }
        assertThat(server.faults).hasSize(2);
        server.completer.failureAfter = 0;
        assertThat(server.post("/generate", "{\"prompt\":\"x\"}").statusCode()).isEqualTo(500);
        assertThat(server.faults).hasSize(3);
    }
}
