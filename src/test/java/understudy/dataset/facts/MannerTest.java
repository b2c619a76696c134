package understudy.dataset.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MannerTest {
    private static List<String> dressed(Manner manner, String answer, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, 200).mapToObj(i -> manner.dress(answer, random)).toList();
    }

    @Test
    void itIsCountedByLines() {
        Manner manner =
                Manner.of(
                        List.of(
                                "we go now\nOk",
                                "I like it.",
                                "well... not now..",
                                "nice \uD83D\uDE00"));
        assertThat(manner.flat()).isEqualTo(2 / 3.0);
        assertThat(manner.small()).isEqualTo(3 / 5.0);
        assertThat(manner.stop()).isEqualTo(1 / 3.0);
        assertThat(manner.faces()).isEqualTo(1 / 5.0);
        assertThat(manner.emoji()).containsExactly("\uD83D\uDE00");
        assertThat(manner.words()).isEqualTo(3);
        assertThat(Manner.of(List.of())).isEqualTo(Manner.PLAIN);
    }

    @Test
    void whoNeverWritesCapitalsGetsNone() {
        Manner manner = Manner.of(List.of("we go now", "no idea what", "ok then yes"));
        assertThat(dressed(manner, "I live in Leipzig.", 1)).containsOnly("i live in leipzig");
    }

    @Test
    void whoWritesWholeSentencesGetsThem() {
        Manner manner = Manner.of(List.of("We go now.", "That is fine.", "I know that."));
        assertThat(dressed(manner, "in Leipzig, I think", 2)).containsOnly("In Leipzig, I think.");
        assertThat(dressed(manner, "Leipzig", 2)).containsOnly("Leipzig");
        assertThat(dressed(manner, "who knows that?", 2)).containsOnly("Who knows that?");
    }

    @Test
    void habitsAreAsFrequentAsTheyAre() {
        Manner manner = new Manner(0, 0.5, 0.5, 0.9, List.of("\uD83D\uDE00"), 4);
        List<String> all = dressed(manner, "I live in Leipzig", 3);
        assertThat(share(all, t -> t.startsWith("i"))).isBetween(0.4, 0.6);
        assertThat(share(all, t -> t.contains("."))).isBetween(0.4, 0.6);
        // not everywhere, however fond of them somebody is
        assertThat(share(all, t -> t.endsWith("\uD83D\uDE00"))).isBetween(0.2, 0.4);
        assertThat(dressed(manner, "I live in Leipzig", 3)).isEqualTo(all);
    }

    @Test
    void whatIsSaidStaysSaid() {
        Manner manner = new Manner(0.3, 0.6, 0.5, 0.3, List.of("\uD83D\uDE00"), 4);
        for (String value :
                List.of("\u00D6tzi", "St. Pauli", "a", "43", "\uD83D\uDE00", "\u732B", "C++.")) {
            assertThat(dressed(manner, value, 4))
                    .allMatch(t -> Normal.of(t).equals(Normal.of(value)), value);
        }
    }

    private interface Test1 {
        boolean holds(String text);
    }

    private static double share(List<String> all, Test1 test) {
        return (double) all.stream().filter(test::holds).count() / all.size();
    }
}
