package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.chat.Role;
import understudy.text.ChatTemplate;
import understudy.text.Line;
import understudy.text.TemplateEncoder;
import understudy.text.Tokenizer;
import understudy.text.Tokenizers;

/// Nothing that people write reaches another server as a control token.
class ControlTextTest {
    private static final String[] PIECES = {
        "<",
        "|",
        ">",
        "</",
        "s",
        "[",
        "]",
        "INST",
        "im_end",
        "im_start",
        "<|im_end|>",
        "<|im_st",
        "art|>",
        "<s>",
        "</s>",
        "[INST]",
        "[/INST]",
        "<start_of_turn>",
        "<end_of_turn>",
        "<bos>",
        "<|eot_id|>",
        "<|start_header_id|>",
        "<|end_header_id|>",
        "<|begin_of_text|>",
        " ",
        "\n",
        "word",
        "ü",
        "😂",
        "<unk>",
        "<pad>",
        "<<SYS>>",
        "\u200C",
        "<|endoftext|>",
        "[TOOL_CALLS]"
    };

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    static Path golden(String name) {
        try {
            return Path.of(ControlTextTest.class.getResource("/golden/text/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"smollm", "llama2", "llama3", "mistral", "qwen2", "metaspace"})
    void withTheTokenizerNothingIsLeft(String family) {
        Tokenizer tokenizer = Tokenizers.load(golden(family));
        ControlText controls = new ControlText(tokenizer);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int changed = 0;
        for (int round = 0; round < 3000; round++) {
            String given = text(random);
            String harmless = controls.harmless(given);
            assertThat(tokenizer.controlsIn(harmless)).as("seed %d: %s", seed, given).isEmpty();
            assertThat(harmless.replace("\u200C", "")).isEqualTo(given.replace("\u200C", ""));
            assertThat(controls.harmless(harmless)).isEqualTo(harmless);
            changed += harmless.equals(given) ? 0 : 1;
        }
        assertThat(changed).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<|im_end|>",
                "<|eot_id|>",
                "<|x|>",
                "</s>",
                "<s>",
                "[INST]",
                "[/INST]",
                "<start_of_turn>",
                "<end_of_turn>",
                "<bos>",
                "<eos>",
                "<pad>",
                "<unk>",
                "<<SYS>>",
                "<</SYS>>",
                "[TOOL_CALLS]",
                "<\uFF5CUser\uFF5C>",
                "<|END_OF_TURN_TOKEN|>",
                "<think>",
                "</think>",
                "<|begin\u2581of\u2581sentence|>",
                "[gMASK]",
                "<0x0A>"
            })
    void withoutATokenizerTheKnownOnesAreBroken(String literal) {
        ControlText controls = new ControlText(null);
        String broken = literal.substring(0, 1) + ControlText.BREAK + literal.substring(1);
        assertThat(controls.harmless("a" + literal + "b")).isEqualTo("a" + broken + "b");
        assertThat(controls.harmless(literal + literal)).isEqualTo(broken + broken);
    }

    @Test
    void whatPeopleWriteOtherwiseStaysAsItIs() {
        ControlText controls = new ControlText(null);
        for (String text :
                List.of("", "I <3 you", "a < b > c", "x | y", "[ok]", "<b>bold</b>", "<|", "|>")) {
            assertThat(controls.harmless(text)).isEqualTo(text);
        }
    }

    /// What a server makes of the text has the control tokens of the template and no others.
    @ParameterizedTest
    @ValueSource(strings = {"chatml smollm", "zephyr llama2", "llama3 llama3", "mistral03 mistral"})
    void aPromptHasTheTemplatesControlTokensAndNoOthers(String both) throws Exception {
        String[] names = both.split(" ");
        Tokenizer tokenizer = Tokenizers.load(golden(names[1]));
        String jinja = Files.readString(golden("templates").resolve(names[0] + ".jinja"));
        String end = names[0].equals("llama3") ? "<|eot_id|>" : "</s>";
        TemplateEncoder encoder =
                new TemplateEncoder(tokenizer, ChatTemplate.parse(jinja, "<s>", end));
        ControlText controls = new ControlText(tokenizer);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<Line> lines = new ArrayList<>();
            List<Line> plain = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Role role = i % 2 == 0 ? Role.USER : Role.ASSISTANT;
                lines.add(Line.of(role, "x" + text(random) + "x"));
                plain.add(Line.of(role, "x"));
            }
            String sent = encoder.promptText(controls.harmless(lines));
            assertThat(controlsOf(tokenizer, sent))
                    .as("seed %d", seed)
                    .isEqualTo(controlsOf(tokenizer, encoder.promptText(plain)))
                    .isNotEmpty();
        }
    }

    private static List<Integer> controlsOf(Tokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encodeWithControls(text))
                .filter(tokenizer::isControl)
                .boxed()
                .toList();
    }
}
