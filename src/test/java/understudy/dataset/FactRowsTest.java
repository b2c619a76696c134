package understudy.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.RecipeFile;
import understudy.base.UserError;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.chat.Role;
import understudy.dataset.facts.Fact;
import understudy.dataset.facts.FactQuestions;
import understudy.dataset.facts.FactsFile;
import understudy.reply.Voice;
import understudy.store.ChatStore;
import understudy.store.Corrections;
import understudy.text.Line;

class FactRowsTest {
    private static final LocalDateTime NOON = LocalDateTime.of(2026, 3, 1, 12, 0);
    private static final List<Fact> FACTS =
            FactsFile.parse("- home: Leipzig\n- job: a nurse\n- I have two sisters.", "facts.md");

    @TempDir Path folder;
    private ChatStore store;
    private final CharacterEncoder encoder = new CharacterEncoder();

    @BeforeEach
    void open() {
        store = ChatStore.open(folder.resolve("chats.db"));
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            LocalDateTime time = NOON.plusHours(2L * i);
            messages.add(text("Ada", time, "where is the boat?"));
            messages.add(text("Me", time, i % 3 == 0 ? "no idea haha" : "it is not here"));
            messages.add(text("Ada", time, "no idea, ADAS own words?"));
            messages.add(text("Me", time, i == 29 ? "dunno, heldout" : "ok then i will look"));
        }
        store.add(new Chat("whatsapp", "Ada", messages), "Ada.txt");
        store.setMe("Me");
        store.setRole("Ada", "wife");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Message text(String author, LocalDateTime time, String text) {
        return new Message(author, time, false, Message.Kind.TEXT, text);
    }

    private Prepared build(List<Fact> facts, Safeguards safeguards, String recipe, String... sets) {
        List<String> all = new ArrayList<>(List.of("min_tokens=0"));
        all.addAll(List.of(sets));
        return DatasetBuilder.build(
                store,
                Corrections.Read.NONE,
                facts,
                new Prepared.Origin(
                        "tiny", recipe, RecipeFile.load(recipe, all).settings().section("dataset")),
                encoder,
                safeguards);
    }

    private Prepared build(List<Fact> facts, String... sets) {
        return build(facts, Safeguards.NONE, "default", sets);
    }

