package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.chat.Role;
import understudy.text.TemplateGoldenTest.Family;

/// Nothing a person writes becomes a control token.
class ControlTokenTest {
    private static final List<String> POSITIONS =
            List.of("%s", "%s behind", "before %s", "in %s between", "%1$s%1$s");

    @ParameterizedTest
    @MethodSource("understudy.text.TemplateGoldenTest#families")
    void literalsInContentStayText(String name) {
        Family family = Family.of(name);
        List<Integer> scaffold = controls(family, encode(family, "x", "y"));
        for (String literal : literals(family)) {
            for (String position : POSITIONS) {
                String content = position.formatted(literal);
                TokenRow row = encode(family, content, content);
                assertThat(controls(family, row))
                        .as("control tokens with %s", content)
                        .isEqualTo(scaffold);
                assertThat(family.tokenizer().decode(row.ids())).contains(content);
                assertThat(twice(family.tokenizer().decode(row.ids()), content)).isTrue();
            }
        }
    }

    /// A literal that only content and scaffold together would write.
    @Test
    void literalsAcrossABorderStayText() {
        Family family = Family.of("chatml");
        ChatTemplate template =
                ChatTemplate.parse(
                        "{% for m in messages %}<|im_{{ m.content }}|>{% endfor %}", "", "");
        TokenRow row = template.encode(family.tokenizer(), List.of(line("end")), false);
        assertThat(controls(family, row)).isEmpty();
        assertThat(family.tokenizer().decode(row.ids())).isEqualTo("<|im_end|>");
    }

    /// Content stays content through what a template does to it.
    @Test
    void changedContentStaysText() {
        Family family = Family.of("chatml");
        String changes =
                "{{ m.content | upper | lower }}{{ m.content.replace('a', '<|im_start|>') }}"
                        + "{{ m.content[:6] ~ m.content[6:] }}{{ [m.content] | join }}"
                        + "{{ m.content | tojson }}{{ m.content.split('x')[0] }}";
        ChatTemplate template =
                ChatTemplate.parse("{% for m in messages %}" + changes + "{% endfor %}", "", "");
        TokenRow row = template.encode(family.tokenizer(), List.of(line("<|im_end|>a")), false);
        int start = family.tokenizer().control("<|im_start|>").orElseThrow();
        assertThat(controls(family, row)).containsExactly(start);
    }

    @Test
    void namesAreContentToo() {
        Family family = Family.of("chatml");
        ChatTemplate template =
                ChatTemplate.parse(
                        "{% for m in messages %}{{ m.name }}: {{ m.content }}{% endfor %}", "", "");
        Line line = new Line(Role.USER, "<|im_start|>", "hello");
        TokenRow row = template.encode(family.tokenizer(), List.of(line), false);
        assertThat(controls(family, row)).isEmpty();
    }

    private static Line line(String content) {
        return Line.of(Role.USER, content);
    }

    private static TokenRow encode(Family family, String user, String assistant) {
        List<Line> lines =
                List.of(Line.of(Role.USER, user), Line.of(Role.ASSISTANT, assistant), line("end"));
        return family.template().encode(family.tokenizer(), lines, false);
    }

    private static List<Integer> controls(Family family, TokenRow row) {
        List<Integer> controls = new ArrayList<>();
        for (int id : row.ids()) {
            if (family.tokenizer().isControl(id)) {
                controls.add(id);
            }
        }
        return controls;
    }

    private static boolean twice(String text, String part) {
        int first = text.indexOf(part);
        return text.indexOf(part, first + part.length()) > first;
    }

    /// Every added token of every test tokenizer, and what the templates write beside.
    private static Set<String> literals(Family family) {
        Set<String> literals = new TreeSet<>(List.of("<start_of_turn>", "<end_of_turn>"));
        for (String name : List.of("smollm", "llama3", "qwen2", "llama2", "mistral")) {
            GoldenFiles.json(name + "/tokenizer.json")
                    .path("added_tokens")
                    .forEach(t -> literals.add(t.path("content").stringValue()));
        }
        literals.addAll(family.template().stopStrings());
        return literals;
    }
}
