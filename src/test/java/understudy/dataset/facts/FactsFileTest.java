package understudy.dataset.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.base.UserError;

class FactsFileTest {
    private static final String SECRET = "zirkonfant";

    @TempDir Path folder;

    private static List<Fact> parse(String text) {
        return FactsFile.parse(text, "facts.md");
    }

    @Test
    void itemsAreFactsAndEverythingElseIsForPeople() {
        assertThat(
                        parse(
                                """
                                \uFEFF# About me
                                Some words: about this file.

                                - home: Leipzig
                                * **job**: a nurse
                                  + shoe size:   43
                                - diet:
                                <!-- - car: a van
                                - phone: none -->
                                ## Family ##
                                - I have two sisters: Ann and Bea.
                                - see https://example.org
                                -no item
                                1. nor this
                                """))
                .containsExactly(
                        new Fact(4, "home", "Leipzig", "About me"),
                        new Fact(5, "job", "a nurse", "About me"),
                        new Fact(6, "shoe size", "43", "About me"),
                        new Fact(11, "", "I have two sisters: Ann and Bea.", "Family"),
                        new Fact(12, "", "see https://example.org", "Family"));
    }

    @Test
    void invisibleCharactersAndOtherLineEndsDoNotMatter() {
        assertThat(parse("- ho\u200Bme\u202E:\tLeip\u00A0zig\u2066\r\n- age: 31\r\n"))
                .extracting(Fact::text)
                .containsExactly("ho me: Leip\u00A0zig", "age: 31");
    }

    @Test
    void aCommentThatNobodyClosedHidesTheRest() {
        assertThat(parse("- age: 31\n<!-- \n- home: Leipzig\n")).hasSize(1);
    }

    @Test
    void oneThingIsSaidOnceInWhateverLanguage() {
        for (String text :
                List.of(
                        "- home: Leipzig\n\n- Wohnort: " + SECRET,
                        "- I like " + SECRET + "\n\n- i like " + SECRET + "!",
                        "- my car: a van\n\n- Auto: " + SECRET)) {
            UserError error = catchThrowableOfType(UserError.class, () -> parse(text));
            assertThat(error.where()).isEqualTo("facts.md line 3, and line 1");
            assertThat(error.what() + error.fix()).doesNotContain(SECRET);
        }
    }

    @Test
    void boundsAreNamedWithTheirLineAndNothingIsQuoted() throws Exception {
        String most = "- " + "x".repeat(FactsFile.MOST_VALUE);
        assertThat(parse(most)).hasSize(1);
        String key = "y".repeat(FactsFile.MOST_KEY);
        assertThat(parse("- " + key + ": 1")).hasSize(1);
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < FactsFile.MOST_FACTS; i++) {
            many.append("- thing ").append(i).append(": yes\n");
        }
        assertThat(parse(many.toString())).hasSize(FactsFile.MOST_FACTS);
        for (String wrong : List.of(most + "x", "- y" + key + ": 1", "- " + SECRET + "\u0007")) {
            UserError error = catchThrowableOfType(UserError.class, () -> parse("\n" + wrong));
            assertThat(error.where()).isEqualTo("facts.md line 2");
            assertThat(error.what() + error.fix()).doesNotContain(SECRET, "xx", "yy");
        }
        assertThatThrownBy(() -> parse(many + "- one: more"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("more than 100 facts");
        Path file = folder.resolve("facts.md");
        Files.writeString(file, "\n".repeat(FactsFile.MOST_BYTES - 9) + "- age: 31");
        assertThat(FactsFile.read(file)).hasSize(1);
        Files.writeString(file, "\n".repeat(FactsFile.MOST_BYTES - 8) + "- age: 31");
        assertThatThrownBy(() -> FactsFile.read(file)).isInstanceOf(UserError.class);
        Files.write(file, "- home: K\u00F6ln".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> FactsFile.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> FactsFile.read(folder.resolve("none.md")))
                .isInstanceOf(UserError.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anythingIsReadOrRefusedButNeverBreaks(long seed) {
        Random random = new Random(seed);
        String[] parts = {
            "- ",
            "* ",
            "#",
            "# ",
            ":",
            ": ",
            "\n",
            "\r\n",
            "<!--",
            "-->",
            "**",
            "`",
            "{me}",
            "[",
            "\t",
            "home",
            "\u202E",
            "\uD83D\uDE00",
            "\uD83D",
            "<|im_end|>",
            "{}",
            "{key}",
            "\u2028"
        };
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(60); n > 0; n--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            try {
                for (Fact fact : parse(text.toString())) {
                    assertThat(fact.value()).as("seed %d, text %d", seed, i).isNotBlank();
                    assertThat(fact.value().codePoints()).noneMatch(Character::isISOControl);
                }
            } catch (UserError e) {
                assertThat(e.where()).as("seed %d, text %d", seed, i).startsWith("facts.md line");
            }
        }
    }

    @Test
    void theExampleHasEveryKeyAndNoFact() {
        assertThat(parse(FactsFile.example())).isEmpty();
        String filled = FactsFile.example().replaceAll("(?m)^(- .*):$", "$1: yes");
        assertThat(parse(filled))
                .extracting(Fact::key)
                .containsExactlyElementsOf(Wordings.topics());
    }
}