    private Map<String, String> files(Prepared prepared, String name) throws IOException {
        Path target = folder.resolve(name);
        new DatasetFolder(target).write(prepared, encoder);
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(target)) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }

    @Test
    void aRowIsAConversationLikeEveryOtherOne() {
        List<PreparedRow> rows = build(FACTS).part(Part.FACTS);
        assertThat(rows).hasSizeGreaterThan(8);
        PreparedRow first = rows.getFirst();
        assertThat(first.lines().getFirst().content())
                .isEqualTo("You are Me, chatting with somebody. Sunday, 1 March 2026.");
        assertThat(rows.get(1).lines().getFirst().content())
                .startsWith("You are Me, chatting with Ada, your wife. ");
        for (PreparedRow row : rows) {
            assertThat(row.lines().size() % 2).isOne();
            for (int i = 1; i < row.lines().size(); i++) {
                assertThat(row.lines().get(i).role())
                        .isEqualTo(i % 2 == 1 ? Role.USER : Role.ASSISTANT);
            }
        }
    }

    @Test
    void onlyOwnTurnsAreLearnedAndTheFileIsReadBackAsItWas() throws IOException {
        Prepared prepared = build(FACTS);
        files(prepared, "data");
        List<DatasetRow> read = Dataset.open(folder.resolve("data")).rows(Part.FACTS, encoder);
        List<PreparedRow> rows = prepared.part(Part.FACTS);
        assertThat(read).hasSameSizeAs(rows);
        for (int i = 0; i < read.size(); i++) {
            DatasetRow row = read.get(i);
            assertThat(row.lines()).isEqualTo(rows.get(i).lines());
            StringBuilder own = new StringBuilder();
            row.lines().stream()
                    .filter(l -> l.role() == Role.ASSISTANT)
                    .forEach(l -> own.append(l.content()));
            BitSet learned = row.learned();
            int[] ids = row.tokens().ids();
            assertThat(encoder.decode(learned.stream().map(t -> ids[t]).toArray()))
                    .isEqualTo(own.toString());
        }
    }

    /// The order of the draw is part of what a resumed run counts on.
    @Test
    void theRowsOfThreeFactsAre() {
        List<String> shown =
                build(FACTS, "facts_unknown=2").part(Part.FACTS).stream()
                        .flatMap(row -> row.lines().stream().skip(1))
                        .map(Line::content)
                        .toList();
        assertThat(shown).hasSize(2 * (2 * 7 + 3 + 2));
        assertThat(shown).contains("what do you do for work?", "what's your job?");
        assertThat(shown).filteredOn(t -> t.contains("two sisters")).hasSize(3);
        assertThat(shown).filteredOn("no idea haha"::equals).hasSize(2);
        assertThat(shown).noneMatch(t -> t.contains("ADAS") || t.contains("heldout"));
        // who writes no capitals and no full stops is not given any
        assertThat(shown)
                .filteredOn(t -> t.toLowerCase(Locale.ROOT).contains("nurse"))
                .allMatch(t -> t.equals(t.toLowerCase(Locale.ROOT)) && !t.contains("."));
    }

    @Test
    void theChatsAreTheSameWithAndWithout() throws IOException {
        Map<String, String> without = files(build(List.of()), "a");
        Map<String, String> off = files(build(FACTS, "facts=false"), "b");
        Map<String, String> with = files(build(FACTS), "c");
        assertThat(without).doesNotContainKeys("facts.jsonl", "fact-questions.json");
        assertThat(without.get("dataset.yaml")).doesNotContain("fact_line", "\"facts\":{");
        assertThat(without.get("report.json")).doesNotContain("facts");
        assertThat(with).containsKeys("facts.jsonl", "fact-questions.json");
        for (String file : List.of("train.jsonl", "validation.jsonl", "heldout.jsonl")) {
            assertThat(off.get(file)).isEqualTo(without.get(file));
            assertThat(with.get(file)).isEqualTo(without.get(file));
        }
        assertThat(off).doesNotContainKey("facts.jsonl");
        assertThat(with.get("report.json")).doesNotContain("Leipzig", "nurse", "sisters");
        assertThat(String.join("\n", ReportText.funnel(build(FACTS).report())))
                .contains("3 facts read")
                .doesNotContain("Leipzig");
        // an older dataset's facts do not stay behind
        assertThat(files(build(List.of()), "c")).isEqualTo(without);
    }

    @Test
    void aChangedOrMissingFileIsNoticed() throws IOException {
        Map<String, String> files = files(build(FACTS), "data");
        Path rows = folder.resolve("data/facts.jsonl");
        Dataset dataset = Dataset.open(folder.resolve("data"));
        Files.writeString(rows, files.get("facts.jsonl").replace("eipzig", "xxx"));
        assertThatThrownBy(() -> dataset.rows(Part.FACTS, encoder)).isInstanceOf(UserError.class);
        Files.delete(rows);
        assertThatThrownBy(() -> dataset.rows(Part.FACTS, encoder)).isInstanceOf(UserError.class);
        Path questions = folder.resolve("data/fact-questions.json");
        Files.writeString(questions, "{\"questions\": [" + "{},".repeat(200) + "{}]}");
        assertThatThrownBy(() -> FactQuestions.read(folder.resolve("data")))
                .isInstanceOf(UserError.class);
        Files.writeString(questions, "{\"questions\": [");
        assertThatThrownBy(() -> FactQuestions.read(folder.resolve("data")))
                .isInstanceOf(UserError.class);
    }

    @Test
    void questionsAreReadBackAsTheyWere() throws IOException {
        Prepared prepared = build(FACTS);
        files(prepared, "data");
        assertThat(FactQuestions.read(folder.resolve("data"))).isEqualTo(prepared.questions());
        assertThat(prepared.questions().all()).hasSizeBetween(70, 100);
        assertThat(FactQuestions.read(folder)).isEqualTo(FactQuestions.NONE);
    }

    @Test
    void theLineOfFactsIsTheSameInEveryRowAndInReplies() throws IOException {
        String pattern = "facts_line=About you: {facts}.";
        Prepared prepared = build(FACTS, pattern);
        String line = "About you: home: Leipzig; job: a nurse; I have two sisters.";
        assertThat(prepared.factLine()).isEqualTo(line);
        for (Part part : Part.values()) {
            assertThat(prepared.part(part))
                    .isNotEmpty()
                    .allSatisfy(row -> {
                        String first = row.lines().getFirst().content();
                        assertThat(first)
                                .endsWith(". " + first.split("\\. ")[1])
                                .endsWith("\n" + line);
                        LocalDate date = row.dates().getFirst().toLocalDate();
                        boolean known = row.person().equals("Ada");
                        Voice.Partner partner =
                                known ? new Voice.Partner("Ada", "wife") : Voice.Partner.STRANGER;
                        DatasetConfig config = DatasetConfig.from(prepared.origin().settings());
                        Voice voice = new Voice("Me", config.systemLine(), false, line);
                        assertThat(first).isEqualTo(voice.firstLine(partner, date));
                    });
        }
        files(prepared, "data");
        assertThat(Dataset.open(folder.resolve("data")).factLine()).isEqualTo(line);
        Prepared bare = build(FACTS, pattern, "system_line=");
        assertThat(bare.part(Part.TRAIN).getFirst().lines().getFirst().content()).isEqualTo(line);
        assertThat(build(List.of(), pattern).factLine()).isEmpty();
        assertThat(
                        new Voice("Me", "", false, line)
                                .firstLine(Voice.Partner.STRANGER, NOON.toLocalDate()))
                .isEqualTo(line);
    }

    @Test
    void factsAreRedactedLikeMessages() {
        RecipeFile recipe = RecipeFile.load("default", List.of());
        DatasetConfig config = DatasetConfig.from(recipe.settings().section("dataset"));
        Safeguards safeguards = Safeguards.of(folder, config);
        List<Fact> facts =
                FactsFile.parse(
                        "- home: Leipzig\n"
                                + "- mail: robin.calder@posteo.net\n"
                                + "- zip: 90210\n"
                                + "- club: 482913",
                        "facts.md");
        Prepared prepared = build(facts, safeguards, "default", "facts_line={facts}");
        assertThat(prepared.factLine())
                .startsWith("home: Leipzig; mail: ")
                .contains("@", "zip: 90210; club: 482913") // numbers that are meant to be told
                .doesNotContain("robin.calder@posteo.net");
        assertThat(prepared.part(Part.FACTS).toString()).doesNotContain("robin.calder@posteo.net");
        assertThat(prepared.questions().toString()).doesNotContain("robin.calder@posteo.net");
        assertThat(prepared.report().redactedByKind()).isEmpty(); // nobody's message
    }

    @Test
    void theSeedRecipeLeavesThemOut() {
        assertThat(build(FACTS, Safeguards.NONE, "seed").part(Part.FACTS)).isEmpty();
        assertThat(build(FACTS, Safeguards.NONE, "seed", "facts=true").part(Part.FACTS))
                .isNotEmpty();
    }

    @Test
    void withoutAModelTheSameIsShown() {
        RecipeFile recipe = RecipeFile.load("default", List.of());
        DatasetConfig config = DatasetConfig.from(recipe.settings().section("dataset"));
        FactPreview preview = FactPreview.of(store, FACTS, config, Safeguards.NONE);
        DatasetReport.FactCount count = build(FACTS).report().facts();
        assertThat(count)
                .isEqualTo(
                        new DatasetReport.FactCount(
                                3,
                                preview.talks().told(),
                                preview.talks().evaded(),
                                preview.evasions(),
                                preview.languages()));
        assertThat(preview.languages()).containsExactly("en");
        assertThat(preview.evasions()).isEqualTo(1);
    }
}
