package understudy.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.assertj.core.api.Assertions;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;

/// The files that `reference/tokenizer_goldens.py` and `reference/template_goldens.py` wrote.
final class GoldenFiles {
    private GoldenFiles() {}

    static Path path(String name) {
        URL found = GoldenFiles.class.getResource("/golden/text/" + name);
        Assertions.assertThat(found).as("golden file %s", name).isNotNull();
        try {
            return Path.of(found.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static JsonNode json(String name) {
        try {
            return Json.json().readTree(Files.readAllBytes(path(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String name) {
        try {
            return Files.readString(path(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int[] ids(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
