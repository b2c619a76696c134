package understudy.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.RecipeFile;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.chat.Message.Kind;
import understudy.store.ChatStore;

/// What of a person's chats is read and not learned.
class NotLearnedTest {
    private static final long SEED = 4_711;
    private static final LocalDateTime NOON = LocalDateTime.of(2024, 3, 1, 12, 0);

    @TempDir Path folder;
    private ChatStore store;
    private final CharacterEncoder encoder = new CharacterEncoder();

    @BeforeEach
    void open() {
        store = ChatStore.open(folder.resolve("chats.db"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Message says(String author, int minute, String text) {
        return new Message(author, NOON.plusMinutes(minute), false, Kind.TEXT, text);
    }

    private void add(String name, Message... messages) {
        store.add(new Chat("whatsapp", name, List.of(messages)), name + ".txt");
        store.setMe("Me");
    }

    private Prepared build(String... sets) {
        List<String> all =
                new ArrayList<>(List.of("heldout_share=0", "validation_share=0", "min_tokens=0"));
        all.addAll(List.of(sets));
        return DatasetBuilder.build(
                store,
                new Prepared.Origin(
                        "tiny",
                        "default",
                        RecipeFile.load("default", all).settings().section("dataset")),
                encoder);
    }

    private String learned(Prepared prepared) {
        DatasetConfig config = DatasetConfig.from(prepared.origin().settings());
        StringBuilder text = new StringBuilder();
        for (PreparedRow row : prepared.part(Part.TRAIN)) {
            int[] ids = row.learned(config).stream().map(i -> row.tokens().ids()[i]).toArray();
            text.append(encoder.decode(ids)).append('|');
        }
        return text.toString();
    }

    private static String words(Random random, int count) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < count; i++) {
            words.append(i == 0 ? "" : " ").append("w").append(random.nextInt(5_000));
        }
        return words.toString();
    }

    @Test
    void aTextThatStandsInSeveralChatsIsReadAndNotLearned() {
        String chain = words(new Random(SEED), 40);
        add("Ada", says("Ada", 0, "news?"), says("Me", 1, chain), says("Ada", 9, "oh"));
        add("Bo", says("Bo", 0, chain.toUpperCase(java.util.Locale.ROOT)), says("Me", 1, "ha"));
        assertThat(learned(build())).isEqualTo(chain + "|ha|");
        assertThat(build("learn_copied=false").report().notLearned())
                .containsEntry(NotLearned.Reason.COPIED, 1);
        add("Ada", says("Me", 10, "my own words"));
        Prepared prepared = build("learn_copied=false");
        assertThat(learned(prepared)).isEqualTo("my own words|ha|");
        assertThat(prepared.part(Part.TRAIN).getFirst().lines())
                .extracting(line -> line.content())
                .contains(chain);
        assertThat(String.join("\n", ReportText.funnel(prepared.report())))
                .contains("1 long turns that stand in several chats")
                .doesNotContain(chain.substring(0, 20));
    }

    @Test
    void tinyTurnsThatAreSaidOftenAreLearnedUpToTheirShare() {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            messages.add(says("Ada", i * 20, "question " + i));
            messages.add(says("Me", i * 20 + 1, i % 2 == 0 ? "Ok!" : "answer number " + i));
        }
        add("Ada", messages.toArray(Message[]::new));
        Prepared prepared = build("tiny_turns=0.1");
        assertThat(learned(prepared).split("Ok!", -1)).hasSize(10 + 1);
        assertThat(learned(prepared)).contains("answer number 99");
        assertThat(prepared.report().notLearned()).containsEntry(NotLearned.Reason.TINY, 40);
    }

    @Test
    void aConversationThatIsNearlyAnotherOneIsLearnedOnce() {
        String said = words(new Random(SEED), 60);
        add("Ada", says("Ada", 0, "hi"), says("Me", 1, said));
        add("Bo", says("Bo", 0, "hi"), says("Me", 1, said + " bye"));
        Prepared prepared = build("near_duplicates=0.8");
        assertThat(prepared.part(Part.TRAIN)).hasSize(1);
        assertThat(prepared.report().droppedByReason()).containsEntry("near_duplicate", 2L);
        assertThat(build().part(Part.TRAIN)).hasSize(2);
    }

    @Test
    void nothingLikeWhatIsHeldOutIsLearned() {
        String said = words(new Random(SEED), 60);
        add(
                "Ada",
                says("Me", 0, said),
                says("Me", 500, words(new Random(1), 60)),
                says("Me", 1_000, said + " again"));
        Prepared prepared = build("near_duplicates=0.8", "heldout_share=0.1");
        assertThat(prepared.part(Part.HELDOUT)).hasSize(1);
        assertThat(learned(prepared)).doesNotContain(said);
    }

    @Test
    void similarityDecidesAndNotChance() {
        for (int i = 0; i < 300; i++) {
            Random random = new Random(SEED + i);
            String[] words = words(random, 30 + random.nextInt(60)).split(" ");
            String before = String.join(" ", words);
            int changes = random.nextInt(6);
            for (int c = 0; c < changes; c++) {
                words[random.nextInt(words.length)] = "x" + c;
            }
            String after = String.join(" ", words);
            double similarity =
                    WordRuns.similarity(
                            WordRuns.of(WordRuns.words(before), 3),
                            WordRuns.of(WordRuns.words(after), 3));
            NearDuplicates seen = new NearDuplicates(0.7, i);
            assertThat(seen.seen(before)).isFalse();
            assertThat(seen.seen(after))
                    .as("seed %d item %d, similarity %s", SEED, i, similarity)
                    .isEqualTo(similarity >= 0.7);
        }
    }

    @Test
    void unlearnedAndRepeatedTurnsReadBackAsTheyWere() {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            messages.add(says("Ada", i * 20, "question " + i));
            messages.add(says("Me", i * 20 + 1, i % 2 == 0 ? "ok" : "answer number " + i));
        }
        add("Ada", messages.toArray(Message[]::new));
        Prepared prepared = build("tiny_turns=0.05", "overlap=100", "max_length=500");
        Path target = folder.resolve("datasets/x");
        new DatasetFolder(target).write(prepared, encoder);
        DatasetConfig config = DatasetConfig.from(prepared.origin().settings());
        List<PreparedRow> expected = prepared.part(Part.TRAIN);
        List<DatasetRow> rows = Dataset.open(target).rows(Part.TRAIN, encoder);
        assertThat(expected).anyMatch(r -> r.context() > 1);
        assertThat(rows)
                .extracting(DatasetRow::learned)
                .isEqualTo(expected.stream().map(r -> r.learned(config)).toList());
        assertThat(rows)
                .extracting(DatasetRow::ownCharacters)
                .isEqualTo(expected.stream().map(PreparedRow::ownCharacters).toList());
        long learned = rows.stream().mapToLong(r -> r.learned().cardinality()).sum();
        for (int longest : new int[] {250, 300, 400}) {
            List<DatasetRow> shorter =
                    Dataset.open(target)
                            .rows(Part.TRAIN, encoder, java.util.OptionalInt.of(longest));
            assertThat(shorter.stream().mapToLong(r -> r.learned().cardinality()).sum())
                    .as("rows of %d", longest)
                    .isEqualTo(learned);
        }
    }
}
