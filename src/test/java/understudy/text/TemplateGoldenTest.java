package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.text.jinja.Budget;
import understudy.text.jinja.JinjaTemplate;
import understudy.text.jinja.TemplateRefusal;
import understudy.text.jinja.Text;
import understudy.text.jinja.Value;

/// Texts and ids as Hugging Face renders them from the templates of the model families.
class TemplateGoldenTest {
    private static final LocalDateTime DAY = LocalDateTime.of(2026, 3, 7, 9, 5, 4);

    static Stream<String> families() {
        return Stream.of(
                "chatml",
                "zephyr",
                "llama3",
                "llama32",
                "mistral02",
                "mistral03",
                "qwen2",
                "gemma",
                "qwen3",
                "phi3",
                "marked");
    }

    /// A template of the golden files with the tokenizer that goes with it.
    record Family(ChatTemplate template, Tokenizer tokenizer, JsonNode golden) {
        static Family of(String name) {
            JsonNode golden = GoldenFiles.json("templates/" + name + ".json");
            ChatTemplate template =
                    ChatTemplate.parse(
                                    GoldenFiles.text("templates/" + name + ".jinja"),
                                    golden.path("bos").stringValue(),
                                    golden.path("eos").stringValue())
                            .on(DAY);
            String tokenizer = golden.path("tokenizer").stringValue();
            return new Family(template, Tokenizers.load(GoldenFiles.path(tokenizer)), golden);
        }

        /// The conversations that the reference took, and of which it left nothing out: Mistral's
        /// template drops a system line where the last line is an answer.
        List<JsonNode> taken() {
            return golden.path("cases").valueStream().filter(Family::isWhole).toList();
        }

        private static boolean isWhole(JsonNode golden) {
            String text = golden.path("text").asString("");
            return lines(golden).stream().allMatch(line -> text.contains(line.content().strip()));
        }
    }

    static List<Line> lines(JsonNode golden) {
        List<Line> lines = new ArrayList<>();
        for (JsonNode line : golden.path("lines")) {
            Role role = Role.valueOf(line.get(0).stringValue().toUpperCase(Locale.ROOT));
            lines.add(Line.of(role, line.get(1).stringValue()));
        }
        return lines;
    }

    @ParameterizedTest
    @MethodSource("families")
    void rendersAsTheReference(String name) {
        Family family = Family.of(name);
        assertThat(family.taken()).hasSizeGreaterThan(8);
        for (JsonNode golden : family.taken()) {
            assertThat(
                            family.template()
                                    .render(lines(golden), golden.path("prompt").booleanValue()))
                    .as("lines %s", golden.path("lines"))
                    .isEqualTo(golden.path("text").stringValue());
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void encodesAsTheReference(String name) {
        Family family = Family.of(name);
        for (JsonNode golden : family.taken()) {
            TokenRow row =
                    family.template()
                            .encode(
                                    family.tokenizer(),
                                    lines(golden),
                                    golden.path("prompt").booleanValue());
            assertThat(row.ids())
                    .as("lines %s", golden.path("lines"))
                    .containsExactly(GoldenFiles.ids(golden.path("ids")));
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void ownTokensAreTheWordsAndTheEndMark(String name) {
        Family family = Family.of(name);
        for (JsonNode golden : family.taken()) {
            TokenRow row = family.template().encode(family.tokenizer(), lines(golden), false);
            int[] own = row.own().stream().map(i -> row.ids()[i]).toArray();
            assertThat(words(family, own))
                    .as("lines %s", golden.path("lines"))
                    .isEqualTo(said(family, lines(golden)));
        }
    }

    /// The texts of own tokens, cut behind each end mark; without one where it is no token.
    private static List<String> words(Family family, int[] own) {
        OptionalInt end = family.tokenizer().control(family.template().stopStrings().getFirst());
        return end.isEmpty()
                ? List.of(decodedBehind(family, own))
                : splitBehind(own, end.getAsInt()).stream()
                        .map(turn -> decodedBehind(family, turn))
                        .toList();
    }

    /// Decodes as the continuation of a text, so that no leading blank is dropped.
    private static String decodedBehind(Family family, int[] ids) {
        int[] before = family.tokenizer().encode("a");
        int[] all = Arrays.copyOf(before, before.length + ids.length);
        System.arraycopy(ids, 0, all, before.length, ids.length);
        return family.tokenizer().decode(all).substring(1);
    }

    /// What the owner said as the template writes it: some trim, Mistral puts a blank before.
    private static List<String> said(Family family, List<Line> lines) {
        String rendered = family.template().render(lines, false);
        String end = family.template().stopStrings().getFirst();
        List<String> said = new ArrayList<>();
        for (Line line : lines) {
            if (line.role() == Role.ASSISTANT) {
                boolean whole = rendered.contains(line.content() + end);
                String words = whole ? line.content() : line.content().strip();
                said.add(rendered.contains("[/INST] " + words + end) ? " " + words : words);
            }
        }
        boolean token = family.tokenizer().control(end).isPresent();
        return token ? said : List.of(String.join("", said.stream().map(w -> w + end).toList()));
    }

    /// Cuts behind each `end`; all ids must be used up by it.
    private static List<int[]> splitBehind(int[] ids, int end) {
        List<int[]> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == end) {
                parts.add(Arrays.copyOfRange(ids, from, i));
                from = i + 1;
            }
        }
        assertThat(from).as("every own turn ends in its mark").isEqualTo(ids.length);
        return parts;
    }

    @ParameterizedTest
    @MethodSource("families")
    void takesConversationsThatTheReferenceRefuses(String name) {
        Family family = Family.of(name);
        for (JsonNode golden : family.golden().path("cases")) {
            String text = family.template().render(lines(golden), false);
            for (Line line : lines(golden)) {
                assertThat(text).contains(line.content().strip());
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> snippetsGiveWhatJinjaGives() {
        JsonNode golden = GoldenFiles.json("templates/snippets.json");
        Map<String, Value> values = new LinkedHashMap<>();
        golden.path("values")
                .properties()
                .forEach(e -> values.put(e.getKey(), value(e.getValue())));
        return golden.path("snippets")
                .valueStream()
                .map(snippet -> {
                    String source = snippet.path("template").stringValue();
                    return DynamicTest.dynamicTest(source, () -> check(source, snippet, values));
                });
    }

    private static void check(String source, JsonNode snippet, Map<String, Value> values) {
        if (snippet.has("text")) {
            assertThat(render(source, values)).isEqualTo(snippet.path("text").stringValue());
        } else {
            assertThatThrownBy(() -> render(source, values))
                    .isInstanceOfAny(UserError.class, TemplateRefusal.class);
        }
    }

    private static String render(String source, Map<String, Value> values) {
        Budget budget = new Budget(Budget.STEPS, Budget.CHARACTERS);
        return JinjaTemplate.parse(source, "snippet").render(values, DAY, budget).characters();
    }

    private static Value value(JsonNode node) {
        if (node.isArray()) {
            return new Value.Seq(node.valueStream().map(TemplateGoldenTest::value).toList());
        }
        if (node.isObject()) {
            Map<String, Value> entries = new LinkedHashMap<>();
            node.properties().forEach(e -> entries.put(e.getKey(), value(e.getValue())));
            return Value.Dict.of(entries);
        }
        return node.isInt() ? Value.of(node.longValue()) : Text.of(node.asString());
    }
}
