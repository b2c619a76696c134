package understudy.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.RecipeFile;
import understudy.base.UserError;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.chat.Message.Kind;
import understudy.chat.Role;
import understudy.store.ChatStore;
import understudy.text.ConversationEncoder;
import understudy.text.Line;
import understudy.text.TemplateLines;
import understudy.text.TokenRow;
import understudy.text.Tokenizer;

class DatasetBuilderTest {
    private static final long SEED = 90_125;
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

    private static Message other(Kind kind, String author, int minute) {
        return new Message(author, NOON.plusMinutes(minute), false, kind, "not for training");
    }

    private void add(String name, Message... messages) {
        store.add(new Chat("whatsapp", name, List.of(messages)), name + ".txt");
    }

    private Prepared build(String recipe, String... sets) {
        List<String> all = new ArrayList<>(List.of("heldout_share=0", "validation_share=0"));
        all.add("min_tokens=0");
        all.addAll(List.of(sets));
        return DatasetBuilder.build(
                store,
                new Prepared.Origin(
                        "tiny", recipe, RecipeFile.load(recipe, all).settings().section("dataset")),
                encoder);
    }

    private static List<String> contents(PreparedRow row) {
        return row.lines().stream().map(l -> l.role().word() + ": " + l.content()).toList();
    }

    @Test
    void joinsMessagesWithinFiveMinutesAndNamesWhoWritesToWhomAndWhen() {
        add(
                "Ada",
                says("Ada", 0, "hi"),
                says("Ada", 5, "there"),
                says("Ada", 11, "hello?"),
                says("Me", 12, "yes"),
                says("Me", 13, "what"));
        store.setMe("Me");
        store.setRole("Ada", "wife");
        List<PreparedRow> rows = build("default").part(Part.TRAIN);
        assertThat(rows).hasSize(1);
        assertThat(contents(rows.getFirst()))
                .containsExactly(
                        "system: You are Me, chatting with Ada, your wife. Friday, 1 March 2024.",
                        "user: hi\nthere",
                        "user: hello?",
                        "assistant: yes\nwhat");
        assertThat(rows.getFirst().ownCharacters()).isEqualTo(8);
    }

    @Test
    void anHourOfSilenceStartsANewBlockAndMediaIsSilence() {
        add(
                "Ada",
                says("Ada", 0, "a"),
                says("Me", 1, "b"),
                other(Kind.MEDIA, "Ada", 40),
                says("Me", 61, "c"),
                says("Me", 120, "d"));
        store.setMe("Me");
        Prepared prepared = build("default", "system_line=");
        assertThat(prepared.part(Part.TRAIN)).extracting(PreparedRow::block).containsExactly(0, 1);
        assertThat(contents(prepared.part(Part.TRAIN).get(1)))
                .containsExactly("assistant: c", "assistant: d");
    }

    @Test
    void accountsForEveryMessageByReason() {
        add(
                "Ada",
                other(Kind.SYSTEM, null, 0),
                other(Kind.CALL, "Ada", 1),
                other(Kind.MEDIA, "Ada", 2),
                other(Kind.DELETED, "Me", 3),
                says("Ada", 4, " \n "),
                says("Ada", 5, "hello"),
                says("Me", 6, "hello to you, and this is long enough to learn from"),
                says("Ada", 100, "anybody?"),
                says("Me", 200, "x"));
        store.setMe("Me");
        Prepared prepared = build("default", "min_tokens=100");
        DatasetReport report = prepared.report();
        assertThat(report.messagesRead()).isEqualTo(9);
        assertThat(report.droppedByReason())
                .containsOnlyKeys(
                        "system", "call", "media", "deleted", "empty", "no_own_turn", "too_short")
                .allSatisfy((reason, count) -> assertThat(count).isEqualTo(1));
        assertThat(report.part(Part.TRAIN).messages()).isEqualTo(2);
        assertThat(String.join("\n", ReportText.funnel(report)))
                .contains("9 lines read")
                .contains("such as Ada, 2024-03-01 13:40")
                .doesNotContain("anybody")
                .doesNotContain("not for training");
    }

    @Test
    void keepsTheNamesOfOthersInGroupsAndLearnsOwnTurnsOnly() {
        add("Friends", says("Ada", 0, "who?"), says("Bo", 1, "me"), says("Me", 2, "and me"));
        store.setMe("Me");
        PreparedRow row = build("default").part(Part.TRAIN).getFirst();
        assertThat(contents(row))
                .containsExactly(
                        "system: You are Me, chatting in the group Friends. Friday, 1 March 2024.",
                        "user: Ada: who?",
                        "user: Bo: me",
                        "assistant: and me");
        assertThat(row.person()).isEqualTo("Friends");
        assertThat(learnedText(row, DatasetConfig.Learn.OWN)).isEqualTo("and me");
    }

