package understudy.bot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.UserError;
import understudy.chat.Role;

/// What a bot must not forget, and what it must not do twice.
class BotStoreTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);

    @TempDir Path folder;
    private Path file;
    private BotStore store;
    private Inbox inbox;
    private Outbox outbox;

    @BeforeEach
    void open() {
        file = folder.resolve("bots").resolve("telegram.db");
        store = BotStore.open(file);
        inbox = new Inbox(store);
        outbox = new Outbox(store, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
    }

    static Update.Message message(long id, long chat, String text) {
        return new Update.Message(
                id,
                new Update.ChatRef(chat, Update.ChatKind.PRIVATE, ""),
                1000 + id,
                new Update.Sender(chat, "Bea", "", "de", false),
                NOW,
                text,
                "",
                false,
                null,
                false,
                null);
    }

    private static HistoryLine line(long chat, boolean business, String text, Long message) {
        return new HistoryLine(chat, business, Role.USER, "Bea", text, NOW, message);
    }

    private String pragma(String name) {
        return store.read(handle -> handle.createQuery("PRAGMA " + name).mapTo(String.class).one());
    }

    @Test
    void survivesPowerCutsAndIsNobodyElsesBusiness() throws IOException {
        assertThat(pragma("journal_mode")).isEqualTo("wal");
        assertThat(pragma("synchronous")).as("2 is FULL").isEqualTo("2");
        assertThat(pragma("secure_delete")).isEqualTo("1");
        assertThat(pragma("foreign_keys")).isEqualTo("1");
        inbox.receive(List.of(message(1, 7, "a")), NOW);
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files.toList())
                    .hasSizeGreaterThan(1)
                    .allSatisfy(f ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(f)))
                                    .isEqualTo("rw-------"));
        }
    }

    @Test
    void oneProcessIsTheBotOthersMayLook() {
        assertThatThrownBy(() -> BotStore.open(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("process " + ProcessHandle.current().pid())
                .hasMessageContaining("running this bot");
        outbox.enqueue(Answer.of(7, "a", Answer.Kind.NOTICE), "k");
        try (BotStore other = BotStore.look(file)) {
            assertThat(new Outbox(other, Clock.systemUTC()).counts())
                    .containsEntry(Outbox.State.GENERATED, 1);
        }
        assertThatThrownBy(() -> BotStore.look(folder.resolve("none.db")))
                .isInstanceOf(UserError.class);
    }

    @Test
    void updatesComeInOnceWithTheNumberOfTheNext() {
        assertThat(inbox.offset()).isZero();
        assertThat(inbox.receive(List.of(message(6, 7, "b"), message(5, 7, "a")), NOW))
                .extracting(Update::id)
                .containsExactly(5L, 6L);
        assertThat(inbox.offset()).isEqualTo(7);
        assertThat(inbox.receive(List.of(message(5, 7, "a"), message(6, 7, "b")), NOW)).isEmpty();
        assertThat(inbox.receive(List.of(message(6, 7, "b"), message(9, 7, "c")), NOW)).hasSize(1);
        assertThat(inbox.offset()).isEqualTo(10);
        assertThat(inbox.waiting()).extracting(w -> w.update().id()).containsExactly(5L, 6L, 9L);
    }

    @Test
    void theOffsetNeverFallsUnlessTelegramNumbersAnew() {
        inbox.receive(List.of(message(500, 7, "a")), NOW);
        assertThatThrownBy(() ->
                        store.change(handle -> handle.execute("UPDATE position SET next = 400")))
                .isInstanceOf(UserError.class);
        assertThat(inbox.offset()).isEqualTo(501);
        inbox.handled(List.of(message(500, 7, "a")));
        Instant week = NOW.plus(Duration.ofDays(7));
        assertThat(inbox.receive(List.of(message(20, 7, "b")), week)).hasSize(1);
        assertThat(inbox.offset()).isEqualTo(21);
        assertThat(inbox.receive(List.of(message(500, 7, "c")), week)).hasSize(1);
    }

    @Test
    void anUpdateIsTheCauseOfOneAnswerAtMost() {
        List<Update> batch = List.of(message(1, 7, "a"), message(2, 7, "b"));
        inbox.receive(batch, NOW);
        Answer answer = Answer.of(7, "hello", Answer.Kind.REPLY);
        store.change(
                handle -> inbox.cause(handle, batch, outbox.insert(handle, answer, null, false)));
        assertThatThrownBy(() ->
                        store.change(handle ->
                                inbox.cause(
                                        handle,
                                        List.of(batch.getLast()),
                                        outbox.insert(handle, answer, null, false))))
                .isInstanceOf(IllegalStateException.class);
        assertThat(outbox.list(Outbox.State.GENERATED)).as("rolled back").hasSize(1);
        assertThatThrownBy(() ->
                        store.change(handle ->
                                handle.execute("INSERT INTO outbox_causes VALUES (2, 1)")))
                .as("the database itself refuses")
                .isInstanceOf(UserError.class);
    }

    @Test
    void triesAreCountedBeforeTheyAreMadeAndAcrossRestarts() {
        List<Update> batch = List.of(message(1, 7, "a"));
        inbox.receive(batch, NOW);
        for (int i = 0; i < Inbox.BEGUN; i++) {
            assertThat(inbox.attempt(batch)).as("begun %d times before", i).hasSize(1);
            if (i % 5 == 0) {
                store.close();
                store = BotStore.open(file);
                inbox = new Inbox(store);
            }
        }
        inbox.unattempt(batch);
        assertThat(inbox.attempt(batch)).hasSize(1);
        assertThat(inbox.attempt(batch)).as("spent").isEmpty();
        assertThat(inbox.waiting()).as("skipped").isEmpty();
    }

    /// A process that is killed again and again while it answers does not use up the tries.
    @Test
    void onlyTriesThatFailedAreFew() {
        List<Update> batch = List.of(message(1, 7, "a"));
        inbox.receive(batch, NOW);
        for (int i = 0; i < Inbox.ATTEMPTS; i++) {
            assertThat(inbox.attempt(batch)).as("failed %d times before", i).hasSize(1);
            inbox.failed(batch);
        }
        assertThat(inbox.attempt(batch)).as("spent").isEmpty();
        assertThat(inbox.waiting()).as("skipped").isEmpty();
    }

    @Test
    void anOccasionIsAnsweredOnce() {
        assertThat(outbox.enqueue(Answer.of(7, "a", Answer.Kind.REPLY), "draft:1")).isTrue();
        assertThat(outbox.enqueue(Answer.of(7, "a", Answer.Kind.REPLY), "draft:1")).isFalse();
        assertThat(outbox.list(Outbox.State.GENERATED)).hasSize(1);
        Outbox.Entry entry = outbox.next(new Outbox.Lane(7, false)).orElseThrow();
        assertThat(outbox.messageId("draft:1")).isEmpty();
        assertThat(outbox.sending(entry.id(), 0)).isTrue();
        assertThat(outbox.sending(entry.id(), 0)).as("not twice").isFalse();
        outbox.sent(entry, 0, "a", 44);
        assertThat(outbox.messageId("draft:1")).isEqualTo(OptionalLong.of(44));
        assertThat(store.history(7, false, 9))
                .extracting(HistoryLine::text, HistoryLine::role, HistoryLine::message)
                .containsExactly(tuple("a", Role.ASSISTANT, 44L));
    }

    @Test
    void whatWasBeingSentWhenItEndedIsAmbiguousAndNeverSentAgain() {
        outbox.enqueue(
                new Answer(
                        7,
                        null,
                        null,
                        List.of(
                                new Answer.Bubble("one", Duration.ZERO),
                                new Answer.Bubble("two", Duration.ofSeconds(1))),
                        List.of(),
                        Answer.Kind.REPLY),
                "k");
        Outbox.Entry entry = outbox.next(new Outbox.Lane(7, false)).orElseThrow();
        outbox.sending(entry.id(), 0);
        outbox.sent(entry, 0, "one", 1);
        Outbox.Entry rest = outbox.next(new Outbox.Lane(7, false)).orElseThrow();
        assertThat(rest.next()).isEqualTo(1);
        assertThat(rest.answer().bubbles())
                .containsExactly(new Answer.Bubble("two", Duration.ofSeconds(1)));
        outbox.sending(rest.id(), 1);
        outbox.leaving(rest.id());
        assertThat(pragma("synchronous")).as("FULL again").isEqualTo("2");
        assertThat(outbox.resolveInterrupted()).isEqualTo(1);
        assertThat(outbox.next(new Outbox.Lane(7, false))).isEmpty();
        Outbox.Listed listed = outbox.ambiguous().getFirst();
        assertThat(listed.bubbles()).isEqualTo(2);
        assertThat(listed.sent()).isEqualTo(1);
        assertThat(listed.toString()).doesNotContain("two");
        assertThat(outbox.text(listed.id())).isEqualTo("two");
    }

    @Test
    void whatHadNotLeftWhenTheProcessDiedWaitsUnlessThePowerWasCut() {
        outbox.enqueue(Answer.of(7, "a", Answer.Kind.REPLY), "k");
        long id = outbox.next(new Outbox.Lane(7, false)).orElseThrow().id();
        outbox.sending(id, 0);
        assertThat(outbox.resolveInterrupted()).isZero();
        assertThat(outbox.next(new Outbox.Lane(7, false))).isPresent();
        outbox.sending(id, 0);
        store.change(handle -> handle.execute("UPDATE outbox SET boot = 'another'"));
        assertThat(outbox.resolveInterrupted()).isEqualTo(1);
        assertThat(outbox.next(new Outbox.Lane(7, false))).isEmpty();
    }

    @Test
    void conversationsAreKeptApartAndForgotten() {
        store.remember(line(7, false, "to the bot", 1L));
        store.remember(line(7, false, "to the bot", 1L));
        store.remember(line(7, true, "to the owner", 1L));
        store.remember(line(8, false, "somebody else", null));
        store.amend(7, true, 1, "to the owner, better");
        assertThat(store.history(7, false, 9)).hasSize(1);
        assertThat(store.history(7, true, 9))
                .extracting(HistoryLine::text)
                .containsExactly("to the owner, better");
        store.forget(7, false);
        assertThat(store.history(7, false, 9)).isEmpty();
        assertThat(store.history(7, true, 9)).hasSize(1);
        store.move(8, -100);
        assertThat(store.history(-100, false, 9)).hasSize(1);
    }

    @Test
    void theNewestLinesComeOldestFirst() {
        for (int i = 0; i < 5; i++) {
            store.remember(line(7, false, "line " + i, (long) i));
        }
        assertThat(store.history(7, false, 2))
                .extracting(HistoryLine::text)
                .containsExactly("line 3", "line 4");
    }

    @Test
    void aChangeJoinsTheOneAround() {
        assertThatThrownBy(() ->
                        store.change(handle -> {
                            outbox.enqueue(Answer.of(7, "a", Answer.Kind.NOTICE), "k");
                            store.remember(line(7, false, "a", 1L));
                            throw new IllegalStateException("stop");
                        }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(outbox.list(Outbox.State.GENERATED)).isEmpty();
        assertThat(store.history(7, false, 9)).isEmpty();
    }

    @Test
    void wordsAreGoneWhenTheyAreNotNeeded() throws IOException {
        inbox.receive(List.of(message(1, 7, "a secret of Bea's")), NOW);
        inbox.handled(List.of(message(1, 7, "")));
        outbox.enqueue(Answer.of(7, "a secret notice", Answer.Kind.NOTICE), "k");
        Outbox.Entry entry = outbox.next(new Outbox.Lane(7, false)).orElseThrow();
        outbox.sending(entry.id(), 0);
        outbox.sent(entry, 0, "a secret notice", 4);
        store.close();
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("secret");
        store = BotStore.open(file);
    }

    @Test
    void oldUpdatesAndAnswersAreRemovedAmbiguousOnesStay() {
        inbox.receive(List.of(message(1, 7, "a"), message(2, 7, "b")), NOW);
        inbox.handled(List.of(message(1, 7, "a")));
        for (int i = 0; i < 2; i++) {
            store.change(handle ->
                    outbox.insert(handle, Answer.of(7, "a", Answer.Kind.REPLY), null, false));
        }
        outbox.end(1, 0, Outbox.State.SENT, "");
        outbox.end(2, 0, Outbox.State.AMBIGUOUS, "");
        store.prune(Instant.now().plusSeconds(1));
        assertThat(inbox.waiting()).hasSize(1);
        assertThat(outbox.counts())
                .containsEntry(Outbox.State.SENT, 0)
                .containsEntry(Outbox.State.AMBIGUOUS, 1);
        assertThat(inbox.offset()).isEqualTo(3);
    }
}
