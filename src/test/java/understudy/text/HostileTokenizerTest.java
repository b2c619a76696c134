package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import understudy.base.UserError;

/// Files and texts made to break a tokenizer.
class HostileTokenizerTest {
    @TempDir Path folder;

    private static Stream<String> longTexts() {
        return Stream.concat(
                Stream.of("a", " ", "\n", "é", "中", "😂", "1", "'", "\t", ".", "\u0301", "\u0000")
                        .map(unit -> unit.repeat(1_000_000)),
                Stream.of(
                        "ha".repeat(500_000),
                        "👨\u200D".repeat(100_000),
                        "\r\n \n".repeat(200_000)));
    }

    /// No regular expression engine, no recursion, no quadratic time: the test itself would hang.
    @ParameterizedTest
    @ValueSource(strings = {"smollm", "llama3", "llama2", "metaspace"})
    void longRunsOfEqualCharactersAreEncoded(String name) {
        Tokenizer tokenizer = Tokenizers.load(GoldenFiles.path(name));
        longTexts().forEach(text -> assertThat(tokenizer.encode(text)).isNotEmpty());
    }

    @Test
    void halvesOfCharactersBecomeReplacementCharacters() {
        Tokenizer tokenizer = Tokenizers.load(GoldenFiles.path("smollm"));
        String broken = "a\uD83Db\uDE02\uD83D\uD83D\uDE02\uDE02c\uD83D";
        assertThat(tokenizer.decode(tokenizer.encode(broken)))
                .isEqualTo("a\uFFFDb\uFFFD\uFFFD😂\uFFFDc\uFFFD");
    }

    private static Stream<String> refused() {
        return Stream.of(
                "",
                "[]",
                "{",
                "{\"model\":{}}",
                "{\"model\":{\"vocab\":{}}}",
                model("{\"a\":2147483647}", "[]", ""),
                model("{\"a\":2147483648}", "[]", ""),
                model("{\"a\":-1}", "[]", ""),
                model("{\"a\":0.5}", "[]", ""),
                model("{\"a\":\"0\"}", "[]", ""),
                model("{\"a\":0,\"b\":0}", "[]", ""),
                model("{\"a\":0,\"a\":1}", "[]", ""),
                model("{\"" + "a".repeat(5000) + "\":0}", "[]", ""),
                model("{\"a\":0}", "[\"a a\"]", ""),
                model("{\"a\":0,\"aa\":1}", "[\"a  a\"]", ""),
                model("{\"a\":0,\"aa\":1}", "[\"aa\"]", ""),
                model("{\"a\":0,\"aa\":1}", "[[\"a\"]]", ""),
                model("{\"a\":0,\"aa\":1}", "[5]", ""),
                model(
                        "{\"a\":0}",
                        "[]",
                        ",\"added_tokens\":[{\"id\":2147483647,\"content\":\"x\"}]"),
                model("{\"a\":0}", "[]", ",\"added_tokens\":[{\"id\":1,\"content\":\"\"}]"),
                model("{\"a\":0}", "[]", ",\"normalizer\":{\"type\":\"Precompiled\"}"),
                model("{\"a\":0}", "[]", ",\"pre_tokenizer\":{\"type\":\"Whitespace\"}"),
                model("{\"a\":0}", "[]", split("(?:h|a)*")),
                model("{\"a\":0}", "[]", split("(a+)+$")),
                model("{\"a\":0}", "[]", ",\"pre_tokenizer\":" + nested(300)),
                "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",0.5]]}}",
                model("{\"a\":0}", "[]", ",\"decoder\":{\"type\":\"CTC\"}"));
    }

    private static String model(String vocab, String merges, String rest) {
        return "{\"model\":{\"type\":\"BPE\",\"vocab\":%s,\"merges\":%s}%s}"
                .formatted(vocab, merges, rest);
    }

    private static String split(String expression) {
        return ",\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"%s\"},"
                        .formatted(expression)
                + "\"behavior\":\"Isolated\",\"invert\":false}";
    }

    private static String nested(int depth) {
        return "{\"type\":\"Sequence\",\"pretokenizers\":[".repeat(depth) + "]}".repeat(depth);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void filesThatCannotBeRightAreRefusedByName(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        assertThatThrownBy(() -> Tokenizers.load(folder))
                .isInstanceOfSatisfying(
                        UserError.class,
                        error -> {
                            assertThat(error.where()).contains("tokenizer.json");
                            assertThat(error.what()).hasSizeLessThan(200);
                        });
    }

    @Test
    void aFolderWithoutTokenizerIsRefused() {
        assertThatThrownBy(() -> Tokenizers.load(folder)).isInstanceOf(UserError.class);
    }
}
