package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Whether somebody asks if it is a bot: tables of questions that must be known in their language,
/// and of everyday sentences that must not be taken for one.
class BotQuestionTest {
    private final BotQuestion rule = new BotQuestion("Anna Berg");

    private static List<String> lines(String name) throws Exception {
        try (InputStream in = BotQuestionTest.class.getResourceAsStream("/bot/" + name)) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void everyQuestionIsKnownInItsLanguage() throws Exception {
        List<String> missed = new ArrayList<>();
        Map<String, Integer> counts = new HashMap<>();
        for (String line : lines("questions.txt")) {
            String[] parts = line.split("\\|", 2);
            counts.merge(parts[0], 1, Integer::sum);
            if (!rule.asked(parts[1], parts[0]).equals(java.util.Optional.of(parts[0]))) {
                missed.add(line + " -> " + rule.asked(parts[1], parts[0]));
            }
        }
        assertThat(missed).isEmpty();
        assertThat(counts.keySet()).containsExactlyInAnyOrderElementsOf(Texts.LANGUAGES);
        assertThat(counts.values()).allMatch(n -> n >= 5);
    }

    @Test
    void questionsAreKnownInAChatOfAnotherLanguage() throws Exception {
        for (String line : lines("questions.txt")) {
            assertThat(rule.asked(line.split("\\|", 2)[1], "xx")).as(line).isPresent();
        }
    }

    @Test
    void everydaySentencesAreNotTakenForIt() throws Exception {
        List<String> harmless = lines("harmless.txt");
        assertThat(harmless).hasSizeGreaterThanOrEqualTo(60);
        assertThat(harmless.stream().filter(s -> rule.asked(s, "en").isPresent())).isEmpty();
    }

    @Test
    void denialsAreSeenAndOtherWordsAreNot() {
        for (String denial :
                List.of(
                        "I'm not a bot",
                        "haha no, I am a real person!",
                        "lol. I'm human",
                        "Nein, ich bin kein Bot",
                        "ich bin ein echter Mensch",
                        "Non, je ne suis pas un robot.",
                        "no soy un bot",
                        "Non sono un robot",
                        "não sou um robô",
                        "ik ben geen bot",
                        "nie jestem botem",
                        "bot değilim",
                        "я не бот",
                        "我不是机器人",
                        "私はロボットじゃないよ",
                        "나 봇 아니야")) {
            assertThat(rule.denies(denial)).as(denial).isTrue();
        }
        for (String other :
                List.of(
                        "I'm not a morning person",
                        "I am really tired",
                        "ich bin kein Botaniker",
                        "the bot is down",
                        "no soy de aquí")) {
            assertThat(rule.denies(other)).as(other).isFalse();
        }
    }

    @Test
    void aHugeTextIsJudgedAtOnce() {
        String text = "are you a ".repeat(400_000);
        long start = System.nanoTime();
        assertThat(rule.asked(text, "en")).isEmpty();
        assertThat(rule.asked("really ".repeat(20) + "you?", "en")).isEmpty();
        assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(5_000);
    }
}
