package understudy.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.RecipeFile;
import understudy.chat.Chat;
import understudy.chat.Correction;
import understudy.chat.Correction.Said;
import understudy.chat.Message;
import understudy.chat.Role;
import understudy.store.ChatStore;
import understudy.store.Corrections;

class CorrectionRowsTest {
    private static final LocalDateTime NOON = LocalDateTime.of(2026, 3, 1, 12, 0);

    @TempDir Path folder;
    private ChatStore store;
    private Corrections file;
    private final CharacterEncoder encoder = new CharacterEncoder();

    @BeforeEach
    void open() {
        store = ChatStore.open(folder.resolve("chats.db"));
        file = new Corrections(folder.resolve("corrections.jsonl"));
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            messages.add(new Message("Ada", NOON.plusHours(2 * i), false, Message.Kind.TEXT, "q"));
            messages.add(new Message("Me", NOON.plusHours(2 * i), false, Message.Kind.TEXT, "a"));
        }
        store.add(new Chat("whatsapp", "Ada", messages), "Ada.txt");
        store.setMe("Me");
        store.setRole("Ada", "wife");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void correct(String id, String instead, Said... history) {
        file.append(new Correction(id, NOON, "Ada", "Ada", List.of(history), "THE DRAFT", instead));
    }

    private Prepared build(String recipe, String... sets) {
        List<String> all = new ArrayList<>(List.of("min_tokens=0"));
        all.addAll(List.of(sets));
        return DatasetBuilder.build(
                store,
                file.read(),
                new Prepared.Origin(
                        "tiny", recipe, RecipeFile.load(recipe, all).settings().section("dataset")),
                encoder);
    }

    private static List<PreparedRow> corrections(Prepared prepared, Part part) {
        return prepared.part(part).stream().filter(PreparedRow::correction).toList();
    }

    private String text(BitSet learned, int[] ids) {
        return encoder.decode(learned.stream().map(i -> ids[i]).toArray());
    }

    @Test
    void onlyWhatTheOwnerSaysInsteadIsLearnedInEveryRecipe() {
        correct(
                "1",
                "rather this",
                new Said(Role.USER, "Ada", "hello"),
                new Said(Role.ASSISTANT, null, "BOT WORDS"),
                new Said(Role.USER, "Ada", "and?"),
                new Said(Role.ASSISTANT, "Me", "BOT AGAIN"));
        for (String recipe : List.of("default", "seed")) {
            Prepared prepared = build(recipe, "corrections=true");
            assertThat(corrections(prepared, Part.HELDOUT)).isEmpty();
            assertThat(corrections(prepared, Part.VALIDATION)).isEmpty();
            assertThat(corrections(prepared, Part.TRAIN)).hasSize(1);
            PreparedRow row = corrections(prepared, Part.TRAIN).getFirst();
            DatasetConfig config = DatasetConfig.from(prepared.origin().settings());
            assertThat(text(row.learned(config), row.tokens().ids())).startsWith("rather this");
            assertThat(row.learned(config).cardinality())
                    .isLessThanOrEqualTo("rather this".length() + 1); // and its end mark
            assertThat(row.ownTurns()).isEqualTo(1);
            assertThat(row.ownCharacters()).isEqualTo("rather this".length());
            assertThat(encoder.decode(row.tokens().ids()))
                    .contains("hello", "BOT WORDS", "and?")
                    .doesNotContain("BOT AGAIN", "THE DRAFT");

            Path target = folder.resolve(recipe);
            new DatasetFolder(target).write(prepared, encoder);
            for (OptionalInt longest : List.of(OptionalInt.empty(), OptionalInt.of(120))) {
                DatasetRow read = Dataset.open(target).rows(Part.TRAIN, encoder, longest).getLast();
                assertThat(text(read.learned(), read.tokens().ids())).startsWith("rather this");
                assertThat(read.learned().cardinality()).isLessThanOrEqualTo(12);
                assertThat(read.ownCharacters()).isEqualTo("rather this".length());
            }
        }
    }

    @Test
    void nothingIsReadUnlessAsked() {
        correct("1", "rather this", new Said(Role.USER, "Ada", "hello"));
        Prepared without = build("default");
        assertThat(without.part(Part.TRAIN)).noneMatch(PreparedRow::correction);
        assertThat(without.report().corrected().read()).isZero();
        Prepared with = build("default", "corrections=true");
        assertThat(with.part(Part.TRAIN)).hasSize(without.part(Part.TRAIN).size() + 1);
        assertThat(with.part(Part.HELDOUT)).isEqualTo(without.part(Part.HELDOUT));
        assertThat(with.part(Part.VALIDATION)).isEqualTo(without.part(Part.VALIDATION));
        assertThat(with.report().messagesRead()).isEqualTo(40);
    }

    @Test
    void theFirstLineIsThatOfTraining() {
        correct("1", "yes", new Said(Role.USER, "Ada", "hello"));
        correct("2", "no", new Said(Role.USER, "Ada", "hi"), new Said(Role.USER, "Bo", "ho"));
        List<PreparedRow> rows = corrections(build("default", "corrections=true"), Part.TRAIN);
        assertThat(rows.getFirst().lines().getFirst().content())
                .isEqualTo("You are Me, chatting with Ada, your wife. Sunday, 1 March 2026.");
        assertThat(rows.getLast().lines().getFirst().content()).contains("the group Ada");
        assertThat(rows.getLast().lines().get(2).content()).isEqualTo("Bo: ho");
    }

    @Test
    void everyLineIsAccountedFor() throws Exception {
        correct("1", "first try", new Said(Role.USER, "Ada", "hello"));
        correct("1", "second try", new Said(Role.USER, "Ada", "hello"));
        correct("2", " \n", new Said(Role.USER, "Ada", "hello"));
        correct("3", "x".repeat(900), new Said(Role.USER, "Ada", "hello"));
        correct("4", "short", new Said(Role.USER, "Ada", "y".repeat(900)));
        Files.writeString(
                folder.resolve("corrections.jsonl"),
                "{\"correction\": \"SECRET\"\n",
                StandardOpenOption.APPEND);
        Prepared prepared = build("default", "corrections=true", "max_length=300");
        assertThat(corrections(prepared, Part.TRAIN))
                .extracting(r -> r.lines().getLast().content())
                .containsExactly("second try", "short");
        assertThat(corrections(prepared, Part.TRAIN))
                .allSatisfy(r -> assertThat(r.tokens().length()).isLessThanOrEqualTo(300));
        DatasetReport.Corrected count = prepared.report().corrected();
        assertThat(count.read()).isEqualTo(6);
        assertThat(count.rows()).isEqualTo(2);
        assertThat(count.dropped())
                .extracting(d -> d.reason().key() + " " + d.corrections() + " " + d.line())
                .containsExactlyInAnyOrder(
                        "unreadable 1 6", "replaced 1 1", "empty 1 3", "too_long 1 4");
        assertThat(String.join("\n", ReportText.funnel(prepared.report())))
                .contains("6 corrections read, 2 of them", "line 6 of corrections.jsonl")
                .doesNotContain("SECRET");
    }
}
