package understudy.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;

class RedactionTest {
    private static final long SEED = 20_261_127;
    private static final RedactionKey KEY = new RedactionKey(new byte[32]);

    private static Redaction over(List<String> texts, String... names) {
        return over(KEY, texts, names);
    }

    private static Redaction over(RedactionKey key, List<String> texts, String... names) {
        Set<Kind> kinds = EnumSet.copyOf(Redaction.everyKind());
        kinds.add(Kind.NAME);
        Redaction redaction =
                new Redaction(key, kinds, new RedactionWords(List.of(names)), List.of());
        texts.forEach(redaction::learn);
        return redaction;
    }

    private static String alone(String text, String... names) {
        return over(List.of(text), names).apply(text).text();
    }

    /// Every row of the table of what is found, in eleven languages.
    @TestFactory
    Stream<DynamicTest> leavesNothingOfWhatIsFoundAndIsDoneWithIt() {
        return PersonalDataTest.FOUND
                .lines()
                .map(PersonalDataTest.Case::of)
                .map(c -> DynamicTest.dynamicTest(c.text(), () -> check(c)));
    }

    private static void check(PersonalDataTest.Case row) {
        String text = row.text();
        Set<Kind> kinds = Redaction.everyKind();
        Redaction redaction = new Redaction(KEY, kinds, RedactionWords.NONE, row.regions());
        redaction.learn(text);
        String value = text.substring(row.start(), row.end());
        Redaction.Redacted redacted = redaction.apply(text);
        boolean nobodys = redacted.text().equals(text); // in a network or domain of examples
        if (nobodys) {
            assertThat(value).containsAnyOf("example", "2001:db8", "192.0.2", "203.0.113");
            return;
        }
        assertThat(redacted.replaced()).containsExactly(row.kind());
        assertThat(redacted.text())
                .doesNotContain(value)
                .startsWith(text.substring(0, row.start()))
                .endsWith(text.substring(row.end()));
        Redaction.Redacted again = redaction.apply(redacted.text());
        assertThat(again.text()).isEqualTo(redacted.text());
        assertThat(again.replaced()).isEmpty();
    }

    @Test
    void ordinaryChatStaysAsItIs() {
        // numbers of orders and the like are nobody's business either, and go; counted and round
        // ones stay
        List<String> numbers =
                PersonalDataTest.NOTHING.stream()
                        .filter(text -> text.matches("(?i)order (?!1234).*|bestell.*|pedido.*|#.*"))
                        .toList();
        assertThat(numbers).hasSize(3);
        Redaction ofNumbers = over(numbers);
        for (String text : numbers) {
            assertThat(ofNumbers.apply(text).replaced()).as(text).isNotEmpty();
        }
        List<String> ordinary = new ArrayList<>(PersonalDataTest.NOTHING);
        ordinary.removeAll(numbers);
        Redaction redaction = over(ordinary);
        for (String text : ordinary) {
            assertThat(redaction.apply(text)).isEqualTo(new Redaction.Redacted(text, List.of()));
        }
    }

    @Test
    void aPseudonymLooksLikeTheValueAndIsNobodys() {
        String phone = alone("call me: +49 151 23456789").substring(9);
        assertThat(phone).matches("\\+49 [0-9]{3} [0-9]{8}");
        String mail = alone("mail Ada.Byron42@lists.uni.edu please");
        assertThat(mail)
                .matches("mail [A-Z][a-z]{2}\\.[A-Z][a-z]{4}[0-9]{2}@example\\.[a-z]+ please");
        String iban = alone("IBAN DE89 3704 0044 0532 0130 00");
        assertThat(iban).matches("IBAN DE[0-9]{2}( [0-9]{4}){4} [0-9]{2}");
        assertThat(PersonalData.find(iban)).noneMatch(f -> f.kind() == Kind.IBAN);
        String street = alone("we live at Lindenstraße 12, 10115 Berlin");
        assertThat(street).matches("we live at \\p{Lu}\\p{Ll}+straße [0-9]{2}, [0-9]{5} [A-Z].*");
        assertThat(alone("the PIN is 4711, ok?")).matches("the PIN is [0-9]{4}, ok\\?");
    }

    /// Secrets of five kinds, each told once and repeated in other spellings.
    @Test
    void oneValueHasOnePseudonymHoweverItIsSpelled() {
        List<String> texts =
                List.of(
                        "my number: +49 151 23456789",
                        "did you say 0151-23456789?",
                        "it ends in 23456789",
                        "ask lena.weber@mailbox.org",
                        "LENA.WEBER@MAILBOX.ORG wrote");
        Redaction redaction = over(texts);
        List<String> out = texts.stream().map(t -> redaction.apply(t).text()).toList();
        String tail = out.get(0).substring(out.get(0).length() - 8);
        assertThat(tail).isNotEqualTo("23456789");
        assertThat(out.get(1)).contains(tail);
        assertThat(out.get(2)).endsWith(tail);
        String mail = out.get(3).substring(4);
        assertThat(out.get(4)).startsWithIgnoringCase(mail.substring(0, mail.indexOf('@')));
    }

