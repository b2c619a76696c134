package understudy.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// `docs/config.md` is what the recipes say; `-Dupdate` writes it again.
class ConfigDocsTest {
    private static final Path PAGE = Path.of("docs", "config.md");

    /// A key of a recipe.
    ///
    /// @param value  as it stands in the file
    /// @param effect the comment above it
    private record Key(String value, String effect) {}

    @Test
    void thePageShowsEverySettingAsItIs() throws Exception {
        String page = page();
        if (System.getProperty("update") != null) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE))
                .as("docs/config.md is stale: mvn test -Dtest=ConfigDocsTest -Dupdate")
                .isEqualTo(page);
    }

    private static String page() throws IOException {
        Map<String, Key> standard = keys("default");
        Map<String, Key> seed = keys("seed");
        assertThat(seed.keySet()).isEqualTo(standard.keySet());
        StringBuilder page = new StringBuilder();
        page.append("# Settings\n\n");
        page.append("Every key of the recipes `default` and `seed`. This page is generated; ");
        page.append("`mvn test -Dtest=ConfigDocsTest -Dupdate` writes it again.\n\n");
        page.append("A file of your own (`--config FILE`) needs only the keys that differ; ");
        page.append("one key is set with `--set KEY=VALUE`, ");
        page.append("in full (`train.epochs=2`) or by its last word (`epochs=2`).\n\n");
        page.append("| key | default | seed | effect |\n|---|---|---|---|\n");
        standard.forEach((key, value) -> {
            List<String> cells =
                    List.of(
                            "`" + key + "`",
                            "`" + value.value + "`",
                            "`" + seed.getOrDefault(key, value).value + "`",
                            value.effect);
            page.append("| ")
                    .append(
                            String.join(
                                    " | ",
                                    cells.stream().map(cell -> cell.replace("|", "\\|")).toList()));
            page.append(" |\n");
        });
        return page.toString();
    }

    private static Map<String, Key> keys(String recipe) throws IOException {
        Map<String, Key> keys = new LinkedHashMap<>();
        String section = "";
        List<String> comment = new ArrayList<>();
        for (String line : lines(recipe)) {
            String words = line.strip();
            int colon = words.indexOf(':');
            if (words.startsWith("#")) {
                comment.add(words.substring(1).strip());
            } else if (colon > 0) {
                String key = words.substring(0, colon);
                if (line.startsWith(" ")) {
                    String value = words.substring(colon + 1).strip();
                    keys.put(section + "." + key, new Key(value, String.join(" ", comment)));
                } else {
                    section = key;
                }
                comment.clear();
            }
        }
        return keys;
    }

    private static List<String> lines(String recipe) throws IOException {
        try (InputStream in =
                ConfigDocsTest.class.getResourceAsStream("/recipes/" + recipe + ".yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