    private String learnedText(PreparedRow row, DatasetConfig.Learn learn) {
        String recipe = learn == DatasetConfig.Learn.ALL ? "seed" : "default";
        DatasetConfig config =
                DatasetConfig.from(
                        RecipeFile.load(recipe, List.of()).settings().section("dataset"));
        int[] ids = config.learned(row.tokens()).stream().map(i -> row.tokens().ids()[i]).toArray();
        return encoder.decode(ids);
    }

    @Test
    void theSeedRecipeLearnsEverythingAndHasNoFirstLine() {
        add("Ada", says("Ada", 0, "hi"), says("Me", 1, "yo"));
        add("Bo", says("Bo", 0, "only Bo"));
        store.setMe("Me");
        List<PreparedRow> rows = build("seed").part(Part.TRAIN);
        assertThat(rows).hasSize(2); // where everything is learned, others' words are kept
        assertThat(contents(rows.getFirst())).containsExactly("user: hi", "assistant: yo");
        assertThat(learnedText(rows.getFirst(), DatasetConfig.Learn.ALL))
                .isEqualTo(encoder.decode(rows.getFirst().tokens().ids()));
    }

    @Test
    void holdsOutTheLatestBlocksOfEachChatBeforeAnyFilter() {
        for (int chat = 0; chat < 3; chat++) {
            List<Message> messages = new ArrayList<>();
            int blocks = List.of(1, 2, 25).get(chat);
            for (int block = 0; block < blocks; block++) {
                messages.add(says("P" + chat, block * 200 + chat, "q"));
                messages.add(says("Me", block * 200 + chat + 1, "a" + block));
            }
            add("P" + chat, messages.toArray(Message[]::new));
        }
        store.setMe("Me");
        Prepared prepared =
                build("default", "heldout_share=0.1", "validation_share=0.1", "system_line=");
        assertThat(prepared.part(Part.HELDOUT))
                .extracting(r -> r.chat() + " " + r.block())
                .containsExactly("P1 1", "P2 23", "P2 24");
        assertThat(prepared.part(Part.VALIDATION)) // of 25 left the latest 2
                .extracting(r -> r.chat() + " " + r.block())
                .containsExactly("P2 21", "P2 22");
        Prepared filtered = build("default", "heldout_share=0.1", "min_tokens=25", "system_line=");
        assertThat(filtered.part(Part.HELDOUT)) // short ones are scored all the same
                .extracting(PreparedRow::block)
                .containsExactly(1, 23, 24);
        assertThat(filtered.report().part(Part.TRAIN).rows()).isLessThan(25);
    }

    @Test
    void splitsLongBlocksAndCountsOwnCharactersOnce() {
        List<Message> messages = new ArrayList<>();
        int characters = 0;
        for (int i = 0; i < 40; i++) {
            messages.add(says(i % 3 == 0 ? "Ada" : "Me", i * 10, "message number " + i));
            characters += i % 3 == 0 ? 0 : ("message number " + i).length();
        }
        add("Ada", messages.toArray(Message[]::new));
        store.setMe("Me");
        Prepared prepared = build("default", "max_length=300");
        assertThat(prepared.report().splitBlocks()).isEqualTo(1);
        assertThat(prepared.report().part(Part.TRAIN).ownCharacters()).isEqualTo(characters);
        assertThat(prepared.part(Part.TRAIN))
                .allSatisfy(r -> assertThat(r.tokens().length()).isLessThanOrEqualTo(300));
    }

