package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.text.TemplateGoldenTest.Family;

class ChatTemplateTest {
    private static final List<Line> TALK =
            List.of(
                    Line.of(Role.USER, "Tea?"),
                    Line.of(Role.ASSISTANT, "Always. \nNow?"),
                    Line.of(Role.USER, "Now."),
                    Line.of(Role.ASSISTANT, "Coming"));

    @TempDir Path folder;

    @Test
    void theSeedsFormIsPlainText() {
        ChatTemplate seed = ChatTemplate.seed();
        Tokenizer tokenizer = Tokenizers.load(GoldenFiles.path("llama3"));
        String expected =
                """
                <|start_header_id|>user<|end_header_id|>
                Tea?<|eot_id|><|start_header_id|>system<|end_header_id|>
                Always. \nNow?<|eot_id|><|start_header_id|>user<|end_header_id|>
                Now.<|eot_id|><|start_header_id|>system<|end_header_id|>
                Coming<|eot_id|>\
                """;
        assertThat(seed.render(TALK, false)).isEqualTo(expected);
        assertThat(seed.render(TALK, true))
                .isEqualTo(expected + "<|start_header_id|>system<|end_header_id|>\n");
        TokenRow row = seed.encode(tokenizer, TALK, false);
        assertThat(Arrays.stream(row.ids())).noneMatch(tokenizer::isControl);
        assertThat(tokenizer.decode(row.ids())).isEqualTo(expected);
        assertThat(tokenizer.decode(own(row)))
                .isEqualTo("Always. \nNow?<|eot_id|>Coming<|eot_id|>");
        assertThat(seed.stopStrings()).containsExactly("<|eot_id|>");
        assertThat(seed.stopIds(tokenizer)).isEmpty();
        assertThat(seed.id()).isEqualTo("seed");
    }

    @Test
    void theSeedPutsSystemTextIntoTheFirstUserLine() {
        List<Line> lines = List.of(Line.of(Role.SYSTEM, "Friends."), TALK.get(0), TALK.get(1));
        assertThat(ChatTemplate.seed().render(lines, false))
                .startsWith("<|start_header_id|>user<|end_header_id|>\nFriends.\n\nTea?<|eot_id|>");
    }

    /// What the sampler is given is what training showed up to the own turn.
    @ParameterizedTest
    @MethodSource("understudy.text.TemplateGoldenTest#families")
    void promptsAreTheBeginningOfRows(String name) {
        Family family = Family.of(name);
        List<Line> withSystem = List.of(Line.of(Role.SYSTEM, "Two friends."), TALK.get(0));
        for (List<Line> prompt : List.of(TALK.subList(0, 1), TALK.subList(0, 3), withSystem)) {
            List<Line> whole = new ArrayList<>(prompt);
            whole.add(Line.of(Role.ASSISTANT, "Yes, coming"));
            int[] asked = family.template().encode(family.tokenizer(), prompt, true).ids();
            TokenRow row = family.template().encode(family.tokenizer(), whole, false);
            assertThat(Arrays.copyOf(row.ids(), asked.length)).isEqualTo(asked);
            assertThat(row.own().nextSetBit(asked.length)).isEqualTo(asked.length);
        }
    }

    @Test
    void longConversationsAreWithinTheBudget() {
        for (String name : List.of("mistral03", "llama32", "marked")) {
            Family family = Family.of(name);
            List<Line> lines = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                lines.addAll(TALK.subList(0, 2));
            }
            TokenRow row = family.template().encode(family.tokenizer(), lines, false);
            assertThat(row.own().cardinality()).isGreaterThan(50_000);
            assertThat(row.everything().cardinality()).isEqualTo(row.length());
        }
    }

    @Test
    void adaptsToStrictTemplates() {
        List<Line> lines =
                List.of(
                        Line.of(Role.SYSTEM, "s"),
                        Line.of(Role.ASSISTANT, "a"),
                        Line.of(Role.ASSISTANT, "b"),
                        Line.of(Role.USER, "c"),
                        Line.of(Role.USER, "d"));
        List<Line> adapted = TemplateLines.adapt(lines);
        assertThat(adapted)
                .containsExactly(
                        Line.of(Role.USER, "s"),
                        Line.of(Role.ASSISTANT, "a\nb"),
                        Line.of(Role.USER, "c\nd"));
        assertThat(TemplateLines.adapt(adapted)).isEqualTo(adapted);
        Family family = Family.of("mistral02");
        TokenRow row = family.template().encode(family.tokenizer(), lines, false);
        assertThat(family.tokenizer().decode(own(row))).isEqualTo("a\nb");
    }

    @Test
    void stopsAtTheEndMark() {
        Family family = Family.of("chatml");
        int end = family.tokenizer().control("<|im_end|>").orElseThrow();
        assertThat(family.template().stopIds(family.tokenizer())).containsExactly(end);
        assertThat(family.template().stopStrings()).containsExactly("<|im_end|>");
        assertThat(Family.of("gemma").template().stopStrings()).containsExactly("<end_of_turn>");
        assertThat(Family.of("mistral02").template().stopStrings()).containsExactly("</s>");
        assertThat(Family.of("phi3").template().stopStrings()).containsExactly("<|end|>");
        assertThat(Family.of("zephyr").template().stopStrings()).containsExactly("</s>");
        assertThat(Family.of("llama32").template().stopStrings()).containsExactly("<|eot_id|>");
    }

    @Test
    void readsTheFilesOfAFolder() throws IOException {
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                """
                {"bos_token": {"content": "<s>"}, "eos_token": "</s>",
                 "chat_template": [{"name": "tool_use", "template": "no"},
                  {"name": "default",
                   "template": "{{ bos_token }}{% for m in messages %}{{ m.content + eos_token }}\
                {% endfor %}"}]}\
                """);
        Files.writeString(
                folder.resolve("generation_config.json"), "{\"eos_token_id\": [2, 5, 99999999]}");
        ChatTemplate template = ChatTemplate.load(folder);
        assertThat(template.render(TALK.subList(0, 1), false)).isEqualTo("<s>Tea?</s>");
        Tokenizer tokenizer = Tokenizers.load(GoldenFiles.path("llama2"));
        assertThat(template.stopIds(tokenizer)).containsExactlyInAnyOrder(2, 5);
        Files.writeString(folder.resolve("chat_template.jinja"), "file {{ messages[0].content }}");
        assertThat(ChatTemplate.load(folder).render(TALK.subList(0, 1), false))
                .isEqualTo("file Tea?");
        assertThat(ChatTemplate.load(folder).id()).matches("jinja-[0-9a-f]{12}");
    }

    @Test
    void aModelWithoutTemplateIsRefused() {
        assertThatThrownBy(() -> ChatTemplate.load(folder))
                .isInstanceOfSatisfying(
                        UserError.class,
                        error -> assertThat(error.fix()).contains("--recipe seed"));
    }

    @Test
    void refusalsNameLineAndReasonButNoMessage() {
        String source = "\n{{ raise_exception('not this: ' + messages[0].content) }}";
        assertThatThrownBy(() ->
                        ChatTemplate.parse(source, "", "")
                                .render(List.of(Line.of(Role.USER, "secret")), false))
                .isInstanceOfSatisfying(
                        UserError.class,
                        error -> {
                            assertThat(error.what()).contains("not this: ...");
                            assertThat(error.where()).endsWith("line 2");
                            assertThat(error.getMessage()).doesNotContain("secret");
                        });
    }

    private static int[] own(TokenRow row) {
        return row.own().stream().map(i -> row.ids()[i]).toArray();
    }
}
