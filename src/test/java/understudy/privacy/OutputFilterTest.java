package understudy.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class OutputFilterTest {
    /// The limits are on work, whatever else the machine does.
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private static final long SEED = 5_150_2112;

    private static final String LONG_STORY =
            "yesterday the old lighthouse keeper told us that nobody had climbed those wet stairs"
                    + " since the great storm took the roof away";

    private static final List<String> HARMLESS =
            """
            haha yes, see you at 18:30!
            am 12.05.2024 um 14:00 Uhr, passt das?
            it was 1.299,00 € and I still bought it
            2019-2024 was a blur
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10 los!
            10, 9, 8, 7, 6, 5, 4, 3, 2, 1
            kommst du um 8, 9 oder 10?
            one or two of them, three at most
            eins, zwei oder drei?
            meet me at cafe.com or at the dot of nine
            look at that, at least one of us tried
            my mail is me@owner.example, write me
            7 km in 35:20, pulse 142
            GTA 5 > FIFA 24, no question
            Zug 14:32 Gleis 7, an 16:05 Gleis 12
            3:2, 4:1, 0:0 and 5:4, what an evening
            10 + 20 + 30 + 40 = 100
            ich hab's dir doch gesagt, oder?
            dos cervezas y tres tapas, nada más
            la place est prise, désolé
            明天见，记得带伞
            😂😂😂
            """
                    .lines()
                    .toList();

    @Test
    void ofAHundredSecretsNoneComesOutInFiftyWaysEach() {
        RandomGenerator random = SeededSecrets.random(SEED);
        List<SeededSecrets.Secret> secrets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            secrets.add(SeededSecrets.secret(i, random));
        }
        OthersWords others =
                OthersWords.of(
                        secrets.stream().map(s -> "here you are: " + s.written()), List.of("DE"));
        OutputFilter filter = new OutputFilter(others, List.of(), List.of("DE"));
        List<String> leaks = new ArrayList<>();
        int tried = 0;
        for (SeededSecrets.Secret secret : secrets) {
            for (String output : SeededSecrets.outputs(secret.written())) {
                tried++;
                assertThat(SeededSecrets.readings(output))
                        .as("the test itself")
                        .anyMatch(r -> r.contains(secret.bare()));
                String out = filter.check(output, List.of()).text();
                if (SeededSecrets.readings(out).stream().anyMatch(r -> r.contains(secret.bare()))) {
                    leaks.add(output + " -> " + out);
                }
            }
        }
        assertThat(tried).isEqualTo(5_000);
        assertThat(leaks).as("seed %d", SEED).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> harmlessRepliesPassAsTheyAre() {
        RandomGenerator random = SeededSecrets.random(SEED);
        Stream<String> secrets =
                Stream.generate(() -> SeededSecrets.secret(random.nextInt(5), random).written());
        OutputFilter filter =
                new OutputFilter(
                        OthersWords.of(
                                Stream.concat(secrets.limit(1_000), Stream.of(LONG_STORY)),
                                List.of("DE")),
                        List.of("me@owner.example"),
                        List.of("DE"));
        return HARMLESS.stream()
                .map(text ->
                        DynamicTest.dynamicTest(
                                text,
                                () ->
                                        assertThat(filter.check(text, List.of()))
                                                .isEqualTo(new Verdict(text, List.of(), false))));
    }

    @Test
    void whatTheOtherSideWroteItselfMayBeSaidAgain() {
        OutputFilter filter = new OutputFilter(OthersWords.none(), List.of(), List.of("DE"));
        String reply = "ok, I call you at +49 151 23456789 then";
        assertThat(filter.check(reply, List.of()).masked()).contains(Kind.PHONE);
        assertThat(filter.check(reply, List.of()).text()).isEqualTo("ok, I call you at […] then");
        assertThat(filter.check(reply, List.of("mine: 0151/23456789")).unchanged()).isTrue();
        assertThat(filter.check(reply, List.of("mine: 0151/23456788")).unchanged()).isFalse();
        String mail = "I write to lena@example.com today";
        assertThat(filter.check(mail, List.of("Lena@Example.com")).unchanged()).isTrue();
        assertThat(filter.check(mail, List.of("lena")).unchanged()).isFalse();
    }

    @Test
    void nothingButASecretIsRefused() {
        OutputFilter filter = new OutputFilter(OthersWords.none(), List.of(), List.of());
        Verdict verdict = filter.check("+49 151 23456789", List.of());
        assertThat(verdict.refused()).isTrue();
        assertThat(verdict.text()).isEmpty();
        assertThat(verdict.masked()).contains(Kind.PHONE);
    }

    @Test
    void twelveWordsOfOthersAreTooMany() {
        String story = LONG_STORY;
        OutputFilter filter =
                new OutputFilter(
                        OthersWords.of(Stream.of("so!! " + story + " :("), List.of()),
                        List.of(),
                        List.of());
        List<String> words = List.of(story.split(" "));
        for (int from = 0; from + 12 <= words.size(); from++) {
            String eleven = "I: " + String.join(" ", words.subList(from, from + 11)) + " yes";
            String twelve = String.join("... ", words.subList(from, from + 12));
            assertThat(filter.check(eleven, List.of()).unchanged()).as(eleven).isTrue();
            Verdict whole = filter.check(twelve.toUpperCase(Locale.ROOT), List.of());
            assertThat(whole.refused()).as(twelve).isTrue();
            assertThat(whole.masked()).containsExactly(Kind.OTHERS_WORDS);
            assertThat(filter.check(twelve, List.of(story)).unchanged()).isTrue();
        }
        String own =
                "I really like what you do there, let us go there together next summer, please";
        Verdict cut = filter.check(own + ". " + String.join(" ", words.subList(2, 15)), List.of());
        assertThat(cut.text()).isEqualTo(own + ". […]");
    }

    @Test
    void aLanguageWithoutBlanksIsCountedByCharacters() {
        String story = "昨天晚上我们一起去看了那个很老的灯塔因为风太大所以没有人敢上楼去看海";
        OutputFilter filter =
                new OutputFilter(OthersWords.of(Stream.of(story), List.of()), List.of(), List.of());
        assertThat(filter.check(story.substring(3, 27), List.of()).refused()).isTrue();
        assertThat(filter.check(story.substring(3, 26), List.of()).unchanged()).isTrue();
    }

    @Test
    void aFilteredTextPassesAgainAsItIs() {
        RandomGenerator random = SeededSecrets.random(SEED + 1);
        OutputFilter filter = new OutputFilter(OthersWords.none(), List.of(), List.of("DE"));
        String alphabet = "0123456789 .-/()+@:abc ";
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder("words in front of it all: ");
            for (int c = 0; c < random.nextInt(60); c++) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Verdict verdict = filter.check(text.toString(), List.of());
            assertThat(filter.check(verdict.text(), List.of()).unchanged())
                    .as("seed %d item %d", SEED + 1, i)
                    .isTrue();
        }
    }

    @TestFactory
    Stream<DynamicTest> hostileRepliesTakeLinearTime() {
        OthersWords others =
                OthersWords.of(Stream.of("+49 151 23456789 " + LONG_STORY), List.of("DE"));
        OutputFilter filter = new OutputFilter(others, List.of(), List.of("DE"));
        return Stream.of("1", "1 ", "one ", "one two ", "at ", "a@", "a.", "a dot ", "1, ", "w ")
                .map(piece ->
                        DynamicTest.dynamicTest(
                                "100,000 of '" + piece.strip() + "'",
                                () -> {
                                    long start = CPU.getCurrentThreadCpuTime();
                                    filter.check(piece.repeat(100_000 / piece.length()), List.of());
                                    long ms = (CPU.getCurrentThreadCpuTime() - start) / 1_000_000;
                                    assertThat(ms).isLessThanOrEqualTo(5_000);
                                }));
    }

    /// A conversation whose every reply says again all that was said before it.
    private static String echo(int length, RandomGenerator random) {
        List<String> words =
                List.of(
                        ("the street Lindenstraße 12 way road via Roma 3 calle Mayor 18:30 2024"
                                        + " rue de la Paix call me number reply I IV van place")
                                .split(" "));
        StringBuilder said = new StringBuilder();
        while (said.length() < length) {
            for (int i = 0; i < 8; i++) {
                said.append(words.get(random.nextInt(words.size()))).append(' ');
            }
            said.append("0151 2").append(SeededSecrets.digits(random, 7)).append('\n');
            said.append(said, 0, Math.min(said.length(), length / 8));
        }
        return said.substring(0, length) + " me@there.example";
    }

    /// @return milliseconds of this thread for one check of `text`, the better of two
    private static long millis(OutputFilter filter, String text, List<String> theirs) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 2; i++) {
            long start = CPU.getCurrentThreadCpuTime();
            filter.check(text, theirs);
            best = Math.min(best, CPU.getCurrentThreadCpuTime() - start);
        }
        return best / 1_000_000;
    }

    @TestFactory
    Stream<DynamicTest> twiceTheTextTakesAboutTwiceTheTime() {
        OthersWords others =
                OthersWords.of(Stream.of("+49 151 23456789 " + LONG_STORY), List.of("DE"));
        OutputFilter filter = new OutputFilter(others, List.of(), List.of("DE"));
        RandomGenerator random = SeededSecrets.random(SEED + 2);
        StringBuilder numbers = new StringBuilder();
        for (int i = 0; i < 40_000; i++) {
            numbers.append("0151 2").append(SeededSecrets.digits(random, 7)).append(", ");
        }
        String echo = echo(400_000, random);
        return Stream.of(echo, "so /a@b ".repeat(50_000), numbers.substring(0, 400_000))
                .map(text ->
                        DynamicTest.dynamicTest(
                                text.substring(0, 12).strip(),
                                () -> {
                                    String half = text.substring(text.length() / 2);
                                    long small = millis(filter, half, List.of(half));
                                    long large = millis(filter, text, List.of(text));
                                    assertThat(large)
                                            .as("seed %d, %d ms for a half", SEED + 2, small)
                                            .isLessThanOrEqualTo(3 * small + 500);
                                }));
    }

    @Test
    void aFullTableThinsItselfOutEvenly() {
        HashTable table = new HashTable(1_000);
        for (long i = 1; i <= 100_000; i++) {
            table.add(HashTable.mixed(i));
        }
        table.sort();
        assertThat(table.size()).isBetween(250, 1_000);
        long found = 0;
        for (long i = 1; i <= 100_000; i++) {
            found += table.contains(HashTable.mixed(i)) ? 1 : 0;
        }
        assertThat(found).isEqualTo(table.size());
        assertThat((double) table.size() * table.thinning()).isBetween(80_000.0, 120_000.0);
    }
}
