package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static understudy.reply.Refusal.Reason.BUSY;
import static understudy.reply.Refusal.Reason.INVALID;
import static understudy.reply.Refusal.Reason.TOO_LONG;
import static understudy.reply.Refusal.Reason.UNKNOWN_MODEL;
import static understudy.reply.Refusal.Reason.UPSTREAM;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.reply.Refusal.Reason;

class UpstreamProblemTest {
    private record Case(String server, int status, String body, Reason reason) {}

    /// Written after the servers' published formats, not recorded. Recorded ones are in
    /// [UpstreamRecordedTest].
    static Stream<Case> written() {
        return Stream.of(
                new Case(
                        "vLLM",
                        400,
                        error(
                                "BadRequestError",
                                "400",
                                "This model's maximum context length is 2048 tokens. However, you"
                                        + " requested 2100."),
                        TOO_LONG),
                new Case(
                        "vLLM 0.9",
                        400,
                        "{\"object\":\"error\",\"message\":\"max_tokens must be at least 1, got"
                            + " -186.\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}",
                        TOO_LONG),
                new Case(
                        "vLLM",
                        404,
                        error("NotFoundError", "404", "The model `m` does not exist."),
                        UNKNOWN_MODEL),
                new Case("vLLM", 401, "{\"error\":\"Unauthorized\"}", UPSTREAM),
                new Case(
                        "vLLM",
                        400,
                        error("BadRequestError", "400", "temperature must be non-negative, SECRET"),
                        INVALID),
                new Case("vLLM", 500, error("InternalServerError", "500", "SECRET"), UPSTREAM),
                new Case(
                        "OpenAI",
                        400,
                        error("invalid_request_error", "\"context_length_exceeded\"", "SECRET"),
                        TOO_LONG),
                new Case(
                        "OpenAI",
                        404,
                        error("invalid_request_error", "\"model_not_found\"", "SECRET"),
                        UNKNOWN_MODEL),
                new Case(
                        "OpenAI",
                        429,
                        error("insufficient_quota", "\"insufficient_quota\"", "SECRET"),
                        BUSY),
                new Case(
                        "OpenAI",
                        401,
                        error("invalid_request_error", "\"invalid_api_key\"", "SECRET"),
                        UPSTREAM),
                new Case(
                        "TGI",
                        422,
                        "{\"error\":\"Input validation error: `inputs` tokens + `max_new_tokens`"
                                + " must be <= 2048. Given: 2000 `inputs` tokens and 100"
                                + " `max_new_tokens`\",\"error_type\":\"validation\"}",
                        TOO_LONG),
                new Case(
                        "TGI",
                        422,
                        "{\"error\":\"Input validation error: `inputs` must have less"
                                + " than 1024 tokens. Given: 2000\",\"error_type\":\"validation\"}",
                        TOO_LONG),
                new Case(
                        "TGI",
                        429,
                        "{\"error\":\"Model is overloaded\",\"error_type\":" + "\"overloaded\"}",
                        BUSY),
                new Case(
                        "TGI",
                        422,
                        "{\"error\":\"Input validation error: `temperature` must be"
                                + " strictly positive\",\"error_type\":\"validation\"}",
                        INVALID),
                new Case(
                        "TGI",
                        424,
                        "{\"error\":\"SECRET\",\"error_type\":\"generation\"}",
                        INVALID),
                new Case(
                        "Ollama",
                        404,
                        "{\"error\":{\"message\":\"model \\\"m\\\" not found, try pulling it"
                                + " first\",\"type\":\"api_error\",\"param\":null,\"code\":null}}",
                        UNKNOWN_MODEL),
                new Case(
                        "Ollama",
                        400,
                        "{\"error\":{\"message\":\"SECRET\",\"type\":"
                                + "\"invalid_request_error\"}}",
                        INVALID),
                new Case(
                        "Ollama",
                        503,
                        "{\"error\":{\"message\":\"server busy, please try" + " again.\"}}",
                        BUSY),
                new Case(
                        "llama-server",
                        503,
                        error("unavailable_error", "503", "Loading model"),
                        BUSY),
                new Case("HF endpoint", 503, "{\"error\":\"503 Service Unavailable\"}", BUSY),
                new Case("HF endpoint", 403, "{\"error\":\"SECRET\"}", UPSTREAM),
                new Case(
                        "FastAPI",
                        422,
                        "{\"detail\":[{\"type\":\"int_parsing\",\"loc\":[\"body\","
                                + "\"seed\"],\"msg\":\"SECRET\",\"input\":\"SECRET\"}]}",
                        INVALID),
                new Case("nginx", 413, "<html>Request Entity Too Large</html>", TOO_LONG),
                new Case("nginx", 502, "<html>Bad Gateway SECRET</html>", UPSTREAM),
                new Case("nginx", 404, "<html>Not Found</html>", UPSTREAM),
                new Case("nginx", 301, "", UPSTREAM),
                new Case("none", 500, "", UPSTREAM),
                new Case("none", 418, "\u0000\uFFFF{{{", INVALID));
    }