    /// 200 chats of made-up secrets between harmless words: no value is left, in any of its places,
    /// and doing it twice changes nothing.
    @Test
    void noSecretIsLeftInAnyOfManyTexts() {
        RandomGenerator random = SeededSecrets.random(SEED);
        List<SeededSecrets.Secret> secrets = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        String[] words = {
            "ok so ", "nimm ", "здравствуй ", "好的 ", "🙂 ", "sì: ", "\u200f", "e\u0301 "
        };
        for (int i = 0; i < 200; i++) {
            SeededSecrets.Secret secret = SeededSecrets.secret(i, random);
            secrets.add(secret);
            texts.add(
                    words[random.nextInt(words.length)]
                            + secret.written()
                            + (random.nextBoolean() ? " ok?" : "\nbis dann")
                            + (random.nextBoolean() ? "" : " " + secret.written()));
        }
        Redaction redaction = over(texts);
        Redaction same = over(texts);
        Redaction otherKey = over(new RedactionKey(new byte[] {1}), texts);
        int equal = 0;
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            Redaction.Redacted redacted = redaction.apply(text);
            assertThat(redacted.replaced()).as("seed %d, %d", SEED, i).isNotEmpty();
            assertThat(redacted.text())
                    .as("seed %d, %d", SEED, i)
                    .doesNotContain(secrets.get(i).written());
            assertThat(redaction.apply(redacted.text()).text()).isEqualTo(redacted.text());
            assertThat(same.apply(text)).isEqualTo(redacted);
            equal += otherKey.apply(text).text().equals(redacted.text()) ? 1 : 0;
        }
        assertThat(equal).as("another key, other pseudonyms").isZero();
    }

    @Test
    void namesBecomeNamesOfTheSameScriptWhereverTheyStand() {
        String[] names = {"Anna", "Anna Weber", "Дмитрий", "王芳", "Ελένη", "다솜", "Zoë"};
        List<List<String>> rows =
                List.of(
                        List.of("hi anna!", "hi ", "!", "\\p{Ll}{4}"),
                        List.of("Anna's and Annas", "", "", "\\p{Lu}\\p{Ll}{3}'s and \\p{L}{4}s"),
                        List.of("ANNA WEBER?", "", "?", "\\p{Lu}{4} \\p{Lu}{5}"),
                        List.of("это Дмитрий.", "это ", ".", "\\p{IsCyrillic}{7}"),
                        List.of("我和王芳去了", "我和", "去了", "\\p{IsHan}{2}"),
                        List.of("η Ελένη ήρθε", "η ", " ήρθε", "\\p{IsGreek}{5}"),
                        List.of("다솜 왔어", "", " 왔어", "\\p{IsHangul}{2}"),
                        List.of("Zoe\u0308 und Zoë", "", "", "(\\p{Lu}\\p{Ll}{2}) und \\1"));
        Redaction redaction = over(List.of(), names);
        for (List<String> row : rows) {
            Redaction.Redacted redacted = redaction.apply(row.getFirst());
            assertThat(redacted.text())
                    .isNotEqualTo(row.getFirst())
                    .startsWith(row.get(1))
                    .endsWith(row.get(2));
            String middle =
                    redacted.text()
                            .substring(
                                    row.get(1).length(),
                                    redacted.text().length() - row.get(2).length());
            assertThat(middle).matches(row.get(3));
            assertThat(redaction.apply(redacted.text()).text()).isEqualTo(redacted.text());
        }
        for (String harmless : List.of("Annapurna", "Hannah", "savanna", "Susanna")) {
            assertThat(redaction.apply(harmless).text()).isEqualTo(harmless);
        }
        assertThat(redaction.name("Anna (work)")).endsWith(" (work)").doesNotContain("Anna");
        assertThat(redaction.name("Kim")).isEqualTo("Kim");
    }

    @Test
    void withoutNamedKindsNothingIsReplaced() {
        Redaction phones = new Redaction(KEY, Set.of(Kind.PHONE), RedactionWords.NONE, List.of());
        String text = "+49 151 23456789, lena@mailbox.org";
        phones.learn(text);
        assertThat(phones.apply(text).replaced()).containsExactly(Kind.PHONE);
        assertThat(phones.apply(text).text()).endsWith(", lena@mailbox.org");
    }

    @Test
    void theKeyIsDrawnOnceAndForItsOwnerOnly(@TempDir Path home) throws IOException {
        Path file = home.resolve("redaction.key");
        byte[] first = RedactionKey.of(file).bytes("a");
        assertThat(RedactionKey.of(file).bytes("a")).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Files.writeString(file, "abc");
        assertThatThrownBy(() -> RedactionKey.of(file)).isInstanceOf(UserError.class);
    }

    @Test
    void aListOfWordsIsReadLineByLineAndFaultsAreNamedByNumberOnly(@TempDir Path home)
            throws IOException {
        Path file = home.resolve("redact.txt");
        Files.writeString(file, "# family\n\n  Anna Weber \nKim\n");
        assertThat(RedactionWords.read(file).words())
                .containsExactlyInAnyOrder("anna", "weber", "kim");
        Files.writeString(file, "Anna\n!\n");
        assertThatThrownBy(() -> RedactionWords.read(file))
                .isInstanceOf(UserError.class)
                .satisfies(e -> assertThat(((UserError) e).where()).endsWith("redact.txt line 2"));
    }
}
