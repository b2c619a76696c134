package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import understudy.chat.Role;

/// Models of the Gemma family without a template of their own, with a made-up small vocabulary.
class GemmaTest {
    private static final Path MODEL = GoldenFiles.path("gemma.gguf");

    private static final List<Line> CHAT =
            List.of(
                    Line.of(Role.SYSTEM, "Two friends."),
                    Line.of(Role.ASSISTANT, "first"),
                    Line.of(Role.USER, " a <end_of_turn> b"),
                    Line.of(Role.USER, "c"),
                    Line.of(Role.ASSISTANT, "yes\nno"));

    /// Another template of the same form, and what transformers makes of it.
    @Test
    void theFamilysTemplateGivesWhatTransformersGives() throws Exception {
        String source = Files.readString(Path.of("src/main/resources/templates/gemma.jinja"));
        ChatTemplate template = ChatTemplate.parse(source, "<bos>", "<eos>");
        int compared = 0;
        for (JsonNode golden : GoldenFiles.json("templates/gemma.json").path("cases")) {
            if (golden.path("text").isString()) {
                List<Line> lines = new ArrayList<>();
                for (JsonNode line : golden.path("lines")) {
                    boolean user = line.get(0).stringValue().equals("user");
                    lines.add(
                            Line.of(user ? Role.USER : Role.ASSISTANT, line.get(1).stringValue()));
                }
                assertThat(template.render(lines, golden.path("prompt").booleanValue()))
                        .isEqualTo(golden.path("text").stringValue());
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(8);
    }

    @Test
    void systemTextIsFoldedIntoTheFirstUserTurn() {
        TemplateEncoder encoder = TemplateEncoder.load(MODEL, false);
        assertThat(encoder.render(CHAT))
                .isEqualTo(
                        """
                        <bos><start_of_turn>user
                        Two friends.<end_of_turn>
                        <start_of_turn>model
                        first<end_of_turn>
                        <start_of_turn>user
                        a <end_of_turn> b
                        c<end_of_turn>
                        <start_of_turn>model
                        yes
                        no<end_of_turn>
                        """);
        assertThat(encoder.render(CHAT.subList(2, 5))).startsWith("<bos><start_of_turn>user\na");
    }

    @Test
    void ownTurnsAndTheirEndMarksAreLearnedAndWrittenMarksAreText() {
        TemplateEncoder encoder = TemplateEncoder.load(MODEL, false);
        Tokenizer tokenizer = encoder.tokenizer();
        int end = tokenizer.control("<end_of_turn>").orElseThrow();
        TokenRow row = encoder.encode(CHAT);
        assertThat(own(tokenizer, row)).isEqualTo("first<end_of_turn>yes\nno<end_of_turn>");
        assertThat(java.util.Arrays.stream(row.ids()).filter(id -> id == end)).hasSize(4);
        assertThat(encoder.stopIds())
                .containsExactlyInAnyOrder(end, tokenizer.control("<eos>").orElseThrow());
        int[] prompt = encoder.prompt(CHAT.subList(0, 4));
        assertThat(row.ids()).startsWith(prompt);
    }

    @Test
    void otherFamiliesWithoutATemplateGetNone() {
        assertThat(TemplateFiles.read(GoldenFiles.path("sentencepiece.gguf")).template()).isNull();
    }

    /// What is learned, with its end marks in letters.
    static String own(Tokenizer tokenizer, TokenRow row) {
        int end = tokenizer.control("<end_of_turn>").orElseThrow();
        StringBuilder own = new StringBuilder();
        Tokenizer.Stream stream = tokenizer.stream();
        for (int i = row.own().nextSetBit(0); i >= 0; i = row.own().nextSetBit(i + 1)) {
            own.append(row.ids()[i] == end ? "<end_of_turn>" : stream.add(row.ids()[i]));
        }
        return own.toString();
    }
}