    private static String error(String type, String code, String message) {
        return "{\"error\":{\"message\":\"%s\",\"type\":\"%s\",\"param\":null,\"code\":%s}}"
                .formatted(message, type, code);
    }

    private static UpstreamProblem problem(int status, String body, String retry) {
        HttpHeaders headers =
                HttpHeaders.of(
                        retry.isEmpty() ? Map.of() : Map.of("Retry-After", List.of(retry)),
                        (name, value) -> true);
        return UpstreamProblem.of(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource
    void written(Case written) {
        Refusal refusal =
                problem(written.status, written.body, "")
                        .refusal("http://host", false, "m", () -> List.of("one", "two"));
        assertThat(refusal.reason()).isEqualTo(written.reason);
        String told = refusal.what() + refusal.where() + refusal.fix();
        assertThat(told).doesNotContain("SECRET").contains("http://host");
        assertThat(refusal.what()).contains(Integer.toString(written.status));
        if (written.reason == UNKNOWN_MODEL) {
            assertThat(refusal.fix()).contains("--upstream-model").contains("one, two");
        }
        if (written.status == 401 || written.status == 403) {
            assertThat(refusal.fix()).contains("UNDERSTUDY_UPSTREAM_KEY");
        }
    }

    @Test
    void aCodeIsToldOnlyWhereItIsOneWord() {
        for (String code : List.of("two words", "\\u001b[31mred", "a\\nb", "x".repeat(65))) {
            String body = "{\"error\":{\"message\":\"m\",\"type\":\"" + code + "\"}}";
            Refusal refusal = problem(500, body, "").refusal("w", false, "m", List::of);
            assertThat(refusal.what()).isEqualTo("the server failed (500)");
        }
        String body = error("api_error", "null", "x");
        assertThat(problem(500, body, "").refusal("w", false, "m", List::of).what())
                .isEqualTo("the server failed (500, api_error)");
    }

    @Test
    void whenToTryAgain() {
        DateTimeFormatter form = DateTimeFormatter.RFC_1123_DATE_TIME;
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        assertThat(UpstreamProblem.retryAfter("7")).hasValue(7);
        assertThat(UpstreamProblem.retryAfter("1.2")).hasValue(2);
        assertThat(UpstreamProblem.retryAfter("999999999")).hasValue(3600);
        assertThat(UpstreamProblem.retryAfter(form.format(now.minusDays(1)))).hasValue(0);
        assertThat(UpstreamProblem.retryAfter(form.format(now.plusSeconds(30))).getAsInt())
                .isBetween(25, 31);
        for (String no : List.of("", "-1", "soon", "1e9", "0x7", "99999999999")) {
            assertThat(UpstreamProblem.retryAfter(no)).as(no).isEmpty();
        }
        Refusal busy = problem(503, "", "40").refusal("w", false, "m", List::of);
        assertThat(busy.retryAfter()).isEqualTo(40);
    }
}
