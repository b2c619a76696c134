package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.generate.GenerateOptions;
import understudy.reply.Completer;

/// The article's endpoint.
class GenerateRouteTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/generate", "/generate/"})
    void answersThePromptAndWhatFollows(String path) throws Exception {
        HttpResponse<String> answer =
                server.post(
                        path,
                        """
                        {"prompt": "<|start_header_id|>user<|end_header_id|>\\nhi<|eot_id|>",
                         "temperature": 0.9, "max_new_tokens": 2, "repetition_penalty": 1.3,
                         "custom_stop_tokens": "<|eot_id|>,\\n\\n,user:"}
                        """);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.body())
                .isEqualTo(
                        "{\"generated_text\":\"<|start_header_id|>user<|end_header_id|>\\nhi"
                                + "<|eot_id|>So far\"}");
        Completer.Task task = server.completer.tasks.getLast();
        GenerateOptions options = task.options();
        assertThat(options.temperature()).isEqualTo(0.9);
        assertThat(options.maxTokens()).isEqualTo(2);
        assertThat(options.repetitionPenalty()).isEqualTo(1.3);
        assertThat(options.stopStrings()).isEqualTo(List.of("<|eot_id|>", "\n\n", "user:"));
        assertThat(task.fixed()).isFalse();
        assertThat(task.model()).isEqualTo(FakeCompleter.RUN);
        assertThat(task.client()).isEqualTo("127.0.0.1");
    }

    @Test
    void takesTheArticlesDefaults() throws Exception {
        HttpResponse<String> answer = server.post("/generate", "{\"prompt\": \"hi\"}");
        assertThat(answer.body()).isEqualTo("{\"generated_text\":\"hiSo far so good.\"}");
        GenerateOptions options = server.completer.tasks.getLast().options();
        assertThat(options.temperature()).isEqualTo(0.5);
        assertThat(options.maxTokens()).isEqualTo(100);
        assertThat(options.repetitionPenalty()).isEqualTo(1.15);
        assertThat(options.stopStrings()).isEqualTo(List.of("<|eot_id|>"));
    }

    @Test
    void everyTextHasASeedOfItsOwn() throws Exception {
        server.post("/generate", "{\"prompt\": \"hi\"}");
        long first = server.completer.tasks.getLast().options().seed();
        server.post("/generate", "{\"prompt\": \"hi\"}");
        assertThat(server.completer.tasks.getLast().options().seed()).isNotEqualTo(first);
    }

    @Test
    void saysThatItLives() throws Exception {
        HttpResponse<String> json = server.get("/");
        assertThat(json.body())
                .isEqualTo(
                        "{\"status\":\"ok\",\"name\":\"understudy\",\"docs\":\"/docs\","
                                + "\"models\":[\"anna-1\",\"org/base\"]}");
        HttpResponse<String> page = server.get("/", "Accept", "text/html,*/*;q=0.8");
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=utf-8");
        assertThat(page.body()).contains("href=\"/docs\"");
    }
}
