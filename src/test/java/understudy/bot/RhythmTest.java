package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.store.ChatStore;

/// How fast the bot types, as the owner's chats show it.
class RhythmTest {
    private static final LocalDateTime TEN = LocalDateTime.of(2024, 3, 1, 10, 0, 7);

    @TempDir Path folder;

    /// Both write twice in a row, again and again, an hour apart.
    ///
    /// @param mine   seconds that Bea takes for her second message, of 20 characters
    /// @param theirs seconds that Ada takes for hers
    private static Chat chat(String name, int rounds, long mine, long theirs, boolean seconds) {
        List<Message> messages = new ArrayList<>();
        LocalDateTime time = seconds ? TEN : TEN.withSecond(0);
        for (int i = 0; i < rounds; i++) {
            time = time.plusHours(1);
            messages.add(said("Ada", time, "hello"));
            messages.add(said("Ada", time.plusSeconds(theirs), "you there?"));
            messages.add(said("Bea", time.plusMinutes(20), "yes"));
            messages.add(said("Bea", time.plusMinutes(20).plusSeconds(mine), "x".repeat(20)));
        }
        return new Chat("whatsapp", name, messages);
    }

    private static Message said(String author, LocalDateTime time, String text) {
        return new Message(author, time, false, Message.Kind.TEXT, text);
    }

    private Rhythm of(Chat... chats) {
        try (ChatStore store = ChatStore.open(folder.resolve("chats.db"))) {
            for (Chat chat : chats) {
                store.add(chat, chat.name() + ".txt");
            }
            store.setMe("Bea");
            return Rhythm.of(store);
        }
    }

    @Test
    void isLearntFromMessagesThatFollowEachOther() {
        Rhythm rhythm = of(chat("Ada", 40, 4, 6, true));
        assertThat(rhythm.perSecond()).isEqualTo(20 / 4.0, within(1e-9));
        assertThat(rhythm.burst()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void staysWithinReason() {
        Rhythm pasted = of(chat("Ada", 40, 1, 1, true));
        assertThat(pasted.perSecond()).isEqualTo(15);
        assertThat(pasted.burst()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void slowPeopleAreWaitedForAQuarterMinuteAtMost() {
        Rhythm slow = of(chat("Ada", 40, 80, 80, true));
        assertThat(slow.perSecond()).isEqualTo(1.5);
        assertThat(slow.burst()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void fewMessagesTellNothing() {
        assertThat(of(chat("few", 29, 4, 6, true))).isEqualTo(Rhythm.USUAL);
    }

    @Test
    void messagesFarApartTellNothing() {
        assertThat(of(chat("apart", 40, 91, 91, true))).isEqualTo(Rhythm.USUAL);
    }

    @Test
    void exportsWithoutSecondsTellNothing() {
        assertThat(of(chat("minutes", 40, 60, 60, false))).isEqualTo(Rhythm.USUAL);
    }

    @Test
    void withoutAnOwnerOrChatsItIsTheUsualOne() {
        try (ChatStore store = ChatStore.open(folder.resolve("chats.db"))) {
            assertThat(Rhythm.of(store)).isEqualTo(Rhythm.USUAL);
            store.add(chat("Ada", 40, 4, 6, true), "a.txt");
            assertThat(Rhythm.of(store)).isEqualTo(Rhythm.USUAL);
        }
    }

    @Test
    void theMiddleOfTheSpeedsAndAQuarterFromTheTopOfTheGapsCount() {
        List<Double> speeds = new ArrayList<>(Collections.nCopies(20, 2.0));
        speeds.addAll(Collections.nCopies(21, 6.0));
        List<Double> gaps = new ArrayList<>(Collections.nCopies(31, 5.0));
        gaps.addAll(Collections.nCopies(10, 12.0));
        Rhythm rhythm = Rhythm.of(speeds, gaps);
        assertThat(rhythm.perSecond()).isEqualTo(6);
        assertThat(rhythm.burst()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theFirstMessageTakesWhatIsLeftAfterItWasWritten() {
        Rhythm rhythm = new Rhythm(4, Duration.ofSeconds(8));
        List<Answer.Bubble> bubbles =
                rhythm.paced(
                        List.of("(opening)\n" + "x".repeat(20), "ok", "x".repeat(400)),
                        "(opening)",
                        Duration.ofSeconds(3));
        assertThat(bubbles)
                .extracting(Answer.Bubble::before)
                .containsExactly(
                        Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(15));
        assertThat(rhythm.paced(List.of("hi"), "", Duration.ofSeconds(9)).getFirst().before())
                .isZero();
    }
}
