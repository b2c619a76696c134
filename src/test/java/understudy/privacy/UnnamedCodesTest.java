package understudy.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumSet;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What looks like a code is replaced before it is learned, what only has digits is not.
class UnnamedCodesTest {
    private static final long SEED = 20_261_128;
    private static final RedactionKey KEY = new RedactionKey(new byte[32]);
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private static final List<String> CODES =
            List.of(
                    "my locker has the tag ‹482913›",
                    "‹482913›",
                    "‹4711›",
                    "→ ‹4711› 🙂",
                    "it's this:\n‹90417›\nok?",
                    "‹482 913›",
                    "‹4829-1377›",
                    "meter reading ‹0048291›, write it down",
                    "Paket (‹00340434161094›) ist da",
                    "pedido ‹612345678› enviado",
                    "#‹612345678›",
                    "член клуба ‹739205› вроде",
                    "会员号 ‹739205›",
                    "‹x7Kp9Q›",
                    "‹A1B2C3D4›",
                    "‹gato4815›",
                    "‹hunter2!x7›",
                    "‹7K9Q2M›.");

    /// Made up, as people write: years, dates, times, prices, quantities, scores, jokes.
    private static final List<String> ORDINARY =
            """
            2019
            1998!
            1830
            0915
            1500
            30000
            1000000
            5555555
            55555
            123456
            987654321
            010011101
            6969696969
            404
            42
            18:30
            18.30 Uhr
            7-1
            21-18
            100 200
            250 300
            150-200
            2018 2019
            12.05.2018
            20180512
            12052018
            born 12052001 i think
            3.14159265
            0.482913
            12,500
            1,250,000
            €482913
            482913€
            482913 $
            Rs. 482913
            USD 482913
            it cost 482913 rupees
            482913 EUR im Jahr
            он стоит 482913 рублей
            walked 128417 steps lol
            128417 Schritte
            128417 pasos hoy
            128417 people were there
            el video tiene 128417 views
            file is 482913 kb
            482913 km away
            482913 times
            i told you 482913 mal
            a million is 1000000
            about 150000 words
            3021377 - 12 is what
            2 * 482913
            482913*2
            = 482913 + 1
            2+2=4
            room 10234 is upstairs
            bus 1045 leaves at 5
            gr8
            l8r
            b4
            m8
            haha2
            2day
            4ever
            covid19
            COVID2019
            Sommer2019
            iPhone15
            PS5
            MP3
            H2O
            CO2
            R2D2
            c3po
            1v1
            4x4x4
            1h30m20s
            s02e11
            S01E05
            3pm-4pm
            10am
            g00dn1ght
            h3ll0
            1st2nd
            omg!!!1111
            what?!2018
            haha55555
            aaaaa11111
            abc123
            ok
            :)
            ...
            https://example.com/status/1234567890123
            https://example.com/a1B2c3D4
            lena@example.com
            see you in 2025 then
            May 5th, 2018
            grade 10, class of 2018
            we won 100-98
            my exam is 35% maths
            2018-05-12
            2018/05/12 10:22
            +1
            100%
            24/7
            50/50
            9/11
            1984 is a good book
            1.5 kg
            200g
            1080p
            4k
            90s
            mid 2000s
            top 100
            level 99
            IMG-20180512-WA0004
            IMG_482913
            v1.10.482913
            a482913b
            @anna 99
            """
                    .lines()
                    .toList();

    private static Redaction over(String text) {
        Redaction redaction =
                new Redaction(KEY, Redaction.everyKind(), RedactionWords.NONE, List.of());
        redaction.learn(text);
        return redaction;
    }

    @TestFactory
    Stream<DynamicTest> replacesExactlyWhatIsMarked() {
        return CODES.stream()
                .map(row -> DynamicTest.dynamicTest(row.replace('\n', ' '), () -> check(row)));
    }

