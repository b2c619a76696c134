package understudy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.chat.Person;

class ChatStoreTest {
    private static final LocalDateTime TEN = LocalDateTime.of(2024, 3, 1, 10, 0);

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void file() {
        file = folder.resolve("chats.db");
    }

    static Message text(String author, LocalDateTime at, String text) {
        return new Message(author, at, false, Message.Kind.TEXT, text);
    }

    static Chat chat(String name, Message... messages) {
        return new Chat("whatsapp", name, List.of(messages));
    }

    private static List<String> texts(ChatStore store, long chat) {
        return store.messages(chat).stream().map(StoredMessage::text).toList();
    }

    @Test
    void keepsEveryLineAcrossClosingAndOpening() {
        Message system = new Message(null, TEN, false, Message.Kind.SYSTEM, "Ada joined");
        Message media = new Message("Ada", TEN.plusMinutes(2), true, Message.Kind.MEDIA, "");
        long id;
        try (ChatStore store = ChatStore.open(file)) {
            AddResult result =
                    store.add(chat("Ada", system, text("Ada", TEN, "hi\nthere"), media), "a.txt");
            assertThat(result).isEqualTo(new AddResult(result.chatId(), 3, 3, 0, 0));
            id = result.chatId();
        }
        try (ChatStore store = ChatStore.open(file)) {
            Person ada = store.person("Ada");
            assertThat(store.chats()).containsExactly(new StoredChat(id, "whatsapp", "Ada", 3));
            assertThat(store.messages(id))
                    .extracting(
                            StoredMessage::personId,
                            StoredMessage::author,
                            StoredMessage::sentAt,
                            StoredMessage::absolute,
                            StoredMessage::kind,
                            StoredMessage::text)
                    .containsExactly(
                            tuple(null, null, TEN, false, Message.Kind.SYSTEM, "Ada joined"),
                            tuple(ada.id(), "Ada", TEN, false, Message.Kind.TEXT, "hi\nthere"),
                            tuple(
                                    ada.id(),
                                    "Ada",
                                    TEN.plusMinutes(2),
                                    true,
                                    Message.Kind.MEDIA,
                                    ""));
        }
    }

    @Test
    void twoEqualMessagesInOneMinuteAreBothReal() {
        Chat chat = chat("Ada", text("Ada", TEN, "ok"), text("Ada", TEN, "ok"));
        try (ChatStore store = ChatStore.open(file)) {
            assertThat(store.add(chat, "a.txt").added()).isEqualTo(2);
            assertThat(store.add(chat, "renamed.txt").added()).isZero();
            assertThat(texts(store, store.chats().getFirst().id())).containsExactly("ok", "ok");
        }
    }

    @Test
    void anExportThatStartsInsideAMinuteContinuesIt() {
        Chat first = chat("Ada", text("Ada", TEN, "a"), text("Me", TEN, "b"));
        Chat later = chat("Ada", text("Me", TEN, "b"), text("Ada", TEN, "c"), text("Me", TEN, "b"));
        try (ChatStore store = ChatStore.open(file)) {
            store.add(first, "1.txt");
            assertThat(store.add(later, "2.txt").added()).isEqualTo(2);
            assertThat(texts(store, 1)).containsExactly("a", "b", "c", "b");
        }
    }

