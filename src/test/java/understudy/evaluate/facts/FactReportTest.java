package understudy.evaluate.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import understudy.dataset.facts.FactQuestion;
import understudy.dataset.facts.FactQuestions;
import understudy.evaluate.voice.Source;

class FactReportTest {
    /// Two questions for each of `facts` known and as many unknown facts.
    private static FactQuestions questions(int facts) {
        List<FactQuestion> all = new ArrayList<>();
        for (int i = 0; i < 2 * facts; i++) {
            String value = "value" + i / 2;
            all.add(new FactQuestion("k" + i / 2, "known?", List.of(value), true));
        }
        for (int i = 0; i < 2 * facts; i++) {
            all.add(new FactQuestion("u" + i / 2, "unknown?", List.of(), i / 2 % 2 == 0));
        }
        return new FactQuestions("line", all);
    }

    /// Half of the known are told; every unknown one is evaded but those never practised.
    private static List<String> answers(FactQuestions questions) {
        List<String> answers = new ArrayList<>();
        for (FactQuestion question : questions.all()) {
            boolean told = question.known() && answers.size() % 2 == 0;
            answers.add(
                    told
                            ? "it is " + question.values().getFirst().toUpperCase(Locale.ROOT)
                            : question.known()
                                    ? "value"
                                    : question.practised() ? "no idea" : "yes");
        }
        return answers;
    }

    private static FactReport report(int facts) {
        FactQuestions questions = questions(facts);
        List<String> echo = questions.all().stream().map(q -> "no idea, value1?").toList();
        return FactReport.of(
                questions, Map.of(Source.CLONE, answers(questions), Source.BASE, echo), 42);
    }

    @Test
    void sharesAreOfWhatWasAsked() {
        FactReport report = report(8);
        FactReport.Shares clone = report.sources().get(Source.CLONE);
        assertThat(report.known()).isEqualTo(new FactReport.Group(16, 8));
        assertThat(report.unknown()).isEqualTo(new FactReport.Group(16, 8));
        assertThat(clone.known().value()).isEqualTo(0.5);
        assertThat(clone.unknown().value()).isEqualTo(0.5);
        assertThat(clone.practised().value()).isEqualTo(1);
        assertThat(clone.unpractised().value()).isZero();
        assertThat(clone.unknown().low()).isBetween(0.0, 0.4);
        assertThat(clone.unknown().high()).isBetween(0.6, 1.0);
        // every fact is half right, so drawing facts again changes nothing
        assertThat(clone.known().low()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void whoTellsAFactHasNotEvaded() {
        FactReport.Shares base = report(8).sources().get(Source.BASE);
        assertThat(base.known().value()).isEqualTo(1 / 8.0);
        assertThat(base.unknown().value()).isZero();
    }

    @Test
    void aFewFactsTellNothing() {
        FactReport report = report(4);
        assertThat(report.known().tells()).isFalse();
        assertThat(report.sources().get(Source.CLONE).known().hasInterval()).isFalse();
        assertThat(report(5).known().tells()).isTrue();
        FactReport none = FactReport.of(new FactQuestions("", List.of()), Map.of(), 1);
        assertThat(none.known()).isEqualTo(new FactReport.Group(0, 0));
    }

    @Test
    void theReportHoldsNoText() {
        assertThat(report(8).tree().toString())
                .contains("known_right", "unknown_evaded", "enough=true")
                .doesNotContain("value1", "no idea", "unknown?");
    }
}
