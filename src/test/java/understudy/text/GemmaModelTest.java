package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.chat.Role;

/// The tokenizer of the real Gemma 3 270M against SentencePiece, and its turns against transformers
/// (`reference/gemma_goldens.py`).
///
/// Runs where the model is fetched: `./check` looks for it and passes `-Dunderstudy.gemma=FILE`.
@Tag("gemma")
class GemmaModelTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/gemma");

    private static TemplateEncoder encoder;

    @BeforeAll
    static void load() {
        String path = System.getProperty("understudy.gemma", "");
        assertThat(path).as("-Dunderstudy.gemma=FILE").isNotEmpty();
        encoder = TemplateEncoder.load(Path.of(path), false);
    }

    @Test
    void stringsOfManyScriptsGetTheIdsOfSentencePiece() throws Exception {
        Tokenizer tokenizer = encoder.tokenizer();
        assertThat(tokenizer.vocabularySize()).isEqualTo(262_144);
        List<String> lines = Files.readAllLines(GOLDEN.resolve("tokens.jsonl"));
        assertThat(lines).hasSize(2_000);
        for (String line : lines) {
            JsonNode golden = Json.json().readTree(line);
            String text = golden.get(0).stringValue();
            int[] ids = GoldenFiles.ids(golden.get(1));
            assertThat(tokenizer.encode(text)).as("ids of %s", line).containsExactly(ids);
            assertThat(tokenizer.decode(ids)).isEqualTo(text.replace('▁', ' '));
        }
    }

    @Test
    void chatsAreWhatTransformersRenders() throws Exception {
        JsonNode chats = Json.json().readTree(Files.readString(GOLDEN.resolve("chats.json")));
        assertThat(chats.size()).isEqualTo(3);
        for (JsonNode chat : chats) {
            List<Line> lines = new ArrayList<>();
            StringBuilder own = new StringBuilder();
            for (JsonNode turn : chat.path("lines")) {
                Role role =
                        Arrays.stream(Role.values())
                                .filter(r -> r.word().equals(turn.get(0).stringValue()))
                                .findFirst()
                                .orElseThrow();
                String content = turn.get(1).stringValue();
                lines.add(Line.of(role, content));
                if (role == Role.ASSISTANT) {
                    own.append(content.strip()).append("<end_of_turn>");
                }
            }
            assertThat(encoder.render(lines)).isEqualTo(chat.path("text").stringValue());
            TokenRow row = encoder.encode(lines);
            if (!chat.path("ids").isNull()) {
                assertThat(row.ids()).containsExactly(GoldenFiles.ids(chat.path("ids")));
            }
            assertThat(GemmaTest.own(encoder.tokenizer(), row)).isEqualTo(own.toString());
            int marks = (int) Arrays.stream(row.ids()).filter(id -> id == 106).count();
            assertThat(marks).isEqualTo(TemplateLines.adapt(lines).size());
        }
    }

    /// A short chat of each language: every character of the own turns is learned, no token is
    /// unknown, and an ordinary word costs few tokens.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "¿Llegaste bien a casa?|sí, hace un rato\nel autobús iba vacío jaja|¿Mañana cine?|"
                        + "claro, a las siete en la puerta 🎬",
                "你到家了吗？|刚到，路上下雨了|明天一起吃火锅吧|好啊！\n叫上小林 😄",
                "وصلت إلى البيت؟|نعم قبل قليل\nكان الطريق مزدحمًا|نشرب القهوة غدًا؟|"
                        + "أكيد، في الخامسة ☕"
            })
    void chatsOfThreeLanguagesBecomeRows(String chat) {
        String[] said = chat.split("\\|");
        List<Line> lines = new ArrayList<>(List.of(Line.of(Role.SYSTEM, "Two friends.")));
        for (int i = 0; i < said.length; i++) {
            lines.add(Line.of(i % 2 == 0 ? Role.USER : Role.ASSISTANT, said[i]));
        }
        TokenRow row = encoder.encode(lines);
        assertThat(GemmaTest.own(encoder.tokenizer(), row))
                .isEqualTo(said[1] + "<end_of_turn>" + said[3] + "<end_of_turn>");
        assertThat(row.ids()).doesNotContain(3); // <unk>
        int characters = encoder.render(lines).length();
        assertThat(row.length()).isLessThan(characters / 2);
        // two of them are end marks
        assertThat(row.own().cardinality() - 2).isLessThan(encoder.ownCharacters(lines));
    }
}
