package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.chat.Role;
import understudy.text.Line;

/// Against the counts of four real tokenizers, see `reference/token_counts.py`.
class TokenEstimateTest {
    private static JsonNode rows() throws IOException {
        return Json.json().readTree(Files.readAllBytes(StandIn.golden("token-counts.json")));
    }

    @Test
    void neverTooFewForALine() throws IOException {
        assertThat(rows().size()).isGreaterThan(40);
        for (JsonNode row : rows().values()) {
            String text = row.path("text").stringValue();
            for (Map.Entry<String, JsonNode> count : row.path("tokens").properties()) {
                assertThat(TokenEstimate.of(List.of(Line.of(Role.USER, text))))
                        .as("%s by %s", text, count.getKey())
                        .isGreaterThanOrEqualTo(count.getValue().intValue() + TokenEstimate.A_LINE);
            }
        }
    }

    /// An estimate that is far too high would leave half of a conversation out.
    @Test
    void notFarTooManyForEnglish() throws IOException {
        int estimate = 0;
        Map<String, Integer> counts = new TreeMap<>();
        for (JsonNode row : rows().values()) {
            String text = row.path("text").stringValue();
            if (text.length() > 40 && text.matches("\\p{ASCII}+")) {
                estimate += TokenEstimate.of(text);
                row.path("tokens")
                        .properties()
                        .forEach(c ->
                                counts.merge(c.getKey(), c.getValue().intValue(), Integer::sum));
            }
        }
        assertThat(counts).hasSize(4);
        for (int count : counts.values()) {
            assertThat((double) estimate / count).isBetween(1.0, 2.0);
        }
    }

    /// A tokenizer that falls back to bytes cannot need more than one token a byte, so no estimate
    /// has a reason to be higher, but for the one token added to each text.
    @Test
    void neverMoreThanBytes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            List<Integer> points = new ArrayList<>();
            for (int i = random.nextInt(30); i > 0; i--) {
                int point = random.nextInt(random.nextBoolean() ? 0x80 : 0x1F000);
                points.add(point >= 0xD800 && point < 0xE000 ? 'x' : point);
            }
            StringBuilder text = new StringBuilder();
            points.forEach(text::appendCodePoint);
            assertThat(TokenEstimate.of(text.toString()))
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(
                            1 + text.toString().getBytes(StandardCharsets.UTF_8).length);
        }
    }
}
