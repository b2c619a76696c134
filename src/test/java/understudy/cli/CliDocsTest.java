package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// `docs/cli.md` is what the program says with `--help`; `-Dupdate` writes it again.
class CliDocsTest {
    private static final Path PAGE = Path.of("docs", "cli.md");

    @Test
    void thePageShowsEveryCommandAsItIs() throws Exception {
        String page = page();
        if (System.getProperty("update") != null) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).as("mvn test -Dtest=CliDocsTest -Dupdate writes it").exists();
        assertThat(Files.readString(PAGE))
                .as("docs/cli.md is stale: mvn test -Dtest=CliDocsTest -Dupdate")
                .isEqualTo(page);
    }

    private static String page() {
        StringBuilder page = new StringBuilder();
        page.append("# Commands\n\n");
        page.append("What every command says with `--help`. This page is generated; ");
        page.append("`mvn test -Dtest=CliDocsTest -Dupdate` writes it again.\n\n");
        page.append("RUN is the id of a run or `latest`, the newest finished one. ");
        page.append(
                "Every command takes `--home`, `--json` and `-v`, before or after its name.\n\n");
        page.append("| exit code | means |\n|---|---|\n");
        page.append("| 0 | done |\n");
        page.append("| 1 | a check failed, such as one of several files |\n");
        page.append("| 2 | you can put it right; the error says how |\n");
        page.append("| 3 | the world is not as expected: disk full, network down |\n");
        page.append("| 4 | a fault in Understudy; the error names the file with the details |\n");
        for (List<String> words : CommandContractTest.commands()) {
            CommandLine command = Main.commandLine();
            for (String word : words) {
                command = command.getSubcommands().get(word);
            }
            String usage =
                    command.setUsageHelpWidth(96)
                            .getUsageMessage(CommandLine.Help.Ansi.OFF)
                            .lines()
                            .map(String::stripTrailing)
                            .reduce("", (text, line) -> text + line + "\n");
            page.append("\n## ").append(String.join(" ", words).isEmpty() ? "understudy" : "");
            page.append(String.join(" ", words)).append("\n\n```\n").append(usage).append("```\n");
        }
        return page.toString();
    }
}