    @Test
    void anEarlierPartThatArrivesLaterGoesBefore() {
        Chat later = chat("Ada", text("Me", TEN, "b"), text("Ada", TEN, "c"));
        Chat whole =
                chat("Ada", text("Ada", TEN, "a"), text("Me", TEN, "b"), text("Ada", TEN, "c"));
        try (ChatStore store = ChatStore.open(file)) {
            store.add(later, "2.txt");
            assertThat(store.add(whole, "1.txt").added()).isEqualTo(1);
            assertThat(texts(store, 1)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void exportsWithAndWithoutSecondsAreTheSameMessages() {
        Chat minutes = chat("Ada", text("Ada", TEN, "ok"), text("Me", TEN, "so"));
        Chat seconds =
                chat(
                        "Ada",
                        text("Ada", TEN.plusSeconds(20), "ok"),
                        text("Me", TEN.plusSeconds(41), "so"),
                        text("Ada", TEN.plusSeconds(50), "ok"));
        try (ChatStore store = ChatStore.open(file)) {
            store.add(minutes, "android.txt");
            assertThat(store.add(seconds, "ios.txt").added()).isEqualTo(1);
            assertThat(store.add(minutes, "android.txt").added()).isZero();
            assertThat(store.add(seconds, "ios.txt").added()).isZero();
            assertThat(store.messages(1))
                    .extracting(m -> m.sentAt().getSecond())
                    .containsExactly(20, 41, 50);
        }
    }

    private static Message[] talk(int from, int to, int hours) {
        Message[] talk = new Message[to - from];
        for (int i = from; i < to; i++) {
            LocalDateTime at = TEN.plusMinutes(3L * i).plusHours(hours);
            talk[i - from] =
                    text(i % 2 == 0 ? "Ada" : "Me", at, i % 5 == 0 ? "ok" : "line no. " + i);
        }
        return talk;
    }

    @Test
    void anExportMadeInAnotherTimeZoneIsTheSameChat() {
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat("Ada", talk(0, 60, 0)), "home.txt");
            AddResult away = store.add(chat("Ada", talk(20, 70, 9)), "away.txt");
            assertThat(away.added()).isEqualTo(10);
            assertThat(away.clockMinutes()).isEqualTo(9 * 60);
            assertThat(texts(store, 1)).isEqualTo(texts(talk(0, 70, 0)));
            assertThat(store.messages(1).getLast().sentAt()).isEqualTo(TEN.plusMinutes(3 * 69));
            assertThat(store.add(chat("Ada", talk(0, 70, 0)), "home.txt").added()).isZero();
        }
    }

    @Test
    void theClockMayChangeInsideAnExport() {
        Message[] summer = talk(0, 40, -1);
        Message[] winter = talk(40, 90, -2);
        Message[] both =
                Stream.concat(Stream.of(summer), Stream.of(winter)).toArray(Message[]::new);
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat("Ada", talk(0, 80, 0)), "home.txt");
            assertThat(store.add(chat("Ada", both), "away.txt").added()).isEqualTo(10);
            assertThat(texts(store, 1)).isEqualTo(texts(talk(0, 90, 0)));
        }
    }

    @Test
    void sayingTheSameAgainHoursLaterIsNoOtherClock() {
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat("Ada", talk(0, 3, 0)), "1.txt");
            assertThat(store.add(chat("Ada", talk(0, 3, 5)), "2.txt").added()).isEqualTo(3);
        }
    }

    private static List<String> texts(Message[] messages) {
        return Stream.of(messages).map(Message::text).toList();
    }

    @Test
    void namesOfMediaDependOnThePhoneAndDoNotMakeALineNew() {
        Message english = new Message("Ada", TEN, false, Message.Kind.MEDIA, "<Media omitted>");
        Message german = new Message("Ada", TEN, false, Message.Kind.MEDIA, "<Medien weg>");
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat("Ada", english), "1.txt");
            assertThat(store.add(chat("Ada", german), "2.txt").added()).isZero();
        }
    }

    @Test
    void sortsByTimeAndKeepsTheOrderOfTheFileWhereTimesAreEqual() {
        Chat chat =
                chat(
                        "Ada",
                        text("Ada", TEN.plusMinutes(1), "z"),
                        text("Ada", TEN.plusMinutes(1), "a"),
                        text("Me", TEN, "first"));
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat, "a.txt");
            assertThat(texts(store, 1)).containsExactly("first", "z", "a");
        }
    }

    @Test
    void peopleComeWithCountsSharesAndChats() {
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat("Ada", text("Ada", TEN, "1"), text("Me", TEN, "2")), "a.txt");
            store.add(chat("Bo", text("Me", TEN, "3"), text("Bo", TEN, "4")), "b.txt");
            assertThat(store.stats())
                    .extracting(s -> s.person().name(), PersonStats::messages, PersonStats::chats)
                    .containsExactly(tuple("Me", 2L, 2), tuple("Ada", 1L, 1), tuple("Bo", 1L, 1));
            assertThat(store.stats().getFirst().share()).isEqualTo(0.5);
            assertThat(store.proposeMe()).map(Person::name).contains("Me");
        }
    }

    @Test
    void proposesNobodyOnATie() {
        try (ChatStore store = ChatStore.open(file)) {
            assertThat(store.proposeMe()).isEmpty();
            store.add(chat("Ada", text("Ada", TEN, "1"), text("Me", TEN, "2")), "a.txt");
            assertThat(store.proposeMe()).isEmpty();
            store.add(chat("All", text("Ada", TEN, "1"), text("Me", TEN, "2")), "b.txt");
            assertThat(store.proposeMe()).isEmpty();
        }
    }

    @Test
    void mergedPeopleAreOneAndStayOneAtTheNextImport() {
        Chat chat =
                chat("Ada", text("Ada", TEN, "1"), text("Ada L.", TEN, "2"), text("Me", TEN, "3"));
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat, "a.txt");
            store.setRole("Ada L.", " wife ");
            store.setMe("me");
            store.merge("Ada", "Ada L.");
            store.add(chat, "a.txt");
            assertThat(store.people()).hasSize(2);
            Person ada = store.person("Ada L.");
            assertThat(ada.name()).isEqualTo("Ada");
            assertThat(ada.aliases()).containsExactly("Ada", "Ada L.");
            assertThat(ada.role()).isEqualTo("wife");
            assertThat(store.me()).map(Person::name).contains("Me");
            store.setMe("Ada");
            assertThat(store.me()).map(Person::name).contains("Ada");
            store.setRole("Ada", "");
            assertThat(store.person("Ada").role()).isNull();
        }
    }

    @Test
    void aLanguageStaysWithAPersonAndIsWrittenOneWay() {
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat("Ada", text("Ada", TEN, "1"), text("Ada L.", TEN, "2")), "a.txt");
            assertThat(store.person("Ada").language()).isNull();
            store.setLanguage("Ada", " pt_br ");
            store.setLanguage("Ada L.", "DE");
            assertThat(store.person("Ada").language()).isEqualTo("pt-BR");
            assertThat(store.person("Ada L.").language()).isEqualTo("de");
            store.setLanguage("Ada", "");
            assertThat(store.person("Ada").language()).isNull();
            store.merge("Ada", "Ada L.");
            assertThat(store.person("Ada").language()).isEqualTo("de");
            for (String bad : List.of("german", "xx", "d", "de-", "de_DE_", "deutsch!", "\ud83d")) {
                assertThatThrownBy(() -> store.setLanguage("Ada", bad))
                        .as(bad)
                        .isInstanceOf(UserError.class);
            }
            assertThat(store.person("Ada").language()).isEqualTo("de");
        }
    }

    @Test
    void aStoreFromBeforeLanguagesKeepsItsPeople() throws Exception {
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat("Ada", text("Ada", TEN, "1")), "a.txt");
            store.setRole("Ada", "wife");
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            for (String trigger : List.of("added", "gone", "changed")) {
                sql.execute("DROP TRIGGER message_words_" + trigger);
            }
            sql.execute("DROP TABLE message_words");
            sql.execute("ALTER TABLE people DROP COLUMN language");
            sql.execute("PRAGMA user_version = 1");
        }
        try (ChatStore store = ChatStore.open(file)) {
            assertThat(store.person("Ada").role()).isEqualTo("wife");
            store.setLanguage("Ada", "de");
        }
        try (ChatStore store = ChatStore.open(file)) {
            assertThat(store.person("Ada").language()).isEqualTo("de");
        }
    }

    @Test
    void neverGuessesWhoANameMeans() {
        try (ChatStore store = ChatStore.open(file)) {
            assertThatThrownBy(() -> store.setMe("Ada"))
                    .isInstanceOfSatisfying(
                            UserError.class, e -> assertThat(e.fix()).contains("import"));
            store.add(
                    chat("G", text("ada", TEN, "1"), text("ADA", TEN, "2"), text("Bert", TEN, "3")),
                    "g.txt");
            assertThatThrownBy(() -> store.setMe("Ada"))
                    .isInstanceOfSatisfying(
                            UserError.class,
                            e -> assertThat(e.what()).contains("'ada'").contains("'ADA'"));
            assertThatThrownBy(() -> store.setMe("Bret"))
                    .isInstanceOfSatisfying(
                            UserError.class, e -> assertThat(e.fix()).contains("'Bert'"));
            assertThatThrownBy(() -> store.merge("Bert", "bert"))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("one person already");
        }
    }

    @Test
    void isSafeAgainstPowerCutsAndClosedToOthers() throws Exception {
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat("Ada", text("Ada", TEN, "1")), "a.txt");
            try (Stream<Path> files = Files.list(folder)) {
                List<Path> all = files.toList();
                assertThat(all).hasSizeGreaterThan(1); // the -wal and -shm files
                for (Path one : all) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one)))
                            .as("%s", one.getFileName())
                            .isEqualTo("rw-------");
                }
            }
        }
        try (Connection connection = StoreFile.connect(file, ChatStore.KIND);
                Statement sql = connection.createStatement()) {
            assertThat(sql.executeQuery("PRAGMA journal_mode").getString(1)).isEqualTo("wal");
            assertThat(sql.executeQuery("PRAGMA synchronous").getInt(1)).isEqualTo(2); // FULL
            assertThat(sql.executeQuery("PRAGMA foreign_keys").getInt(1)).isEqualTo(1);
            assertThat(sql.executeQuery("PRAGMA secure_delete").getInt(1)).isEqualTo(1);
            assertThat(sql.executeQuery("PRAGMA integrity_check").getString(1)).isEqualTo("ok");
        }
    }

    @Test
    void refusesAFileOfANewerVersion() throws Exception {
        ChatStore.open(file).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            sql.execute("PRAGMA user_version = 99");
        }
        assertThatThrownBy(() -> ChatStore.open(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("newer understudy");
    }

    @Test
    void refusesWhatIsNoStore() throws Exception {
        Files.writeString(file, "no database, only words, and more than a header's worth of them");
        assertThatThrownBy(() -> ChatStore.open(file))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNEXPECTED_STATE));
    }

    @Test
    void halfASurrogateNeverBecomesAQuestionMark() {
        Message broken = text("A\ud83dda", TEN, "x\ude00 ok \ud83d\ude00\u0000.");
        try (ChatStore store = ChatStore.open(file)) {
            store.add(chat("Ada", broken), "a.txt");
            assertThat(store.add(chat("Ada", broken), "a.txt").added()).isZero();
            StoredMessage stored = store.messages(1).getFirst();
            assertThat(stored.author()).isEqualTo("A\ufffdda");
            assertThat(stored.text()).isEqualTo("x\ufffd ok \ud83d\ude00\u0000.");
        }
    }

    @Test
    void aFailedImportLeavesNothingBehind() {
        Message fine = text("Ada", TEN, "1");
        Chat broken = new Chat("whatsapp", "Ada", List.of(fine));
        try (ChatStore store = ChatStore.open(file)) {
            assertThatThrownBy(() -> store.add(broken, null)).isInstanceOf(RuntimeException.class);
            assertThat(store.chats()).isEmpty();
            assertThat(store.people()).isEmpty();
        }
    }
}
