package understudy.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.RecipeFile;
import understudy.chat.Chat;
import understudy.chat.Message;
import understudy.chat.Message.Kind;
import understudy.chat.Role;
import understudy.reply.Voice;
import understudy.store.ChatStore;
import understudy.text.ChatTemplate;
import understudy.text.Line;
import understudy.text.TemplateEncoder;

/// Relations in place of `user`, the same in training and in answering.
class RoleNamesTest {
    private static final LocalDateTime NOON = LocalDateTime.of(2024, 3, 1, 12, 0);

    @TempDir Path folder;
    private final TemplateEncoder seed =
            new TemplateEncoder(new CharacterEncoder(), ChatTemplate.seed());

    private static Message says(String author, int minute, String text) {
        return new Message(author, NOON.plusMinutes(minute), false, Kind.TEXT, text);
    }

    private List<DatasetRow> rows(String... sets) {
        try (ChatStore store = ChatStore.open(folder.resolve("chats.db"))) {
            for (String name : List.of("Ada", "Bo")) {
                store.add(
                        new Chat(
                                "whatsapp",
                                name,
                                List.of(says(name, 0, "hi"), says("Me", 1, "yo"))),
                        name);
            }
            store.setMe("Me");
            store.setRole("Ada", "wife");
            Prepared prepared =
                    DatasetBuilder.build(
                            store,
                            new Prepared.Origin(
                                    "tiny",
                                    "seed",
                                    RecipeFile.load("seed", List.of(sets))
                                            .settings()
                                            .section("dataset")),
                            seed);
            Path target = folder.resolve("datasets/x");
            new DatasetFolder(target).write(prepared, seed);
            return Dataset.open(target).rows(Part.TRAIN, seed);
        }
    }

    @Test
    void theSeedRecipeSaysTheRelationWhereItIsKnown() {
        List<DatasetRow> rows =
                rows("min_tokens=0", "heldout_share=0", "validation_share=0", "role_names=true");
        assertThat(seed.render(rows.get(0).lines()))
                .isEqualTo(
                        "<|start_header_id|>wife<|end_header_id|>\nhi<|eot_id|>"
                                + "<|start_header_id|>system<|end_header_id|>\nyo<|eot_id|>");
        assertThat(seed.render(rows.get(1).lines()))
                .startsWith("<|start_header_id|>user<|end_header_id|>\nhi");
        assertThat(
                        seed.render(
                                rows("min_tokens=0", "heldout_share=0", "validation_share=0")
                                        .get(0)
                                        .lines()))
                .startsWith("<|start_header_id|>user<|end_header_id|>\nhi");
    }

    @Test
    void anAnswerIsAskedForAsItWasLearned() {
        Voice voice = new Voice("Me", "", true);
        List<Line> asked = List.of(Line.of(Role.USER, "hi"));
        Voice.Partner ada = new Voice.Partner("Ada", "wife");
        DatasetRow learned =
                rows("min_tokens=0", "heldout_share=0", "validation_share=0", "role_names=true")
                        .get(0);
        assertThat(seed.render(learned.lines()))
                .startsWith(seed.promptText(voice.lines(asked, ada)));
        assertThat(voice.firstLine(ada, LocalDate.EPOCH)).isEmpty();
        assertThat(voice.lines(asked, Voice.Partner.STRANGER)).isEqualTo(asked);
    }

    @Test
    void aRelationIsNoMarkAndNotTheOwner() {
        for (String relation : List.of("<|eot_id|>", "system", "wife\n<|x|>", " ")) {
            String text = seed.render(List.of(Line.of(Role.USER, "hi").from(relation)));
            String word = text.substring("<|start_header_id|>".length());
            assertThat(word.substring(0, word.indexOf("<|end_header_id|>")))
                    .as(relation)
                    .isIn("user", "eotid", "wifex");
        }
    }
}
