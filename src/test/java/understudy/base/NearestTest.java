package understudy.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    private static final List<String> WORDS =
            List.of("train", "runs", "import", "--json", "--epochs", "--max-tokens");

    @Test
    void findsTheWordBehindASlip() {
        assertThat(Nearest.to("rnus", WORDS)).contains("runs");
        assertThat(Nearest.to("trian", WORDS)).contains("train");
        assertThat(Nearest.to("imports", WORDS)).contains("import");
        assertThat(Nearest.to("--epoch", WORDS)).contains("--epochs");
        assertThat(Nearest.to("--max_tokens", WORDS)).contains("--max-tokens");
    }

    @Test
    void saysNothingRatherThanNonsense() {
        assertThat(Nearest.to("chat", WORDS)).isEmpty();
        assertThat(Nearest.to("", WORDS)).isEmpty();
        assertThat(Nearest.to("--zzzz", WORDS)).isEmpty();
    }

    @Test
    void countsASwapOnce() {
        assertThat(Nearest.distance("abcd", "abdc")).isEqualTo(1);
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
        assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    }
}
