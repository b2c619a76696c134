package understudy.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import understudy.export.Transformers;
import understudy.weights.GgufWriter;

/// A tokenizer written into the other format is the same tokenizer: the ids are those of the
/// golden files, which Hugging Face's and SentencePiece's programs made.
class TokenizerExportTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "smollm.gguf, smollm/cases.json",
        "llama3.gguf, llama3/cases.json",
        "qwen2.gguf, qwen2/cases.json",
        "sentencepiece.gguf, sentencepiece.cases.json",
        "gemma.gguf, gemma.cases.json"
    })
    void aGgufTokenizerAsJson(String gguf, String cases) throws IOException {
        TokenizerSource source = Tokenizers.source(GoldenFiles.path(gguf));
        Files.writeString(
                folder.resolve("tokenizer.json"), TokenizerJsonWriter.of(source, null).toString());
        same(Tokenizers.load(folder), cases);
    }

    @ParameterizedTest
    @ValueSource(strings = {"smollm", "llama3", "qwen2", "llama2", "mistral"})
    void aJsonTokenizerInGguf(String name) throws IOException {
        TokenizerSource source = Tokenizers.source(GoldenFiles.path(name));
        int size = Tokenizers.load(GoldenFiles.path(name)).vocabularySize() + 7;
        GgufWriter out = new GgufWriter();
        GgufVocabulary.write(source, size, out);
        Path file = folder.resolve("model.gguf");
        out.write(file);
        same(Tokenizers.load(file), name + "/cases.json");
    }

    @Tag("transformers")
    @ParameterizedTest
    @CsvSource({
        "smollm.gguf, smollm/cases.json",
        "llama3.gguf, llama3/cases.json",
        "qwen2.gguf, qwen2/cases.json",
        "sentencepiece.gguf, sentencepiece.cases.json",
        "gemma.gguf, gemma.cases.json"
    })
    void transformersReadsItTheSameWay(String gguf, String cases) throws Exception {
        TokenizerSource source = Tokenizers.source(GoldenFiles.path(gguf));
        Files.writeString(
                folder.resolve("tokenizer.json"), TokenizerJsonWriter.of(source, null).toString());
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
        List<String> texts = new ArrayList<>();
        GoldenFiles.json(cases).forEach(c -> texts.add(c.path("text").stringValue()));
        JsonNode answer = Transformers.ask(folder, Map.of("texts", texts));
        Tokenizer ours = Tokenizers.load(folder);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(GoldenFiles.ids(answer.path("texts").path(i)))
                    .as("ids of %s", texts.get(i))
                    .containsExactly(ours.encodeWithControls(texts.get(i)));
        }
    }

    private static void same(Tokenizer tokenizer, String cases) {
        JsonNode all = GoldenFiles.json(cases);
        assertThat(all.size()).isGreaterThan(150);
        for (JsonNode golden : all) {
            assertThat(tokenizer.encode(golden.path("text").stringValue()))
                    .as("ids of %s", golden.path("text"))
                    .containsExactly(GoldenFiles.ids(golden.path("ids")));
            if (golden.has("controls")) {
                assertThat(tokenizer.encodeWithControls(golden.path("text").stringValue()))
                        .as("ids of %s with control tokens", golden.path("text"))
                        .containsExactly(GoldenFiles.ids(golden.path("controls")));
            }
        }
    }
}
