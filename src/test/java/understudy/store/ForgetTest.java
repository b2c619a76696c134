package understudy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.chat.Chat;
import understudy.chat.Correction;
import understudy.chat.Message;
import understudy.chat.Role;

class ForgetTest {
    private static final LocalDateTime NOON = LocalDateTime.of(2024, 3, 1, 12, 0);

    @TempDir Path home;

    private static Message says(String author, int minute, String text) {
        return new Message(author, NOON.plusMinutes(minute), false, Message.Kind.TEXT, text);
    }

    private static String theirs(int i) {
        return "vergissmeinnicht " + i + " über öl und brot";
    }

    private ChatStore filled() {
        ChatStore store = ChatStore.open(home.resolve("chats.db"));
        List<Message> alone = new ArrayList<>();
        List<Message> group = new ArrayList<>();
        List<Message> other = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            alone.add(says("Xaver Fuchs", 10 * i, theirs(i)));
            alone.add(says("Me", 10 * i + 1, "mine to Xaver " + i));
            group.add(says("Xaver Fuchs", 10 * i, theirs(1000 + i)));
            group.add(says("Ada", 10 * i + 1, "hers " + i));
            group.add(says("Me", 10 * i + 2, "mine in the group " + i));
            other.add(says("Ada", 10 * i, "only hers " + i));
        }
        group.add(
                new Message(
                        null, NOON, false, Message.Kind.SYSTEM, "Xaver Fuchs joined the group"));
        group.add(says("Ada", 2000, "where is xaver fuchs?"));
        store.add(new Chat("whatsapp", "Xaver Fuchs", alone), "WhatsApp Chat with Xaver Fuchs.txt");
        store.add(new Chat("whatsapp", "Climbers", group), "group.txt");
        store.add(new Chat("whatsapp", "Ada", other), "ada.txt");
        store.setMe("Me");
        return store;
    }

    /// How often the bytes of `text` stand in a file of the home, in UTF-8 or UTF-16.
    private int bytes(String text) throws IOException {
        int found = 0;
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String all = Files.readString(file, StandardCharsets.ISO_8859_1);
                for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE)) {
                    String raw = new String(text.getBytes(charset), StandardCharsets.ISO_8859_1);
                    found += all.contains(raw) ? 1 : 0;
                }
            }
        }
        return found;
    }

    @Test
    void nothingReadableOfThemIsLeftAndAllElseIs() throws IOException {
        try (ChatStore store = filled()) {
            assertThat(bytes("vergissmeinnicht 7 ")).isPositive();
            Forgotten dry = store.forget(store.person("Xaver Fuchs"), true);
            assertThat(store.people()).hasSize(3);
            Forgotten done = store.forget(store.person("Xaver Fuchs"), false);
            assertThat(done).isEqualTo(dry);
            assertThat(done.messages()).isEqualTo(200);
            assertThat(done.chats()).containsExactly("Xaver Fuchs");
            assertThat(done.ownMessages()).isEqualTo(100);
            assertThat(done.groupMessages()).isEqualTo(100);
            assertThat(done.systemLines()).isEqualTo(1);
            assertThat(done.mentions()).isEqualTo(1);
            assertThat(store.people()).extracting(p -> p.name()).containsExactly("Ada", "Me");
            assertThat(store.chats())
                    .extracting(StoredChat::name)
                    .containsExactly("Ada", "Climbers");
            assertThat(store.chats()).extracting(StoredChat::messages).containsExactly(100L, 201L);
            // while it is still open: the log of changes is empty, too
            for (int i = 0; i < 100; i++) {
                assertThat(bytes(theirs(i))).isZero();
                assertThat(bytes(theirs(1000 + i))).isZero();
            }
            assertThat(bytes("Xaver Fuchs")).isZero();
            assertThat(bytes("hers 7")).isPositive();
        }
    }

    @Test
    void theOwnerIsNotForgotten() {
        try (ChatStore store = filled()) {
            assertThatThrownBy(() -> store.forget(store.person("Me"), false))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void correctionsWithTheirWordsGo() throws IOException {
        Path file = home.resolve("corrections.jsonl");
        Corrections corrections = new Corrections(file);
        corrections.append(correction("c1", "Ada", "Xaver Fuchs"));
        corrections.append(correction("c2", "Ada", "Ada"));
        corrections.append(correction("c3", "xaver fuchs", "Ada"));
        Files.writeString(file, "{\"half\": \"Xaver Fuchs\"\n", StandardOpenOption.APPEND);
        assertThat(corrections.remove(List.of("Xaver Fuchs"), true).corrections()).isEqualTo(3);
        assertThat(corrections.read().corrections()).hasSize(3);
        assertThat(corrections.remove(List.of("Xaver Fuchs"), false).corrections()).isEqualTo(3);
        assertThat(corrections.read().corrections())
                .extracting(n -> n.correction().id())
                .containsExactly("c2");
        assertThat(bytes("Xaver")).isZero();
        assertThat(corrections.remove(List.of("Xaver Fuchs"), false).corrections()).isZero();
    }

    private static Correction correction(String id, String person, String speaker) {
        return new Correction(
                id,
                NOON,
                person,
                "chat",
                List.of(new Correction.Said(Role.USER, speaker, "some words")),
                "draft",
                "better");
    }
}
