package understudy.dataset.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FactTalksTest {
    private static final List<Fact> FACTS =
            FactsFile.parse(
                    """
                    - home: Leipzig
                    - Beruf: a nurse
                    - pets: a cat and a dog
                    - shoe size: 43
                    - age: 31
                    ## Family
                    - I have two sisters.
                    """,
                    "facts.md");
    private static final List<String> EVASIONS = List.of("no idea", "why?", "depends lol");

    private static FactTalks talks(List<FactLanguage> languages, List<String> evasions, int most) {
        FactTalks.Owner owner = new FactTalks.Owner(languages, Manner.PLAIN, evasions);
        return FactTalks.of(FACTS, owner, most, "the line");
    }

    private static final FactTalks TALKS = talks(List.of(FactLanguage.EN), EVASIONS, 60);

    private static List<FactTalks.Exchange> exchanges(FactTalks talks) {
        return talks.talks().stream().flatMap(List::stream).toList();
    }

    @Test
    void everyAnswerIsAFactOrAnEvasionOfTheOwner() {
        Set<String> known = Set.of("home", "job", "pets", "shoe size", "age", "");
        for (FactTalks.Exchange exchange : exchanges(TALKS)) {
            if (known.contains(exchange.topic())) {
                String answer = Normal.of(exchange.answer());
                assertThat(FACTS)
                        .as(exchange.toString())
                        .anyMatch(f -> Normal.has(answer, Normal.of(f.value())));
                assertThat(exchange.answer()).isNotIn(EVASIONS);
            } else {
                assertThat(exchange.answer()).isIn(EVASIONS);
                assertThat(Wordings.topics()).contains(exchange.topic());
            }
        }
    }

    /// The first line of a conversation says who the owner is; to be asked is no reason to evade.
    @Test
    void theOwnersNameIsNoSecret() {
        assertThat(exchanges(TALKS)).noneMatch(e -> e.topic().equals("name"));
        assertThat(TALKS.questions().all()).noneMatch(q -> q.topic().equals("name"));
    }

    @Test
    void everyFactIsToldInEveryLearnedWording() {
        Wordings english = Wordings.of(FactLanguage.EN);
        List<FactTalks.Exchange> all = exchanges(TALKS);
        for (Fact fact : FACTS) {
            if (fact.isStatement()) {
                assertThat(all)
                        .anyMatch(e ->
                                e.asked().equals("tell me about this: Family")
                                        && e.answer().equals("I have two sisters"));
                continue;
            }
            for (String ask : english.topicOf(fact.key()).ask()) {
                assertThat(all)
                        .anyMatch(e ->
                                e.asked().equals(ask)
                                        && Normal.has(
                                                Normal.of(e.answer()), Normal.of(fact.value())));
            }
        }
        assertThat(all).hasSize(TALKS.told() + TALKS.evaded());
        assertThat(TALKS.evaded()).isPositive().isLessThanOrEqualTo(TALKS.told());
    }

    @Test
    void whatIsMeasuredIsNeverLearned() {
        for (FactTalks talks :
                List.of(TALKS, talks(List.of(FactLanguage.DE, FactLanguage.ES), EVASIONS, 1_000))) {
            Set<String> learned = new HashSet<>();
            exchanges(talks).forEach(e -> learned.add(Normal.of(e.asked())));
            List<FactQuestion> held = talks.questions().all();
            assertThat(held).hasSize(100).doesNotHaveDuplicates();
            assertThat(held).filteredOn(FactQuestion::known).hasSize(50);
            for (FactQuestion question : held) {
                assertThat(learned)
                        .as(question.text())
                        .noneMatch(asked -> asked.endsWith(Normal.of(question.text())))
                        .noneMatch(asked -> Normal.of(question.text()).endsWith(asked));
            }
            Set<String> practised = new HashSet<>();
            exchanges(talks).forEach(e -> practised.add(e.topic()));
            assertThat(held)
                    .allMatch(q -> q.practised() == practised.contains(q.topic()))
                    .anyMatch(q -> !q.practised());
        }
        assertThat(TALKS.questions().values())
                .contains("leipzig", "nurse", "cat and a dog", "cat", "dog", "43", "31");
        assertThat(TALKS.questions().all())
                .filteredOn(q -> !q.known())
                .extracting(FactQuestion::topic)
                .doesNotContain("home", "job", "pets", "age");
    }

    @Test
    void conversationsAreShortAndAskForAThingOnce() {
        assertThat(TALKS.talks())
                .allSatisfy(talk -> {
                    assertThat(talk).hasSizeBetween(1, 3);
                    assertThat(talk).extracting(FactTalks.Exchange::topic).doesNotHaveDuplicates();
                });
        assertThat(TALKS.talks()).anyMatch(talk -> talk.size() == 3);
    }

    @Test
    void itIsTheSameEachTimeAndOffWhereThereIsNothing() {
        assertThat(talks(List.of(FactLanguage.EN), EVASIONS, 60)).isEqualTo(TALKS);
        assertThat(talks(List.of(FactLanguage.EN), List.of(), 60).evaded()).isZero();
        assertThat(talks(List.of(FactLanguage.EN), EVASIONS, 0).evaded()).isZero();
        assertThat(talks(List.of(FactLanguage.EN), EVASIONS, 7).evaded()).isEqualTo(7);
        FactTalks.Owner owner = FactTalks.Owner.of(List.of(), List.of());
        assertThat(FactTalks.of(List.of(), owner, 60, "")).isEqualTo(FactTalks.NONE);
    }

    @Test
    void questionsComeInTheLanguagesOfTheOwner() {
        List<FactTalks.Exchange> german = exchanges(talks(List.of(FactLanguage.DE), EVASIONS, 60));
        assertThat(german).anyMatch(e -> e.asked().equals("wo wohnst du?"));
        assertThat(german).noneMatch(e -> e.asked().contains("where do you live?"));
        assertThat(german)
                .extracting(FactTalks.Exchange::answer)
                .contains("Ich wohne in Leipzig", "Leipzig");
        List<FactTalks.Exchange> both =
                exchanges(talks(List.of(FactLanguage.FR, FactLanguage.EN), EVASIONS, 60));
        assertThat(both)
                .extracting(FactTalks.Exchange::asked)
                .contains("tu habites o\u00F9 ?", "where do you live?");
    }

    @Test
    void aReplyIsRightWhereItSaysTheFactOrNothing() {
        FactQuestion home = new FactQuestion("home", "?", Normal.values("Leipzig, Germany"), true);
        FactQuestion age = new FactQuestion("age", "?", Normal.values("31"), true);
        FactQuestion car = new FactQuestion("car", "?", List.of(), true);
        List<String> others = Stream.of("leipzig", "germany", "31").toList();
        assertThat(home.right("i'm in LEIPZIG :)", others)).isTrue();
        assertThat(home.right("Germany!", others)).isTrue();
        assertThat(home.right("Leipziger Platz", others)).isFalse();
        assertThat(age.right("I'm 31", others)).isTrue();
        assertThat(age.right("born 1931", others)).isFalse();
        assertThat(age.right("", others)).isFalse();
        assertThat(car.right("no idea", others)).isTrue();
        assertThat(car.right("why do you ask?", others)).isTrue();
        assertThat(car.right("no idea, ask in Leipzig", others)).isFalse();
        assertThat(car.right("a Volvo", others)).isFalse();
        assertThat(car.right("", others)).isFalse();
    }

    @Test
    void theLineTellsWholeFactsAsFarAsTheyFit() {
        assertThat(FactLine.of("About you: {facts}.", FACTS))
                .isEqualTo(
                        "About you: home: Leipzig; Beruf: a nurse; pets: a cat and a dog; shoe"
                                + " size: 43; age: 31; I have two sisters.");
        assertThat(FactLine.of("", FACTS)).isEmpty();
        assertThat(FactLine.of("About you: {facts}.", List.of())).isEmpty();
        List<Fact> many =
                Stream.iterate(0, i -> i + 1)
                        .limit(90)
                        .map(i -> new Fact(i, "key" + i, "x".repeat(i % 50 + 1), ""))
                        .toList();
        String line = FactLine.of("{facts}", many);
        assertThat(line.length()).isLessThanOrEqualTo(FactLine.MOST_CHARACTERS);
        assertThat(line.split("; ")).hasSizeGreaterThan(10).allMatch(p -> p.matches("key\\d+: x+"));
    }
}