    private static void check(String row) {
        int start = row.indexOf('‹');
        int end = row.indexOf('›') - 1;
        String text = row.replace("‹", "").replace("›", "");
        Redaction redaction = over(text);
        Redaction.Redacted redacted = redaction.apply(text);
        assertThat(redacted.replaced()).containsExactly(Kind.UNNAMED_CODE);
        String code = text.substring(start, end);
        assertThat(redacted.text())
                .hasSameSizeAs(text)
                .startsWith(text.substring(0, start))
                .endsWith(text.substring(end))
                .doesNotContain(code);
        assertThat(redaction.apply(redacted.text()).text()).isEqualTo(redacted.text());
        assertThat(PersonalData.find(text)).as("what may go out is another question").isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> leavesOrdinaryDigits() {
        return ORDINARY.stream()
                .map(text ->
                        DynamicTest.dynamicTest(
                                text,
                                () ->
                                        assertThat(over(text).apply(text).replaced())
                                                .doesNotContain(Kind.UNNAMED_CODE)));
    }

    private static String digits(RandomGenerator random, int count) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < count; i++) {
            digits.append(random.nextInt(10));
        }
        return digits.toString();
    }

    /// Of rows of 6 to 12 digits that are drawn, alone and in sentences, all but few are replaced:
    /// those that are round, counted or made of two digits.
    @Test
    void drawnNumbersGo() {
        RandomGenerator random = SeededSecrets.random(SEED);
        String[] frames = {
            "%s",
            "my locker has the tag %s",
            "es ist die %s, glaub ich",
            "anota: %s",
            "c'est le %s je crois",
            "%s ok?",
            "hi\n%s",
            "это %s да",
            "say %s at the desk\nbye"
        };
        int left = 0;
        int all = 4000;
        for (int i = 0; i < all; i++) {
            String number = digits(random, 6 + random.nextInt(7));
            String text = frames[i % frames.length].formatted(number);
            Redaction.Redacted redacted = over(text).apply(text);
            left += redacted.text().contains(number) ? 1 : 0;
        }
        assertThat(left).as("seed %d", SEED).isLessThan(all / 100);
    }

    /// Of numbers of 4 and 5 digits that are a whole message, 19 of 20 and more are replaced: the
    /// rest looks like years, times and sums.
    @Test
    void shortOnesGoWhereTheyStandAlone() {
        RandomGenerator random = SeededSecrets.random(SEED);
        int left = 0;
        for (int i = 0; i < 2000; i++) {
            String number = digits(random, 4 + i % 2);
            left += over(number).apply(number).text().equals(number) ? 1 : 0;
        }
        assertThat(left).as("seed %d", SEED).isLessThan(100);
        String inText = "i paid 4711 for it, and 47113 for that";
        assertThat(over(inText).apply(inText).replaced()).isEmpty();
    }

    @Test
    void oneCodeHasOnePseudonymNamedOrNot() {
        List<String> texts =
                List.of("the PIN is 482913", "482913", "tag 482913 here", "it was 482 913, no?");
        Redaction redaction =
                new Redaction(KEY, Redaction.everyKind(), RedactionWords.NONE, List.of());
        texts.forEach(redaction::learn);
        String pseudonym = redaction.apply(texts.getFirst()).text().substring(11);
        assertThat(pseudonym).matches("[0-9]{6}").isNotEqualTo("482913");
        assertThat(redaction.apply(texts.get(1)).text()).isEqualTo(pseudonym);
        assertThat(redaction.apply(texts.get(2)).text()).isEqualTo("tag " + pseudonym + " here");
        assertThat(redaction.apply(texts.get(3)).text().replace(" ", "")).contains(pseudonym);
    }

    @Test
    void theKindCanBeLeftOut() {
        EnumSet<Kind> kinds = EnumSet.copyOf(Redaction.everyKind());
        kinds.remove(Kind.UNNAMED_CODE);
        Redaction redaction = new Redaction(KEY, kinds, RedactionWords.NONE, List.of());
        redaction.learn("482913");
        assertThat(redaction.apply("482913").replaced()).isEmpty();
    }

    @Test
    void hostileTextsTakeLinearTime() {
        for (String piece : List.of("1", "1 ", "123\n", "a1", "1a!", "482913 ", "€", "= ", "1-")) {
            String text = piece.repeat(150_000 / piece.length());
            long start = CPU.getCurrentThreadCpuTime();
            PersonalData.withUnnamed(text, List.of());
            long ms = (CPU.getCurrentThreadCpuTime() - start) / 1_000_000;
            assertThat(ms).as("'%s'", piece.strip()).isLessThanOrEqualTo(750);
        }
    }
}
