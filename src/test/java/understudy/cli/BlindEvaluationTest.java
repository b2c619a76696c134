package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import understudy.chat.Role;
import understudy.evaluate.voice.BlindTest;
import understudy.evaluate.voice.Exchange;
import understudy.text.Line;

class BlindEvaluationTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);

    private static Exchange question(String asked) {
        List<Line> before =
                List.of(
                        Line.of(Role.SYSTEM, "You are Robin."),
                        Line.of(Role.ASSISTANT, "hello"),
                        Line.of(Role.USER, asked));
        return new Exchange("Kim\u001b[2J", "Kim", 0, before, "yes");
    }

    private BlindTest guess(String... said) {
        Deque<String> answers = new ArrayDeque<>(List.of(said));
        BlindTest test =
                BlindTest.of(
                        List.of(question("one?"), question("two?"), question("three?")),
                        List.of("real\u001b[2J", "real", "real"),
                        List.of("made", "made", "made"),
                        3);
        BlindEvaluation.ask(new Console(false, stream, stream), test, question -> answers.poll());
        return test;
    }

    @Test
    void aWordThatIsNoAnswerIsAskedAgainAndSkippedOnesDoNotCount() {
        BlindTest test = guess("maybe", " A ", "s", "b");
        assertThat(test.result().of()).isEqualTo(2);
        String shown = out.toString(StandardCharsets.UTF_8);
        assertThat(shown)
                .contains("-- 3 of 3", "one?", "made", "hello")
                .doesNotContain("You are Robin", "\u001b");
    }

    @Test
    void theEndOfTheInputEndsTheTest() {
        assertThat(guess("a").result().of()).isEqualTo(1);
        assertThat(guess("q").result().of()).isZero();
    }
}
