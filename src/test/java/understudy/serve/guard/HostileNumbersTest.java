package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Fifteen numbers with fourteen values each, through everything that stands in front of them.
class HostileNumbersTest {
    private static final List<String> FIELDS =
            List.of(
                    "temperature",
                    "top_p",
                    "max_tokens",
                    "max_completion_tokens",
                    "n",
                    "seed",
                    "frequency_penalty",
                    "presence_penalty",
                    "repetition_penalty",
                    "top_logprobs",
                    "top_k",
                    "min_p",
                    "best_of",
                    "logprobs",
                    "n_discard");

    private static final List<String> VALUES =
            List.of(
                    "-9223372036854775808",
                    "-1",
                    "0",
                    "1000001",
                    "2147483648",
                    "9223372036854775808",
                    "1e308",
                    "1e999",
                    "NaN",
                    "-Infinity",
                    "\"7\"",
                    "null",
                    "[]",
                    "{}");

    @Test
    void noneOfThemIsAFault() throws IOException {
        Guarded.Options options = new Guarded.Options();
        options.completer = new SlotCompleter(4, 8, 0);
        List<String> wrong = new ArrayList<>();
        try (Guarded server = new Guarded(options)) {
            int port = server.port();
            for (String field : FIELDS) {
                for (String value : VALUES) {
                    String body =
                            ("{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}],"
                                            + " \"%s\": %s}")
                                    .formatted(field, value);
                    RawHttp.Answer answer =
                            RawHttp.send(
                                    port,
                                    RawHttp.post(
                                            port,
                                            "/v1/chat/completions",
                                            body,
                                            "Content-Type: application/json"));
                    boolean named = answer.status() == 400 && answer.body().contains(field);
                    boolean taken = answer.status() == 200 && answer.body().contains("\"choices\"");
                    if (!named && !taken) {
                        wrong.add(field + " " + value + ": " + answer.status() + answer.body());
                    }
                }
            }
            assertThat(RawHttp.send(port, RawHttp.get(port, "/health")).status()).isEqualTo(200);
            assertThat(server.faults).isEmpty();
        }
        assertThat(wrong).isEmpty();
    }
}
