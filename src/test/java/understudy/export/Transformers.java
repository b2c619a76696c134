package understudy.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;

/// Hugging Face's transformers, in the Python that the property `understudy.transformers` names;
/// what it does is in `python/export_check.py`.
public final class Transformers {
    private Transformers() {}

    /// @param asked `ids`, `texts` and `chats`, as the script takes them
    public static JsonNode ask(Path folder, Map<String, Object> asked) throws Exception {
        Process python =
                new ProcessBuilder(
                                System.getProperty("understudy.transformers"),
                                "src/test/resources/python/export_check.py",
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (OutputStream in = python.getOutputStream()) {
            in.write(Json.json().writeValueAsBytes(asked));
        } catch (IOException e) {
            // it ended early; said below
        }
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor(300, TimeUnit.SECONDS)).isTrue();
        assertThat(python.exitValue()).isZero();
        return Json.json().readTree(said);
    }
}
