package understudy.evaluate.voice;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import understudy.chat.Role;
import understudy.text.Line;

class BlindTestTest {
    private static List<Exchange> questions(int count) {
        List<Exchange> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(
                    new Exchange(
                            "Kim", "Kim", i, List.of(Line.of(Role.USER, "and " + i)), "real " + i));
        }
        return all;
    }

    private static BlindTest test(int count, long seed) {
        List<Exchange> questions = questions(count);
        List<String> truth = questions.stream().map(Exchange::answer).toList();
        List<String> clone = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clone.add(i == 0 ? "" : i == 1 ? "real 1" : "made " + i);
        }
        return BlindTest.of(questions, truth, clone, seed);
    }

    @Test
    void theOrderIsDrawnAndNothingGivesTheRealOneAway() {
        BlindTest test = test(102, 5);
        assertThat(test.trials()).hasSize(100);
        for (BlindTest.Trial trial : test.trials()) {
            String real = trial.firstIsReal() ? trial.first() : trial.second();
            String made = trial.firstIsReal() ? trial.second() : trial.first();
            assertThat(real).startsWith("real");
            assertThat(made).startsWith("made");
            assertThat(trial.toString()).doesNotContain("made", "real");
        }
        long first = test.trials().stream().filter(BlindTest.Trial::firstIsReal).count();
        assertThat(first).isBetween(30L, 70L);
        assertThat(test(102, 5).trials()).isEqualTo(test.trials());
    }

    @Test
    void guessesAreCountedWithTheirInterval() {
        BlindTest test = test(22, 5);
        assertThat(test.result().words()).isEqualTo("Nothing was guessed.");
        int number = 0;
        for (BlindTest.Trial trial : test.trials()) {
            boolean right = number++ < 7;
            assertThat(test.guess(trial, right == trial.firstIsReal())).isEqualTo(right);
        }
        BlindTest.Result result = test.result();
        assertThat(result.right()).isEqualTo(7);
        assertThat(result.of()).isEqualTo(20);
        assertThat(result.words()).contains("7 of 20", "35%", "18 to 57%", "may be guessing");
        assertThat(result.tree()).containsKeys("right", "of", "share");
    }
}
