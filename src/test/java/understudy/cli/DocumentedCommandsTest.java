package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// A command that a page tells people to type is one that the program understands.
class DocumentedCommandsTest {
    private static final List<Path> PAGES =
            List.of(
                    Path.of("README.md"),
                    Path.of("CONTRIBUTING.md"),
                    Path.of("docs", "performance.md"));
    private static final Pattern COMMAND = Pattern.compile("\\./understudy ([^`\n]+)");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    @Test
    @Disabled("until every command of the README is merged")
    void everyCommandOnAPageCanBeTyped() throws IOException {
        List<String> wrong = new ArrayList<>();
        int seen = 0;
        for (Path page : PAGES) {
            Matcher commands = COMMAND.matcher(Files.readString(page));
            while (commands.find()) {
                seen++;
                try {
                    Main.commandLine().parseArgs(words(commands.group(1)));
                } catch (CommandLine.ParameterException e) {
                    wrong.add(page + ": " + commands.group() + ": " + e.getMessage());
                }
            }
        }
        assertThat(seen).isGreaterThan(10);
        assertThat(wrong).isEmpty();
    }

    private static String[] words(String line) {
        List<String> words = new ArrayList<>();
        for (MatchResult word : WORD.matcher(line).results().toList()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        return words.toArray(String[]::new);
    }
}