    @Test
    void saysWhyThereIsNothingToLearn() {
        assertThatThrownBy(() -> build("default"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no chats yet");
        add("Ada", says("Ada", 0, "1"), other(Kind.MEDIA, "Me", 1));
        add("Bo", says("Bo", 0, "1"), other(Kind.MEDIA, "Me", 1));
        assertThatThrownBy(() -> build("default"))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.fix()).contains("--me 'Me'"));
        store.setMe("Me");
        assertThatThrownBy(() -> build("default"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("0 samples because of 4 messages")
                .hasMessageContaining("2 media")
                .hasMessageContaining("2 messages where you say nothing");
    }

    @Test
    void writesRowsThatReadBackAsTheyWere() throws Exception {
        add(
                "Ada",
                says("Ada", 0, "a <|im_end|> in \ud83d\ude00 text"),
                says("Me", 1, "b"),
                says("Ada", 200, "c"),
                says("Me", 201, "d\u2028e"));
        store.setMe("Me");
        Prepared prepared = build("default", "heldout_share=0.1");
        Path target = folder.resolve("datasets/x");
        new DatasetFolder(target).write(prepared, encoder);
        Dataset dataset = Dataset.open(target);
        assertThat(dataset.base()).isEqualTo("tiny");
        assertThat(dataset.recipe()).isEqualTo("default");
        for (Part part : Part.values()) {
            List<DatasetRow> rows = dataset.rows(part, encoder);
            List<PreparedRow> expected = prepared.part(part);
            assertThat(rows)
                    .extracting(DatasetRow::lines)
                    .isEqualTo(expected.stream().map(PreparedRow::lines).toList());
            assertThat(rows)
                    .extracting(DatasetRow::tokens)
                    .isEqualTo(expected.stream().map(PreparedRow::tokens).toList());
            assertThat(rows)
                    .extracting(DatasetRow::ownCharacters)
                    .isEqualTo(expected.stream().map(PreparedRow::ownCharacters).toList());
        }
        JsonNode row =
                Json.json().readTree(Files.readAllLines(target.resolve("train.jsonl")).getFirst());
        assertThat(row.propertyNames())
                .containsExactly("input", "messages", "person", "chat", "block");
        assertThat(row.path("messages").get(1).propertyNames())
                .containsExactly("role", "name", "content", "date");
        assertThat(row.path("messages").get(1).path("date").asString())
                .isEqualTo("2024-03-01T12:00:00");
        try (Stream<Path> files = Files.list(target)) {
            assertThat(files)
                    .allSatisfy(file ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(file)))
                                    .isEqualTo("rw-------"));
        }
    }

