package understudy.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopTextTest {
    private static final long SEED = 9;

    /// What is shown of a text that comes in pieces, and whether it was stopped.
    private static String shown(List<String> stops, List<String> pieces) {
        StopText text = new StopText(stops);
        StringBuilder shown = new StringBuilder();
        for (String piece : pieces) {
            shown.append(text.add(piece));
        }
        shown.append(text.end());
        return shown + (text.stopped() ? "|" : "");
    }

    /// The rule: the text ends with the stop string that is complete first; of several that are
    /// complete at the same character, the longest is cut off.
    private static String expected(List<String> stops, String text) {
        for (int end = 1; end <= text.length(); end++) {
            String longest = "";
            for (String stop : stops) {
                if (text.substring(0, end).endsWith(stop) && stop.length() > longest.length()) {
                    longest = stop;
                }
            }
            if (!longest.isEmpty()) {
                return text.substring(0, end - longest.length()) + "|";
            }
        }
        return text;
    }

    @Test
    void everySplitOfATextShowsTheSame() {
        List<List<String>> stops =
                List.of(
                        List.of("abcd", "bc"),
                        List.of("bc", "abcd"),
                        List.of("aab"),
                        List.of("aa", "aaa"),
                        List.of("b", "cab", "abcab"),
                        List.of("ca", "cac", "ac"));
        for (List<String> each : stops) {
            for (String text : List.of("xabcdy", "aaabcab", "cabcacab", "abcabc", "ababab", "")) {
                int cuts = Math.max(0, text.length() - 1);
                for (int bits = 0; bits < 1 << cuts; bits++) {
                    List<String> pieces = new ArrayList<>();
                    int from = 0;
                    for (int i = 0; i < cuts; i++) {
                        if ((bits >> i & 1) == 1) {
                            pieces.add(text.substring(from, i + 1));
                            from = i + 1;
                        }
                    }
                    pieces.add(text.substring(from));
                    assertThat(shown(each, pieces))
                            .as("stops %s, pieces %s", each, pieces)
                            .isEqualTo(expected(each, text));
                }
            }
        }
    }

    @Test
    void randomTextsInRandomPiecesFollowTheRule() {
        for (int i = 0; i < 5000; i++) {
            Random random = new Random(SEED + i);
            List<String> stops = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                stops.add(letters(random, 1 + random.nextInt(4)));
            }
            List<String> pieces = new ArrayList<>();
            for (int n = random.nextInt(12); n > 0; n--) {
                pieces.add(letters(random, random.nextInt(4)));
            }
            assertThat(shown(stops, pieces))
                    .as("stops %s, pieces %s, seed %d", stops, pieces, SEED + i)
                    .isEqualTo(expected(stops, String.join("", pieces)));
        }
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }

    @Test
    void whatCannotBecomeAStopIsShownAtOnce() {
        StopText text = new StopText(List.of("\nUser:"));
        assertThat(text.add("hello")).isEqualTo("hello");
        assertThat(text.add(" you\nUs")).isEqualTo(" you");
        assertThat(text.add("ed")).isEqualTo("\nUsed");
        assertThat(text.add("\nUser")).isEmpty();
        assertThat(text.stopped()).isFalse();
        assertThat(text.add(": I")).isEmpty();
        assertThat(text.stopped()).isTrue();
        assertThat(text.add("more")).isEmpty();
        assertThat(text.end()).isEmpty();
    }

    @Test
    void aBeginningThatCameToNothingIsShownAtTheEnd() {
        StopText text = new StopText(List.of("<end>"));
        assertThat(text.add("so <en")).isEqualTo("so ");
        assertThat(text.end()).isEqualTo("<en");
        assertThat(text.stopped()).isFalse();
    }

    @Test
    void withoutStopsEverythingPasses() {
        StopText text = new StopText(List.of());
        assertThat(text.add("a<b")).isEqualTo("a<b");
        assertThat(text.end()).isEmpty();
    }
}
