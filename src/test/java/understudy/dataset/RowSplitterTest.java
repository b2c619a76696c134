package understudy.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.text.Line;

class RowSplitterTest {
    private static final long SEED = 7_311;
    private static final Line FIRST = Line.of(Role.SYSTEM, "who and when");

    private final CharacterEncoder encoder = new CharacterEncoder();

    private static Line other(String text) {
        return new Line(Role.USER, "Ada", text);
    }

    private static Line own(String text) {
        return new Line(Role.ASSISTANT, "Me", text);
    }

    private List<RowSplitter.Row> split(int most, Line... turns) {
        return new RowSplitter(encoder, most).split(FIRST, List.of(turns));
    }

    @Test
    void leavesWhatFitsAsItIs() {
        List<RowSplitter.Row> rows = split(500, other("hello"), own("hi"));
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst().lines()).containsExactly(FIRST, other("hello"), own("hi"));
    }

    @Test
    void cutsBetweenAnAnswerAndTheNextQuestion() {
        String long30 = "x".repeat(30);
        List<RowSplitter.Row> rows =
                split(
                        170,
                        other(long30),
                        own("1"),
                        other(long30),
                        own("2"),
                        other(long30),
                        own("3"));
        assertThat(rows).hasSizeGreaterThan(1);
        for (RowSplitter.Row row : rows) {
            assertThat(row.context()).isEmpty();
            assertThat(row.lines().getFirst()).isEqualTo(FIRST);
            assertThat(row.lines().get(1).role()).isEqualTo(Role.USER);
            assertThat(row.lines().getLast().role()).isEqualTo(Role.ASSISTANT);
        }
    }

    @Test
    void repeatsWhatALongRowOfOwnTurnsAnswers() {
        Line[] turns = new Line[12];
        turns[0] = other("question");
        for (int i = 1; i < turns.length; i++) {
            turns[i] = own("answer " + i);
        }
        List<RowSplitter.Row> rows = split(120, turns);
        assertThat(rows).hasSizeGreaterThan(2);
        assertThat(rows).allSatisfy(row -> assertThat(row.lines().get(1)).isEqualTo(turns[0]));
        assertThat(rows.get(1).context()).containsExactly(0);
    }

    @Test
    void shortensTurnsThatNoRowCanHold() {
        String question = "a".repeat(400) + "END";
        String answer = "BEGIN" + "b".repeat(400);
        List<RowSplitter.Row> rows = split(150, other(question), own(answer));
        RowSplitter.Row last = rows.getLast();
        assertThat(last.tokens().length()).isLessThanOrEqualTo(150);
        assertThat(last.lines().get(1).content()).endsWith("END");
        assertThat(last.lines().get(2).content()).startsWith("BEGIN");
        assertThat(last.cutTurns()).isEqualTo(1);
        assertThat(last.cutCharacters()).isEqualTo(405 - last.lines().get(2).content().length());
    }

    @Test
    void neverCutsACharacterThatPeopleSeeAsOne() {
        String flag = "\ud83c\udde9\ud83c\uddea";
        List<RowSplitter.Row> rows = split(130, other("?"), own(flag.repeat(200)));
        String kept = rows.getLast().lines().getLast().content();
        assertThat(kept).isEqualTo(flag.repeat(kept.length() / flag.length()));
        String chain = "\ud83d\udc69" + "\u200d\ud83d\udc69".repeat(5_000);
        assertThat(split(130, own(chain)).getFirst().tokens().length()).isLessThanOrEqualTo(130);
    }

    @Test
    void saysWhenTheFirstLineLeavesNoRoom() {
        Line long90 = Line.of(Role.SYSTEM, "x".repeat(90));
        RowSplitter splitter = new RowSplitter(encoder, 100);
        assertThatThrownBy(() -> splitter.split(long90, List.of(own("y".repeat(50)))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no room");
    }

    @Test
    void everyTurnIsInOneRowAndNoAnswerStandsAlone() {
        for (int i = 0; i < 400; i++) {
            RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + i);
            List<Line> turns = new ArrayList<>();
            int count = 1 + random.nextInt(40);
            for (int t = 0; t < count; t++) {
                String text =
                        t + " " + "w".repeat(random.nextInt(random.nextInt(8) == 0 ? 200 : 30));
                turns.add(random.nextBoolean() ? own(text) : other(text));
            }
            int most = 100 + random.nextInt(300);
            check(i, turns, most, new RowSplitter(encoder, most).split(FIRST, turns));
        }
    }

    @Test
    void anOverlapIsReadAndNotOwn() {
        int repeated = 0;
        for (int i = 0; i < 300; i++) {
            RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + i);
            List<Line> turns = new ArrayList<>();
            for (int t = 2 + random.nextInt(40); t > 0; t--) {
                String text = t + "w".repeat(random.nextInt(30));
                turns.add(random.nextInt(3) > 0 ? own(text) : other(text));
            }
            int most = 200 + random.nextInt(300);
            String what = "seed %d item %d, at most %d".formatted(SEED, i, most);
            List<RowSplitter.Row> rows = new RowSplitter(encoder, most, 120).split(FIRST, turns);
            int next = 0;
            int characters = 0;
            for (RowSplitter.Row row : rows) {
                assertThat(row.from()).as(what).isEqualTo(next);
                assertThat(row.tokens().length()).as(what).isLessThanOrEqualTo(most);
                assertThat(row.lines().subList(1, row.begin()))
                        .as(what)
                        .isEqualTo(row.context().stream().map(turns::get).toList());
                characters += row.tokens().own().cardinality();
                repeated += row.context().size();
                next = row.to();
            }
            // one end mark for each own turn
            long own = turns.stream().filter(l -> l.role() == Role.ASSISTANT).count();
            assertThat(characters).as(what).isEqualTo(encoder.ownCharacters(turns) + (int) own);
            assertThat(next).as(what).isEqualTo(turns.size());
        }
        assertThat(repeated).isGreaterThan(300);
    }

    private static void check(int item, List<Line> turns, int most, List<RowSplitter.Row> rows) {
        String what = "seed %d item %d, at most %d".formatted(SEED, item, most);
        int next = 0;
        int ownCharacters = 0;
        int lost = 0;
        for (RowSplitter.Row row : rows) {
            assertThat(row.from()).as(what).isEqualTo(next);
            assertThat(row.tokens().length()).as(what).isLessThanOrEqualTo(most);
            boolean ownFirst = row.lines().get(1).role() == Role.ASSISTANT;
            boolean somebodySpoke =
                    turns.subList(0, row.from()).stream().anyMatch(l -> l.role() == Role.USER);
            assertThat(ownFirst && somebodySpoke).as(what).isFalse();
            ownCharacters += new CharacterEncoder().ownCharacters(row.lines());
            boolean mine = turns.get(row.from()).role() == Role.ASSISTANT;
            lost += mine ? row.cutCharacters() : 0;
            next = row.to();
        }
        assertThat(next).as(what).isEqualTo(turns.size());
        assertThat(ownCharacters + lost)
                .as(what)
                .isEqualTo(new CharacterEncoder().ownCharacters(turns));
    }
}
