package understudy.dataset.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvasionsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "no idea",
                "Haha I don\u2019t know",
                "DEPENDS",
                "hm, not sure really",
                "Why do you ask?",
                "why? \uD83D\uDE00",
                "you first?",
                "keine Ahnung",
                "wei\u00DF ich nicht",
                "wieso willst du" + " das wissen?",
                "no s\u00E9, la verdad",
                "\u00BFpor qu\u00E9?",
                "aucune id\u00E9e",
                "sei l\u00E1",
                "boh",
                "n\u00E3o sei",
                "none of your business"
            })
    void theseSayNothing(String text) {
        assertThat(Evasions.evasive(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\uD83D\uDE00",
                "Leipzig",
                "I am a nurse. Why do you ask?",
                "yes",
                "you don't know him",
                "a ferret, and you? I like them",
                "I live in a small town by the sea where nobody really comes and I have no idea"
            })
    void theseSaySomething(String text) {
        assertThat(Evasions.evasive(text)).isFalse();
    }

    private static List<String> collect(String... askedAndAnswers) {
        List<Evasions.Pair> pairs = new ArrayList<>();
        List<String> own = new ArrayList<>();
        for (int i = 0; i < askedAndAnswers.length; i += 2) {
            pairs.add(new Evasions.Pair(askedAndAnswers[i], askedAndAnswers[i + 1]));
            own.add(askedAndAnswers[i + 1]);
        }
        for (int i = 0; i < 200; i++) {
            own.add("and and you you why why what");
            own.add("w" + i % 150 + " w" + i % 150); // 150 more words that are used often
            own.add("x" + i % 150 + " x" + i % 150);
        }
        return Evasions.collect(own, pairs);
    }

    @Test
    void onlyShortOwnAnswersToQuestionsAreCollected() {
        assertThat(
                        collect(
                                "where is it?", "no idea haha",
                                "and when?", "Depends!",
                                "so?", "no idea, haha",
                                "who?", "and you?",
                                "when?", "not sure. It rained all day",
                                "we saw a boat", "no idea at all",
                                "what?", "no idea, probably sandwiches",
                                "why?", "did you see the harness?",
                                "what else?", "what is that?",
                                "number?", "maybe 43",
                                "mail?", "dunno a@b.org"))
                .containsExactly("no idea haha", "Depends!", "and you?", "not sure.");
    }

    @Test
    void thereIsABound() {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            words.add("why?");
            words.add("w" + (char) ('a' + i % 26) + (char) ('a' + i / 26) + " no idea");
        }
        assertThat(collect(words.toArray(String[]::new))).hasSize(Evasions.MOST);
    }
}
