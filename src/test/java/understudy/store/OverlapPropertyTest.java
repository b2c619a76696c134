package understudy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.chat.Chat;
import understudy.chat.Message;

/// Whatever stretches of a chat are imported, in whatever order: the store holds their union, and
/// the same stretch again adds nothing.
class OverlapPropertyTest {
    private static final long SEED = 20_241_121;
    private static final int CHATS = 40;

    @TempDir Path folder;

    @Test
    void theUnionOfOverlappingExportsIsTheChat() {
        for (int i = 0; i < CHATS; i++) {
            RandomGenerator random = random(i);
            boolean seconds = i % 3 == 0;
            List<Message> whole = chat(random, 1 + random.nextInt(120), seconds);
            try (ChatStore store = ChatStore.open(folder.resolve(i + ".db"))) {
                int from = 0;
                int to = 0;
                int latest = 0;
                while (to < whole.size()) { // each export starts before the end of the one before
                    from = from + random.nextInt(latest - from + 1);
                    to = Math.min(whole.size(), to + 1 + random.nextInt(40));
                    add(store, whole.subList(from, to));
                    latest = Math.max(from, lastMinute(whole, to));
                }
                assertThat(shown(store)).as("seed %d case %d", SEED, i).isEqualTo(sorted(whole));
                int again = random.nextInt(whole.size());
                int added = add(store, whole.subList(again, whole.size())).added();
                assertThat(added).as("again, seed %d case %d", SEED, i).isZero();
            }
        }
    }

    /// Where the last minute of an export begins. Two exports that share less than a minute may
    /// share nothing: which of the equal lines in it are the same ones is not to be known.
    private static int lastMinute(List<Message> whole, int to) {
        int start = to - 1;
        while (start > 0 && sameMinute(whole.get(start - 1), whole.get(to - 1))) {
            start--;
        }
        return start;
    }

    private static boolean sameMinute(Message a, Message b) {
        return a.sentAt().withSecond(0).equals(b.sentAt().withSecond(0));
    }

    @Test
    void aShorterExportNeverAddsOrMovesAnything() {
        for (int i = 0; i < CHATS; i++) {
            RandomGenerator random = random(1_000 + i);
            List<Message> whole = chat(random, 1 + random.nextInt(80), i % 2 == 0);
            try (ChatStore store = ChatStore.open(folder.resolve("s" + i + ".db"))) {
                add(store, whole);
                List<String> before = shown(store);
                int from = random.nextInt(whole.size());
                int to = from + 1 + random.nextInt(whole.size() - from);
                int added = add(store, whole.subList(from, to)).added();
                assertThat(added).as("seed %d case %d", SEED, i).isZero();
                assertThat(shown(store)).as("seed %d case %d", SEED, i).isEqualTo(before);
            }
        }
    }

    private static RandomGenerator random(int item) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + item);
    }

    /// Few words and a slow clock, so that equal lines in one minute are common.
    private static List<Message> chat(RandomGenerator random, int lines, boolean seconds) {
        LocalDateTime time = LocalDateTime.of(2023, 10, 28, 23, 50);
        List<Message> chat = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            time = time.plusSeconds(random.nextInt(70));
            LocalDateTime shown = seconds ? time : time.withSecond(0);
            String author = random.nextInt(3) == 0 ? "Me" : "Ada";
            String text = List.of("ok", "ja", "so", "no\nno").get(random.nextInt(4));
            Message.Kind kind = random.nextInt(9) == 0 ? Message.Kind.MEDIA : Message.Kind.TEXT;
            chat.add(new Message(author, shown, false, kind, text));
        }
        return chat;
    }

    private static AddResult add(ChatStore store, List<Message> messages) {
        return store.add(new Chat("whatsapp", "Ada", messages), "export.txt");
    }

    private static List<String> shown(ChatStore store) {
        return store.messages(1).stream()
                .map(m -> m.sentAt() + " " + m.author() + " " + m.kind() + " " + m.text())
                .toList();
    }

    private static List<String> sorted(List<Message> messages) {
        return messages.stream()
                .map(m -> m.sentAt() + " " + m.author() + " " + m.kind() + " " + m.text())
                .toList();
    }
}
