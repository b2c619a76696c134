package understudy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `docs/config.md` is made from the commented recipes; `-Dupdate` writes it again.
class ConfigDocsTest {
    private static final Path PAGE = Path.of("docs", "config.md");
    private static final Path RECIPES = Path.of("src", "main", "resources", "recipes");
    private static final Pattern SECTION = Pattern.compile("(\\w+):");
    private static final Pattern KEY = Pattern.compile("  (\\w+): (.+)");
    private static final Pattern COMMENT = Pattern.compile("  # (.+)");

    /// @param about the comment above the key, its lines joined
    private record Entry(String value, String about) {}

    @Test
    void thePageShowsEveryKeyAsItIs() throws IOException {
        String page = page();
        if (System.getProperty("update") != null) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).as("mvn test -Dtest=ConfigDocsTest -Dupdate writes it").exists();
        assertThat(Files.readString(PAGE))
                .as("docs/config.md is stale: mvn test -Dtest=ConfigDocsTest -Dupdate")
                .isEqualTo(page);
    }

    @Test
    void everyKeyOfEveryRecipeIsExplained() throws IOException {
        Map<String, Entry> standard = read("default");
        Map<String, Entry> seed = read("seed");
        assertThat(seed.keySet()).containsExactlyElementsOf(standard.keySet());
        assertThat(standard).hasSizeGreaterThan(20);
        standard.forEach((key, entry) -> assertThat(entry.about()).as(key).isNotEmpty());
        seed.forEach((key, entry) -> assertThat(entry.about()).as(key).isNotEmpty());
    }

    /// Entries by `section.key`, in the order of the file.
    private static Map<String, Entry> read(String recipe) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        List<String> about = new ArrayList<>();
        String section = "";
        for (String line : Files.readAllLines(RECIPES.resolve(recipe + ".yaml"))) {
            Matcher key = KEY.matcher(line);
            Matcher head = SECTION.matcher(line);
            Matcher comment = COMMENT.matcher(line);
            if (head.matches()) {
                section = head.group(1);
            } else if (comment.matches()) {
                about.add(comment.group(1));
            } else if (key.matches()) {
                entries.put(
                        section + "." + key.group(1),
                        new Entry(key.group(2).strip(), String.join(" ", about)));
                about.clear();
            } else if (!line.isBlank() && !line.startsWith("#")) {
                throw new AssertionError(recipe + ": what is this line? " + line);
            }
        }
        return entries;
    }

    private static String page() throws IOException {
        Map<String, Entry> seed = read("seed");
        StringBuilder page = new StringBuilder();
        page.append("# Settings\n\n");
        page.append("Every key of a recipe, made from the comments in ");
        page.append("[src/main/resources/recipes](../src/main/resources/recipes); ");
        page.append("`mvn test -Dtest=ConfigDocsTest -Dupdate` writes this page again.\n\n");
        page.append(
                "A file given with `--config` needs only the keys that differ from the recipe ");
        page.append("(`--recipe default` or `--recipe seed`); `--set KEY=VALUE` changes one.\n");
        String section = "";
        for (Map.Entry<String, Entry> each : read("default").entrySet()) {
            String[] name = each.getKey().split("\\.");
            if (!name[0].equals(section)) {
                section = name[0];
                page.append("\n## ").append(section);
                page.append("\n\n| key | default | seed | what it does |\n|---|---|---|---|\n");
            }
            String other = seed.get(each.getKey()).value();
            page.append("| `").append(name[1]).append("` | ");
            page.append(code(each.getValue().value())).append(" | ");
            page.append(other.equals(each.getValue().value()) ? "same" : code(other));
            page.append(" | ").append(cell(each.getValue().about())).append(" |\n");
        }
        return page.toString();
    }

    private static String code(String value) {
        return "`" + value.replace("|", "\\|") + "`";
    }

    /// A `|` would end the cell, and `<|x|>` is no HTML.
    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;");
    }
}
