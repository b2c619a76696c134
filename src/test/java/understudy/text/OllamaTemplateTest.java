package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.chat.Role;

/// What Go's `text/template` makes of the templates for Ollama is what training rendered.
///
/// `golden/export/ollama.json` has for each family the template, conversations and the text that
/// Go rendered (`reference/ollama_goldens.go`, which reads what [#main] writes).
class OllamaTemplateTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/export/ollama.json");

    static Stream<String> families() {
        return Stream.concat(TemplateGoldenTest.families(), Stream.of("seed"));
    }

    private static TemplateEncoder encoder(String name) {
        if (name.equals("seed")) {
            return new TemplateEncoder(
                    Tokenizers.load(GoldenFiles.path("smollm")), ChatTemplate.seed());
        }
        TemplateGoldenTest.Family family = TemplateGoldenTest.Family.of(name);
        return new TemplateEncoder(
                family.tokenizer(), family.template().on(TemplateEncoder.date()));
    }

    private static String template(String name) {
        return template(name, false);
    }

    private static String template(String name, boolean addsBos) {
        JsonNode golden =
                name.equals("seed")
                        ? Json.json().createObjectNode()
                        : TemplateGoldenTest.Family.of(name).golden();
        String bos = golden.path("bos").asString("");
        String eos = golden.path("eos").asString("");
        return OllamaTemplate.of(encoder(name), bos, eos, addsBos).orElseThrow();
    }

    /// With a system line and a last word of another's, as Ollama is asked; it joins turns of one
    /// side itself, so there are none here.
    private static List<List<Line>> conversations() {
        return PortableTemplateTest.conversations().stream()
                .filter(lines -> lines.getFirst().role() == Role.SYSTEM)
                .filter(lines -> lines.getLast().role() == Role.USER)
                .map(OllamaTemplateTest::joined)
                .toList();
    }

    private static List<Line> joined(List<Line> lines) {
        List<Line> joined = new ArrayList<>();
        for (Line line : lines) {
            if (joined.isEmpty() || joined.getLast().role() != line.role()) {
                joined.add(line);
            }
        }
        return joined;
    }

    @ParameterizedTest
    @MethodSource("families")
    void goRendersAsTraining(String name) throws Exception {
        JsonNode golden = Json.json().readTree(Files.readAllBytes(GOLDEN)).path(name);
        assertThat(template(name)).isEqualTo(golden.path("template").stringValue());
        List<List<Line>> all = conversations();
        assertThat(golden.path("texts").size()).isEqualTo(all.size()).isGreaterThan(8);
        TemplateEncoder encoder = encoder(name);
        for (int i = 0; i < all.size(); i++) {
            assertThat(golden.path("texts").path(i).stringValue())
                    .as("%s", all.get(i))
                    .isEqualTo(encoder.promptText(all.get(i)));
        }
    }

    @Test
    void theTokenThatOpensTextsIsLeftToATokenizerThatAddsIt() {
        String with = template("llama3", false);
        String without = template("llama3", true);
        assertThat(with).isEqualTo("{{ \"<|begin_of_text|>\" }}" + without);
    }

    /// Writes templates and conversations for the reference.
    public static void main(String[] arguments) throws Exception {
        Map<String, Object> all = new LinkedHashMap<>();
        for (String name : families().toList()) {
            List<Object> chats = new ArrayList<>();
            for (List<Line> lines : conversations()) {
                chats.add(lines.stream().map(l -> List.of(l.role().word(), l.content())).toList());
            }
            all.put(name, Map.of("template", template(name), "chats", chats));
        }
        Files.writeString(Path.of(arguments[0]), Json.json().writeValueAsString(all));
    }
}
