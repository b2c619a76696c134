package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Ids and texts as Hugging Face's tokenizers and SentencePiece give them.
class TokenizerGoldenTest {
    private static Stream<String> folders() {
        return Stream.of("smollm", "llama3", "qwen2", "llama2", "mistral", "metaspace");
    }

    @ParameterizedTest
    @MethodSource("folders")
    void contentIsEncodedAsWithoutControlTokens(String name) {
        Tokenizer tokenizer = Tokenizers.load(GoldenFiles.path(name));
        for (JsonNode golden : cases(name + "/cases.json")) {
            String text = golden.path("text").stringValue();
            assertThat(tokenizer.encode(text))
                    .as("ids of %s", quoted(text))
                    .containsExactly(GoldenFiles.ids(golden.path("ids")));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void scaffoldIsEncodedWithControlTokens(String name) {
        Tokenizer tokenizer = Tokenizers.load(GoldenFiles.path(name));
        for (JsonNode golden : cases(name + "/cases.json")) {
            String text = golden.path("text").stringValue();
            assertThat(tokenizer.encodeWithControls(text))
                    .as("ids of %s", quoted(text))
                    .containsExactly(GoldenFiles.ids(golden.path("controls")));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void decodesToTheSameText(String name) {
        Tokenizer tokenizer = Tokenizers.load(GoldenFiles.path(name));
        for (JsonNode golden : cases(name + "/cases.json")) {
            assertThat(tokenizer.decode(GoldenFiles.ids(golden.path("ids"))))
                    .isEqualTo(golden.path("decoded").stringValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"smollm", "llama3", "qwen2"})
    void metadataOfGgufGivesTheSameTokenizer(String name) {
        Tokenizer tokenizer = Tokenizers.load(GoldenFiles.path(name + ".gguf"));
        for (JsonNode golden : cases(name + "/cases.json")) {
            String text = golden.path("text").stringValue();
            assertThat(tokenizer.encode(text))
                    .as("ids of %s", quoted(text))
                    .containsExactly(GoldenFiles.ids(golden.path("ids")));
            assertThat(tokenizer.encodeWithControls(text))
                    .as("ids of %s with control tokens", quoted(text))
                    .containsExactly(GoldenFiles.ids(golden.path("controls")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sentencepiece", "gemma"})
    void scoresOfGgufGiveTheIdsOfSentencePiece(String name) {
        Tokenizer tokenizer = Tokenizers.load(GoldenFiles.path(name + ".gguf"));
        for (JsonNode golden : cases(name + ".cases.json")) {
            String text = golden.path("text").stringValue();
            int[] ids = GoldenFiles.ids(golden.path("ids"));
            assertThat(tokenizer.encode(text)).as("ids of %s", quoted(text)).containsExactly(ids);
            assertThat(tokenizer.decode(ids)).isEqualTo(golden.path("decoded").stringValue());
        }
    }

    private static Iterable<JsonNode> cases(String name) {
        JsonNode cases = GoldenFiles.json(name);
        assertThat(cases.size()).as("cases in %s", name).isGreaterThan(150);
        return cases;
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        text.chars()
                .forEach(c ->
                        quoted.append(c > 32 && c < 127 ? "" + (char) c : "{%x}".formatted(c)));
        return quoted.toString();
    }
}
