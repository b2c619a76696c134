package understudy.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.RecipeFile;
import understudy.base.Settings;
import understudy.base.UserError;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.privacy.Kind;
import understudy.privacy.PersonalData;
import understudy.store.ChatStore;
import understudy.store.Corrections;

class RedactorTest {
    private static final LocalDateTime NOON = LocalDateTime.of(2024, 3, 1, 12, 0);
    private static final String PHONE = "+49 151 23456789";

    @TempDir Path home;
    private ChatStore store;

    @BeforeEach
    void open() {
        store = ChatStore.open(home.resolve("chats.db"));
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            messages.add(says("Ada", 120 * i, "number " + i + "? mine is " + PHONE));
            messages.add(says("Me", 120 * i + 1, "0151 23456789, right? tell Bea"));
            messages.add(says("Ada", 120 * i + 2, "yes, or mail ada@mailbox.org"));
            messages.add(says("Me", 120 * i + 3, "ok"));
        }
        store.add(new Chat("whatsapp", "Ada", messages), "a.txt");
        store.setMe("Me");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Message says(String author, int minute, String text) {
        return new Message(author, NOON.plusMinutes(minute), false, Message.Kind.TEXT, text);
    }

    private Prepared build(String... sets) {
        List<String> all = new ArrayList<>(List.of("min_tokens=0"));
        all.addAll(List.of(sets));
        Settings settings = RecipeFile.load("default", all).settings().section("dataset");
        DatasetConfig config = DatasetConfig.from(settings);
        return DatasetBuilder.build(
                store,
                Corrections.Read.NONE,
                new Prepared.Origin("tiny", "default", settings),
                new CharacterEncoder(),
                Safeguards.of(home, config));
    }

    private static List<String> texts(Prepared prepared) {
        List<String> texts = new ArrayList<>();
        for (Part part : Part.values()) {
            prepared.part(part)
                    .forEach(row -> row.lines().forEach(line -> texts.add(line.content())));
        }
        return texts;
    }

    @Test
    void bothSidesAreRedactedInEveryPartAndNothingElseChanges() {
        Prepared plain = build("redact=none");
        Prepared redacted = build();
        for (Part part : List.of(Part.TRAIN, Part.VALIDATION, Part.HELDOUT)) {
            assertThat(redacted.part(part)).hasSameSizeAs(plain.part(part)).isNotEmpty();
            assertThat(redacted.report().part(part)).isEqualTo(plain.report().part(part));
        }
        List<String> before = texts(plain);
        List<String> after = texts(redacted);
        String tail = after.get(1).substring(after.get(1).length() - 8);
        for (int i = 0; i < after.size(); i++) {
            assertThat(after.get(i)).doesNotContain("23456789").doesNotContain("ada@mailbox.org");
            boolean personal = !PersonalData.find(before.get(i)).isEmpty();
            assertThat(after.get(i).equals(before.get(i))).isEqualTo(!personal);
            if (before.get(i).contains("23456789")) {
                assertThat(after.get(i)).as("one number, one pseudonym").contains(tail);
            }
        }
        assertThat(texts(build())).as("the same the next time").isEqualTo(after);
        assertThat(plain.report().redacted()).isEmpty();
        assertThat(redacted.report().redacted())
                .containsExactly(
                        new DatasetReport.Redacted("Ada", Map.of(Kind.PHONE, 40L, Kind.EMAIL, 40L)),
                        new DatasetReport.Redacted("Me", Map.of(Kind.PHONE, 40L)));
        assertThat(ReportText.funnel(redacted.report()))
                .contains("replaced by pseudonyms: 80 phone, 40 email");
        assertThat(redacted.report().tree().toString()).doesNotContain("2345").doesNotContain("@");
    }

    @Test
    void listedNamesGoFromTextsAndFirstLines() throws IOException {
        Files.writeString(home.resolve("redact.txt"), "Bea\nAda\n");
        Prepared redacted = build("redact=none");
        String all = String.join("\n", texts(redacted));
        assertThat(all).doesNotContain("Bea").doesNotContain("Ada").contains("chatting with ");
        assertThat(redacted.part(Part.TRAIN)).noneMatch(row -> row.person().contains("Ada"));
        assertThat(redacted.report().redactedByKind()).containsOnlyKeys(Kind.NAME);
    }

    @Test
    void somebodyWhomTheTelephoneHasNoNameForIsNotNamedByTheirNumber() {
        List<Message> messages =
                List.of(
                        says("+49 151 98765432", 0, "hi, new number: 0151 98765432"),
                        says("Me", 1, "ok"),
                        says("+49 151 98765432", 200, "there?"),
                        says("Me", 201, "yes"));
        store.add(new Chat("whatsapp", "+49 151 98765432", messages), "n.txt");
        Prepared redacted = build();
        List<PreparedRow> rows =
                redacted.part(Part.HELDOUT).stream()
                        .filter(row -> row.person().startsWith("+49"))
                        .toList();
        assertThat(rows).hasSize(1);
        String tail = rows.getFirst().person().substring(8);
        assertThat(rows.getFirst().lines().getFirst().content()).contains(tail);
        assertThat(String.join("\n", texts(redacted))).doesNotContain("98765432").contains(tail);
        assertThat(redacted.report().tree().toString()).doesNotContain("98765432");
    }

    @Test
    void aListThatIsNamedAndNotThereIsSaid() {
        assertThatThrownBy(() -> build("redact_words=names.txt")).isInstanceOf(UserError.class);
        assertThatThrownBy(() -> build("redact=phone,fax"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("must be all, none, or some of phone, email");
    }

    @Test
    void plantedSecretsAreOwnTurnsOfTheTrainingPartAndRedactedLikeAnyOther() throws IOException {
        Settings settings =
                RecipeFile.load("default", List.of("min_tokens=0", "canaries=24"))
                        .settings()
                        .section("dataset");
        Safeguards safeguards = Safeguards.of(home, DatasetConfig.from(settings));
        Prepared prepared =
                DatasetBuilder.build(
                        store,
                        Corrections.Read.NONE,
                        new Prepared.Origin("tiny", "default", settings),
                        new CharacterEncoder(),
                        safeguards);
        new DatasetFolder(home.resolve("d")).write(prepared, new CharacterEncoder());
        safeguards.canaries().write(home.resolve("d"));
        List<Canaries.Canary> planted = Canaries.of(Dataset.open(home.resolve("d")));
        assertThat(planted).hasSize(25);
        assertThat(planted).filteredOn(Canaries.Canary::beacon).hasSize(1);
        List<String> training = new ArrayList<>();
        prepared.part(Part.TRAIN)
                .forEach(row -> row.lines().forEach(line -> training.add(line.content())));
        for (Canaries.Canary canary : planted) {
            assertThat(training.stream().filter(canary.planted()::equals))
                    .as(canary.toString())
                    .hasSize(canary.times());
            String whole = canary.format().beginning() + canary.secret();
            assertThat(PersonalData.find(whole).isEmpty())
                    .isEqualTo(canary.format() == CanaryFormat.NUMBER);
        }
        // half are planted past redaction, and of the others every one is replaced
        assertThat(planted).filteredOn(c -> !c.redacted()).hasSize(13);
        assertThat(planted)
                .filteredOn(Canaries.Canary::redacted)
                .extracting(Canaries.Canary::format)
                .hasSize(12)
                .containsOnly(CanaryFormat.values());
        assertThat(prepared.report().part(Part.TRAIN).messages())
                .isEqualTo(build().report().part(Part.TRAIN).messages());
        assertThat(prepared.report().redacted()).isEqualTo(build().report().redacted());
    }
}
