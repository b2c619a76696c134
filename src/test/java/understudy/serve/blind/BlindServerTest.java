package understudy.serve.blind;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import understudy.chat.Role;
import understudy.evaluate.voice.BlindTest;
import understudy.evaluate.voice.Exchange;
import understudy.text.Line;

class BlindServerTest {
    private final List<BlindTest.Result> told = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private BlindServer server = new BlindServer("127.0.0.1", 0, test(), told::add);

    private static BlindTest test() {
        Exchange question =
                new Exchange(
                        "Kim",
                        "Kim",
                        0,
                        List.of(
                                Line.of(Role.SYSTEM, "You are Robin"),
                                Line.of(Role.USER, "<b>well?</b>")),
                        "yes");
        return BlindTest.of(
                List.of(question, question),
                List.of("real one", "real two"),
                List.of("<script>made</script>", "made"),
                4);
    }

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String form) throws Exception {
        return client.send(
                request(path)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    private String begin() throws Exception {
        Matcher link = Pattern.compile("action=\"([^\"]+)\"").matcher(get(server.path()).body());
        assertThat(link.find()).isTrue();
        return link.group(1);
    }

    @Test
    void withoutTheKeyThereIsNothing() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/other-key").statusCode()).isEqualTo(404);
        assertThat(get(server.path() + "/stranger").statusCode()).isEqualTo(404);
        assertThat(post("/other-key/stranger", "real=a&trial=0").statusCode()).isEqualTo(404);
        assertThat(server.visitors()).isZero();
        assertThat(told).isEmpty();
    }

    @Test
    void twoFriendsGuessAndBothCount() throws Exception {
        for (int friend = 0; friend < 2; friend++) {
            String path = begin();
            HttpResponse<String> page = get(path);
            assertThat(page.body())
                    .contains("&lt;b&gt;well?", "1 of 2")
                    .doesNotContain("<b>", "<script", "You are Robin");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                    .startsWith("default-src 'none'");
            assertThat(post(path, "real=a&trial=0").statusCode()).isEqualTo(303);
            assertThat(post(path, "real=a&trial=0").statusCode()).isEqualTo(303);
            assertThat(post(path, "real=c&trial=1").statusCode()).isEqualTo(303);
            assertThat(get(path).body()).contains("2 of 2");
            post(path, "real=a&trial=1");
            assertThat(get(path).body()).contains("Thank you");
        }
        assertThat(server.visitors()).isEqualTo(2);
        assertThat(server.result().of()).isEqualTo(4);
        assertThat(told).hasSize(4);
    }
}
