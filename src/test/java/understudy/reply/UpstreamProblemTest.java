package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static understudy.reply.Refusal.Reason.UNKNOWN_MODEL;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.reply.Refusal.Reason;

class UpstreamProblemTest {
    private record Case(String server, int status, String body, Reason reason) {}

    /// Written after the servers' published formats, not recorded. Recorded ones are in
    /// [UpstreamRecordedTest].
    static List<Case> written() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (String line : Files.readAllLines(StandIn.golden("written-errors.txt"))) {
            if (!line.startsWith("#")) {
                String[] parts = line.split(" \\| ?", 4);
                cases.add(
                        new Case(
                                parts[0],
                                Integer.parseInt(parts[1]),
                                parts[3],
                                Reason.valueOf(parts[2])));
            }
        }
        assertThat(cases).hasSizeGreaterThan(25);
        return cases;
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
