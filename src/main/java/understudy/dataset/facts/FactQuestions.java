package understudy.dataset.facts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import understudy.base.ExitCode;
import understudy.base.Json;
import understudy.base.PrivateFiles;
import understudy.base.UserError;

/// The questions of a dataset that are kept back, with what is needed to judge the answers.
///
/// @param line the line of a prompt that tells the facts, whether or not prompts have it
/// @param all  known facts first
public record FactQuestions(String line, List<FactQuestion> all) {
    /// Of a dataset without facts.
    public static final FactQuestions NONE = new FactQuestions("", List.of());

    /// Questions about known facts, and about unknown ones.
    public static final int EACH = 50;

    private static final String FILE = "fact-questions.json";
    private static final int MOST_BYTES = 1_000_000;

    public FactQuestions {
        all = List.copyOf(all);
    }

    /// The values of all facts that are asked for.
    public List<String> values() {
        return all.stream().flatMap(q -> q.values().stream()).distinct().toList();
    }

    /// Writes them into a dataset's folder, mode 0600; removes an older file where there are none.
    public void write(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (all.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        List<Object> questions = new ArrayList<>();
        for (FactQuestion question : all) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("topic", question.topic());
            tree.put("question", question.text());
            tree.put("values", question.values());
            tree.put("practised", question.practised());
            questions.add(tree);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("line", line);
        tree.put("questions", questions);
        byte[] json = Json.json().writerWithDefaultPrettyPrinter().writeValueAsBytes(tree);
        PrivateFiles.write(file, out -> out.write(json));
    }

    /// The questions of a dataset; none where it has no facts.
    public static FactQuestions read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return NONE;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw damaged(file, null);
            }
            JsonNode tree = Json.json().readTree(new String(bytes, StandardCharsets.UTF_8));
            List<FactQuestion> all = new ArrayList<>();
            for (JsonNode question : tree.path("questions")) {
                if (all.size() == 2 * EACH) {
                    throw damaged(file, null);
                }
                all.add(
                        new FactQuestion(
                                question.path("topic").asString(),
                                question.path("question").asString(),
                                strings(question.path("values")),
                                question.path("practised").asBoolean(false)));
            }
            return new FactQuestions(tree.path("line").asString(""), all);
        } catch (IOException | JacksonException e) {
            throw damaged(file, e);
        }
    }

    private static List<String> strings(JsonNode list) {
        return Stream.of(list).flatMap(JsonNode::valueStream).map(JsonNode::asString).toList();
    }

    private static UserError damaged(Path file, @Nullable Exception cause) {
        return new UserError(
                "the questions about facts are damaged",
                file.toString(),
                "understudy prepare",
                ExitCode.UNEXPECTED_STATE,
                cause);
    }
}
