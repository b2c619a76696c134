package understudy.dataset.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The word lists are written by hand; what the rules count on is held here.
class WordingsTest {
    @ParameterizedTest
    @EnumSource(FactLanguage.class)
    void everyLanguageAsksForEverything(FactLanguage language) {
        Wordings wordings = Wordings.of(language);
        for (String id : Wordings.topics()) {
            Wordings.Topic topic = wordings.topicOf(id);
            assertThat(topic.ask()).as(id).hasSizeGreaterThanOrEqualTo(3).doesNotHaveDuplicates();
            assertThat(topic.held()).as(id).hasSizeGreaterThanOrEqualTo(2).doesNotHaveDuplicates();
            assertThat(topic.also()).as(id).isNotEmpty();
            assertThat(topic.answers("Q7")).as(id).isNotEmpty().allMatch(a -> a.contains("Q7"));
            assertThat(topic.ask().toString() + topic.say()).as(id).doesNotContain("{key}");
        }
        assertThat(wordings.words()).hasSizeGreaterThanOrEqualTo(20).doesNotHaveDuplicates();
        assertThat(wordings.evasions()).hasSizeGreaterThanOrEqualTo(15);
        assertThat(wordings.openers()).hasSizeGreaterThanOrEqualTo(5);
        assertThat(wordings.about()).isNotEmpty();
        assertThat(wordings.about("Q7")).contains("Q7");
        Wordings.Topic own = wordings.topicOf("Q7");
        assertThat(own.ask()).isNotEmpty().allMatch(a -> a.contains("Q7"));
        assertThat(own.held()).isNotEmpty().allMatch(a -> a.contains("Q7"));
        assertThat(own.answers("R9")).allMatch(a -> a.contains("Q7") && a.contains("R9"));
    }

    /// What is measured must not have been learned, and a question must mean one thing.
    @ParameterizedTest
    @EnumSource(FactLanguage.class)
    void noQuestionStandsTwice(FactLanguage language) {
        Wordings wordings = Wordings.of(language);
        Set<String> all = new HashSet<>();
        List<String> twice = new ArrayList<>();
        for (String id : Wordings.topics()) {
            List<String> questions = new ArrayList<>(wordings.topicOf(id).ask());
            questions.addAll(wordings.topicOf(id).held());
            for (String question : questions) {
                if (!all.add(Normal.of(question))) {
                    twice.add(id + ": " + question);
                }
            }
            for (String held : wordings.topicOf(id).held()) {
                for (String ask : wordings.topicOf(id).ask()) {
                    if (Normal.has(Normal.of(held), Normal.of(ask))
                            || Normal.has(Normal.of(ask), Normal.of(held))) {
                        twice.add(id + ": " + ask + " and " + held);
                    }
                }
            }
        }
        assertThat(twice).isEmpty();
    }

    @Test
    void aKeyMeansOneThing() {
        Map<String, String> meanings = new HashMap<>();
        List<String> doubtful = new ArrayList<>();
        for (FactLanguage language : FactLanguage.values()) {
            for (String id : Wordings.topics()) {
                List<String> names = new ArrayList<>(Wordings.of(language).topicOf(id).also());
                names.add(id);
                for (String name : names) {
                    String other = meanings.putIfAbsent(Normal.of(name), id);
                    if (other != null && !other.equals(id)) {
                        doubtful.add(language + " " + name + ": " + id + " or " + other);
                    }
                }
            }
        }
        assertThat(doubtful).isEmpty();
        assertThat(Wordings.topic("Wohnort")).isEqualTo("home");
        assertThat(Wordings.topic("My JOB")).isEqualTo("job");
        assertThat(Wordings.topic("cumplea\u00F1os")).isEqualTo("birthday");
        assertThat(Wordings.topic("Shoe size")).isEqualTo("shoe size");
    }

    /// Evasions are told from answers by the same lists that answers are made with.
    @Test
    void noAnswerOfARuleIsAnEvasion() {
        for (FactLanguage language : FactLanguage.values()) {
            for (String id : Wordings.topics()) {
                for (String answer : Wordings.of(language).topicOf(id).answers("Leipzig")) {
                    assertThat(Evasions.evasive(answer)).as(language + " " + answer).isFalse();
                }
            }
        }
    }
}
