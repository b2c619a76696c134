package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.chat.Message.Kind;
import understudy.chat.Role;
import understudy.store.ChatStore;
import understudy.text.Line;

/// What is remembered, and of whom: nothing crosses from one chat to another.
class ChatMemoryTest {
    private static final long SEED = 50_1000;
    private static final LocalDateTime NOON = LocalDateTime.of(2024, 3, 1, 12, 0);
    private static final LocalDate TODAY = LocalDate.of(2025, 1, 1);
    private static final List<String> TOPICS =
            List.of(
                    "holiday",
                    "birthday",
                    "garden",
                    "piano",
                    "football",
                    "recipe",
                    "train",
                    "doctor");

    private static final Pattern MARKER = Pattern.compile("marker\\d+x|groupmarker");

    @TempDir Path folder;

    private Path database() {
        return folder.resolve("chats.db");
    }

    private static Message says(String author, int minute, String text) {
        return new Message(author, NOON.plusMinutes(minute), false, Kind.TEXT, text);
    }

    private void add(String chat, Message... messages) {
        try (ChatStore store = ChatStore.open(database())) {
            add(store, chat, List.of(messages));
        }
    }

    private static void add(ChatStore store, String chat, List<Message> messages) {
        store.add(new Chat("whatsapp", chat, messages), chat + ".txt");
        if (store.me().isEmpty() && messages.stream().anyMatch(m -> "Me".equals(m.author()))) {
            store.setMe("Me");
        }
    }

    private List<String> recall(String person, String... said) {
        List<Line> history = new ArrayList<>();
        for (String text : said) {
            history.add(new Line(Role.USER, person, text));
        }
        return new ChatMemory(database()).recall(new Voice.Partner(person, null), history, TODAY);
    }

    private static String marker(int chat) {
        return "marker" + (10_000 + chat) + "x";
    }

    /// Fifty chats, each with a word that no other has, and a group of all of them.
    private void fiftyChats(Random random) {
        try (ChatStore store = ChatStore.open(database())) {
            for (int chat = 0; chat < 50; chat++) {
                List<Message> messages = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    String topic = TOPICS.get(random.nextInt(TOPICS.size()));
                    String author = random.nextBoolean() ? "Me" : "Person " + chat;
                    String text = "about the " + topic + " " + marker(chat) + " " + i;
                    messages.add(says(author, i * 3, text));
                }
                messages.add(says("Me", 100, "bye " + marker(chat)));
                messages.add(says("Person " + chat, 101, "bye " + marker(chat)));
                add(store, "Person " + chat, messages);
            }
            List<Message> group = new ArrayList<>();
            for (int chat = 0; chat < 50; chat++) {
                group.add(says("Person " + chat, chat, "holiday piano groupmarker " + chat));
            }
            group.add(says("Me", 60, "doctor groupmarker"));
            add(store, "All", group);
        }
    }

    @Test
    void nothingCrossesFromOneOfFiftyChatsToAnotherInAThousandTurns() {
        Random random = new Random(SEED);
        fiftyChats(random);
        int remembered = 0;
        for (int turn = 0; turn < 1_000; turn++) {
            int chat = random.nextInt(50);
            String asked =
                    TOPICS.get(random.nextInt(TOPICS.size()))
                            + " "
                            + marker(random.nextInt(50)) // what another chat alone knows
                            + " groupmarker \" OR * NEAR(a b) text:piano";
            List<String> lines = recall("Person " + chat, asked);
            remembered += lines.size();
            String own = marker(chat);
            Matcher found = MARKER.matcher(String.join("\n", lines));
            assertThat(found.results().map(MatchResult::group).filter(m -> !m.equals(own)))
                    .as("seed %d turn %d", SEED, turn)
                    .isEmpty();
        }
        assertThat(remembered).isGreaterThan(2_000);
    }

    @Test
    void saysWhoSaidWhatAndWhenTheRecentFirst() {
        add(
                "Ada",
                says("Ada", 0, "my sister gets married in June"),
                says("Me", 1, "how lovely, where?"),
                says("Ada", 300_000, "my sister moved to Graz"));
        assertThat(recall("Ada", "hi", "do you remember my sister?"))
                .containsExactly(
                        "On 2024-09-25 Ada said: \"my sister moved to Graz\"",
                        "On 2024-03-01 Ada said: \"my sister gets married in June\""
                                + " you said: \"how lovely, where?\"");
        assertThat(recall("Ada", "my sister moved to Graz"))
                .hasSize(1); // what was just said is not
    }

    @Test
    void strangersSeveralSpeakersAndEmptyStoresAreNotRemembered() {
        assertThat(recall("Ada", "anything")).isEmpty();
        add("Ada", says("Ada", 0, "the secret word"), says("Me", 1, "ok"));
        assertThat(recall("Ada", "secret")).hasSize(1);
        assertThat(recall("Bo", "secret")).isEmpty();
        assertThat(recall("Me", "secret")).isEmpty();
        List<Line> both =
                List.of(new Line(Role.USER, "Ada", "secret"), new Line(Role.USER, "Bo", "secret"));
        assertThat(new ChatMemory(database()).recall(new Voice.Partner("Ada", null), both, TODAY))
                .isEmpty();
    }

    @Test
    void aChatInWhichSomebodyElseWroteIsNoLongerPrivate() {
        add("Ada", says("Ada", 0, "the secret word"), says("Me", 1, "ok"));
        add("Ada", says("Bo", 2, "hello you two"));
        assertThat(recall("Ada", "secret")).isEmpty();
    }

    @Test
    void theOtherNamesOfAPersonAreThatPerson() {
        add("Ada", says("Ada", 0, "the secret word"), says("Me", 1, "ok"));
        add("Ada L.", says("Ada L.", 0, "another secret"), says("Me", 1, "ok"));
        try (ChatStore store = ChatStore.open(database())) {
            store.merge("Ada", "Ada L.");
        }
        assertThat(recall("Ada", "secret")).hasSize(2);
    }
}