    @Test
    void splitsAgainForShorterRows() {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            messages.add(says(i % 2 == 0 ? "Ada" : "Me", i * 6, "words and words " + i));
        }
        add("Ada", messages.toArray(Message[]::new));
        store.setMe("Me");
        Path target = folder.resolve("datasets/x");
        new DatasetFolder(target).write(build("default"), encoder);
        Dataset dataset = Dataset.open(target);
        List<DatasetRow> whole = dataset.rows(Part.TRAIN, encoder);
        List<DatasetRow> rows = dataset.rows(Part.TRAIN, encoder, OptionalInt.of(200));
        assertThat(whole).hasSize(1);
        assertThat(rows).hasSizeGreaterThan(3);
        assertThat(rows).allSatisfy(r -> assertThat(r.tokens().length()).isLessThanOrEqualTo(200));
        assertThat(rows)
                .allSatisfy(r -> assertThat(r.lines().getFirst().role()).isEqualTo(Role.SYSTEM));
        assertThat(rows.stream().mapToInt(DatasetRow::ownCharacters).sum())
                .isEqualTo(whole.getFirst().ownCharacters());
    }

    @Test
    void noticesAHalfWrittenDataset() throws Exception {
        add("Ada", says("Ada", 0, "hi"), says("Me", 1, "yo"));
        store.setMe("Me");
        Path target = folder.resolve("datasets/x");
        assertThatThrownBy(() -> Dataset.open(target)).hasMessageContaining("no dataset yet");
        new DatasetFolder(target).write(build("default"), encoder);
        Files.writeString(target.resolve("train.jsonl"), "");
        Dataset dataset = Dataset.open(target);
        assertThatThrownBy(() -> dataset.rows(Part.TRAIN, encoder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("incomplete");
        assertThat(dataset.rows(Part.HELDOUT, encoder)).isEmpty();
    }

    /// Wherever a description ends too early, what is left may be YAML that reads well.
    @Test
    void noticesADescriptionThatIsCutAnywhere() throws Exception {
        add("Ada", says("Ada", 0, "hi"), says("Me", 1, "yo"));
        store.setMe("Me");
        Path target = folder.resolve("datasets/x");
        new DatasetFolder(target).write(build("default"), encoder);
        Path description = target.resolve("dataset.yaml");
        String whole = Files.readString(description).strip();
        assertThat(Dataset.open(target).rows(Part.TRAIN, encoder)).hasSize(1);
        for (int length = 0; length < whole.length(); length++) {
            Files.writeString(description, whole.substring(0, length));
            assertThatThrownBy(() -> Dataset.open(target).rows(Part.TRAIN, encoder))
                    .as("cut at %d", length)
                    .isInstanceOf(UserError.class);
        }
    }

    @Test
    void theSumOfAllPartsIsWhatWasReadWhateverTheChats() {
        for (int i = 0; i < 25; i++) {
            RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + i);
            try (ChatStore random1 = ChatStore.open(folder.resolve("r" + i + ".db"))) {
                int lines = 0;
                for (int chat = 0; chat < 3; chat++) {
                    List<Message> messages = randomChat(random);
                    lines += messages.size();
                    random1.add(new Chat("whatsapp", "c" + chat, messages), "c");
                }
                random1.setMe("Me");
                int most = 250 + random.nextInt(200);
                RecipeFile recipe =
                        RecipeFile.load(
                                random.nextBoolean() ? "default" : "seed",
                                List.of("max_length=" + most, "min_tokens=60"));
                Prepared prepared =
                        DatasetBuilder.build(
                                random1,
                                new Prepared.Origin(
                                        "tiny", "r", recipe.settings().section("dataset")),
                                encoder);
                // that the sums agree is the report's own invariant
                assertThat(prepared.report().messagesRead())
                        .as("seed %d %d", SEED, i)
                        .isEqualTo(lines);
                for (Part part : Part.values()) {
                    assertThat(prepared.part(part))
                            .as("seed %d item %d %s", SEED, i, part)
                            .allSatisfy(
                                    r -> assertThat(r.tokens().length()).isLessThanOrEqualTo(most));
                }
            }
        }
    }

    private static List<Message> randomChat(RandomGenerator random) {
        List<Message> messages = new ArrayList<>();
        messages.add(
                says(
                        "Me",
                        0,
                        "a beginning that is long enough for a sample of its own: ".repeat(2)));
        int minute = 0;
        int lines = 20 + random.nextInt(150);
        for (int i = 0; i < lines; i++) {
            minute += random.nextInt(12) == 0 ? 60 + random.nextInt(100) : random.nextInt(10);
            String author = List.of("Me", "Ada", "Bo").get(random.nextInt(3));
            Kind kind = random.nextInt(10) == 0 ? Kind.MEDIA : Kind.TEXT;
            String text = "w".repeat(random.nextInt(random.nextInt(30) == 0 ? 500 : 20));
            messages.add(new Message(author, NOON.plusMinutes(minute), false, kind, text));
        }
        return messages;
    }

    @Test
    void thePreviewMarksExactlyWhatIsLearned() {
        add("Ada", says("Ada", 0, "hi\u001b[31m"), says("Me", 1, "yo\nyo"));
        store.setMe("Me");
        Prepared prepared = build("default", "system_line=");
        DatasetConfig config = DatasetConfig.from(prepared.origin().settings());
        assertThat(new Preview(encoder, config, false).of(prepared))
                .isEqualTo(
                        """
                        <|im_start|>user
                        hi\ufffd[31m<|im_end|>
                        <|im_start|>assistant
                        [[yo]]
                        [[yo<|im_end|>]]
                        """);
        assertThat(new Preview(encoder, config, true).of(prepared))
                .contains("\u001b[42;30myo<|im_end|>\u001b[0m");
    }

    @Test
    void drawsBarsAndPictures() throws Exception {
        add("Ada", says("Ada", 0, "hi"), says("Me", 1, "yo"));
        add("Bo", says("Bo", 0, "hi"), says("Me", 1, "yo"), says("Me", 90, "yo"));
        store.setMe("Me");
        DatasetReport report = build("default").report();
        assertThat(ReportText.people(report))
                .containsExactly(
                        "samples by person",
                        "  Bo  " + "█".repeat(40) + " 2",
                        "  Ada " + "█".repeat(20) + " 1");
        assertThat(ReportText.lengths(report)).hasSizeGreaterThan(1);
        if (ReportCharts.write(report, folder).isEmpty()) {
            byte[] png = Files.readAllBytes(folder.resolve("people.png"));
            assertThat(new String(png, 1, 3, java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("PNG");
        }
    }

    @Test
    void strictTemplatesCountTheJoiningLineBreak() {
        ConversationEncoder strict =
                new ConversationEncoder() {
                    @Override
                    public List<Line> fitted(List<Line> lines) {
                        return TemplateLines.adapt(lines);
                    }

                    @Override
                    public String render(List<Line> lines) {
                        return encoder.render(fitted(lines));
                    }

                    @Override
                    public TokenRow encode(List<Line> lines) {
                        return encoder.encode(fitted(lines));
                    }

                    @Override
                    public Tokenizer tokenizer() {
                        return encoder;
                    }
                };
        List<Line> lines =
                List.of(
                        Line.of(Role.ASSISTANT, "ab"),
                        Line.of(Role.ASSISTANT, "\ud83d\ude00"),
                        Line.of(Role.USER, "c"));
        assertThat(strict.ownCharacters(lines)).isEqualTo(4);
        assertThat(encoder.ownCharacters(lines)).isEqualTo(3);
    }
}
