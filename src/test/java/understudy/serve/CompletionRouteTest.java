package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.reply.Prompt;

/// OpenAI's texts and models.
class CompletionRouteTest {
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

    private HttpResponse<String> ask(String body) throws Exception {
        return server.post("/v1/completions", body);
    }

    @Test
    void theAnswerHasOpenAisForm() throws Exception {
        HttpResponse<String> answer = ask("{\"prompt\":\"Dear\",\"echo\":true,\"max_tokens\":2}");
        assertThat(ChatRouteTest.named(answer.body()))
                .isEqualTo(
                        "{\"id\":\"cmpl-ID\",\"object\":\"text_completion\","
                                + "\"created\":1795600800,\"model\":\"anna-1\",\"choices\":[{"
                                + "\"text\":\"DearSo far\",\"index\":0,\"logprobs\":null,"
                                + "\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":7,"
                                + "\"completion_tokens\":2,\"total_tokens\":9}}");
        assertThat(server.completer.raw()).isEqualTo("Dear");
    }

    @Test
    void sixteenTokensAreTheDefault() throws Exception {
        ask("{\"prompt\":\"Dear\"}");
        assertThat(server.completer.tasks.getLast().options().maxTokens()).isEqualTo(16);
    }

    @Test
    void promptsComeAsTextsAndAsIds() throws Exception {
        for (String prompt : List.of("\"a\"", "[\"a\",\"b\"]", "[1,2]", "[[1,2],[3]]")) {
            server.completer.tasks.clear();
            JsonNode answer =
                    TestServer.json(ask("{\"n\":2,\"seed\":9,\"prompt\":%s}".formatted(prompt)));
            List<Prompt> asked = server.completer.tasks.stream().map(t -> t.prompt()).toList();
            List<Prompt> expected =
                    switch (prompt) {
                        case "\"a\"" -> List.of(new Prompt.Raw("a"));
                        case "[\"a\",\"b\"]" -> List.of(new Prompt.Raw("a"), new Prompt.Raw("b"));
                        case "[1,2]" -> List.of(new Prompt.Ids(List.of(1, 2)));
                        default ->
                                List.of(new Prompt.Ids(List.of(1, 2)), new Prompt.Ids(List.of(3)));
                    };
            assertThat(asked)
                    .isEqualTo(expected.stream().flatMap(p -> List.of(p, p).stream()).toList());
            assertThat(server.completer.tasks.stream().map(t -> t.options().seed()))
                    .startsWith(9L, 10L);
            for (int i = 0; i < 2 * expected.size(); i++) {
                assertThat(answer.at("/choices/" + i + "/index").intValue()).isEqualTo(i);
            }
            assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(7 * expected.size());
        }
    }

    @Test
    void logprobsHaveOpenAisForm() throws Exception {
        JsonNode answer =
                TestServer.json(ask("{\"prompt\":\"a\",\"logprobs\":2,\"max_tokens\":2}"));
        assertThat(answer.at("/choices/0/logprobs").toString())
                .isEqualTo(
                        "{\"tokens\":[\"So\",\" far\"],\"token_logprobs\":[-0.25,-0.25],"
                                + "\"top_logprobs\":[{\"So\":-0.25,\"So1\":-0.5},"
                                + "{\" far\":-0.25,\" far1\":-0.5}],\"text_offset\":[0,2]}");
        JsonNode none = TestServer.json(ask("{\"prompt\":\"a\",\"logprobs\":0}"));
        assertThat(none.at("/choices/0/logprobs/top_logprobs").isNull()).isTrue();
        assertThat(server.completer.tasks.getLast().options().topLogprobs()).isZero();
    }

    @Test
    void whatCannotBeDoneIsRefused() throws Exception {
        record Case(String body, String param) {}
        for (Case each :
                List.of(
                        new Case("{\"prompt\":[1],\"echo\":true}", "echo"),
                        new Case("{\"prompt\":\"a\",\"echo\":true,\"logprobs\":1}", "echo"),
                        new Case("{\"prompt\":\"a\",\"best_of\":2}", "best_of"),
                        new Case("{\"prompt\":\"a\",\"suffix\":\"b\"}", "suffix"),
                        new Case("{\"prompt\":\"\"}", "prompt"),
                        new Case("{\"prompt\":[]}", "prompt"),
                        new Case("{\"prompt\":[[]]}", "prompt[0]"),
                        new Case("{\"prompt\":[\"a\",1]}", "prompt[1]"),
                        new Case("{\"prompt\":[1,\"a\"]}", "prompt[1]"),
                        new Case("{\"prompt\":[1,2.5]}", "prompt[1]"),
                        new Case("{\"prompt\":[-1]}", "prompt[0]"),
                        new Case("{\"prompt\":[4294967296]}", "prompt[0]"),
                        new Case("{\"prompt\":null}", "prompt"),
                        new Case("{}", "prompt"),
                        new Case("{\"prompt\":\"" + "a".repeat(1601) + "\"}", "prompt"),
                        new Case("{\"prompt\":[" + "1,".repeat(100) + "1]}", "prompt"))) {
            HttpResponse<String> answer = ask(each.body);
            assertThat(answer.statusCode()).as(each.body).isEqualTo(400);
            assertThat(TestServer.json(answer).at("/error/param").stringValue())
                    .as(answer.body())
                    .isEqualTo(each.param);
        }
        assertThat(server.completer.tasks).isEmpty();
    }

    @Test
    void modelsAreListed() throws Exception {
        assertThat(server.get("/v1/models").body())
                .isEqualTo(
                        "{\"object\":\"list\",\"data\":[{\"id\":\"anna-1\",\"object\":\"model\","
                                + "\"created\":1700000000,\"owned_by\":\"understudy\","
                                + "\"kind\":\"run\",\"context_length\":100},{\"id\":\"org/base\","
                                + "\"object\":\"model\",\"created\":1600000000,"
                                + "\"owned_by\":\"understudy\",\"kind\":\"base\","
                                + "\"context_length\":100}]}");
        for (String path : List.of("/v1/models/org/base", "/v1/models/org%2Fbase")) {
            HttpResponse<String> one = server.get(path);
            assertThat(one.statusCode()).as(path + one.body()).isEqualTo(200);
            assertThat(TestServer.json(one).get("id").stringValue()).isEqualTo("org/base");
        }
        HttpResponse<String> none = server.get("/v1/models/other");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(TestServer.json(none).at("/error/code").stringValue())
                .isEqualTo("model_not_found");
    }
}
