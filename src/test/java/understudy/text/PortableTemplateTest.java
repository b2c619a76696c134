package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.chat.Role;

/// The templates that are written for other programs render what training rendered.
class PortableTemplateTest {
    /// Conversations in the ways that chats go: both may write twice, either may begin, a system
    /// line is there or not.
    static List<List<Line>> conversations() {
        List<List<Line>> all = new ArrayList<>();
        for (int bits = 0; bits < 64; bits++) {
            List<Line> lines = new ArrayList<>();
            if ((bits & 1) != 0) {
                lines.add(Line.of(Role.SYSTEM, "You are A \"the\" B.\nToday."));
            }
            for (int turn = 1; turn < 6; turn++) {
                boolean own = (bits >> turn & 1) != 0;
                Role role = own ? Role.ASSISTANT : Role.USER;
                lines.add(Line.of(role, "turn " + turn + (own ? " {{ it }}\nyes" : " 😀?")));
            }
            all.add(lines);
        }
        return all;
    }

    static Stream<String> families() {
        return TemplateGoldenTest.families();
    }

    private static TemplateEncoder encoder(String name) {
        TemplateGoldenTest.Family family = TemplateGoldenTest.Family.of(name);
        ChatTemplate template = family.template().on(TemplateEncoder.date());
        return new TemplateEncoder(family.tokenizer(), template);
    }

    @ParameterizedTest
    @MethodSource("families")
    void jinjaRendersAsTraining(String name) {
        TemplateGoldenTest.Family family = TemplateGoldenTest.Family.of(name);
        TemplateEncoder encoder = encoder(name);
        PortableTemplate template =
                PortableTemplate.of(
                                GoldenFiles.text("templates/" + name + ".jinja"),
                                encoder,
                                family.golden().path("bos").stringValue(),
                                family.golden().path("eos").stringValue())
                        .orElseThrow();
        for (List<Line> lines : conversations()) {
            assertThat(template.render(lines, true))
                    .as("%s", lines)
                    .isEqualTo(encoder.promptText(lines));
        }
    }

    @Test
    void theSeedsFormIsATemplateToo() {
        TemplateEncoder encoder =
                new TemplateEncoder(
                        Tokenizers.load(GoldenFiles.path("smollm")), ChatTemplate.seed());
        PortableTemplate template = PortableTemplate.of(null, encoder, "", "").orElseThrow();
        for (List<Line> lines : conversations()) {
            assertThat(template.render(lines, true)).isEqualTo(encoder.promptText(lines));
            assertThat(template.render(lines, false)).isEqualTo(encoder.render(lines));
        }
    }
}
