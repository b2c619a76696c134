package understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import understudy.base.ExitCode;

/// What holds for every command; a new one is checked as soon as `Main` lists it.
class CommandContractTest {
    private static final CommandLine MAIN = Main.commandLine();

    /// What a call left behind.
    private record Outcome(int exit, String out, String err) {}

    private static Outcome call(List<String> words, String... more) {
        CommandLine line = Main.commandLine();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(words);
        all.addAll(Arrays.asList(more));
        int exit = Main.execute(line, all.toArray(String[]::new));
        return new Outcome(exit, out.toString(), err.toString());
    }

    /// Every command with the words that call it, groups such as `runs` included.
    static List<List<String>> commands() {
        List<List<String>> all = new ArrayList<>();
        collect(MAIN, List.of(), all);
        return all;
    }

    private static void collect(CommandLine command, List<String> words, List<List<String>> all) {
        if (!(command.getCommand() instanceof CommandLine.HelpCommand)) {
            all.add(words);
        }
        command.getSubcommands()
                .forEach((name, sub) -> {
                    List<String> longer = new ArrayList<>(words);
                    longer.add(name);
                    collect(sub, longer, all);
                });
    }

    private static CommandLine find(List<String> words) {
        CommandLine command = MAIN;
        for (String word : words) {
            command = command.getSubcommands().get(word);
        }
        return command;
    }

    @TestFactory
    Stream<DynamicNode> everyCommand() {
        return commands().stream()
                .map(words ->
                        dynamicContainer(
                                words.isEmpty() ? "understudy" : String.join(" ", words),
                                Stream.of(
                                        dynamicTest("explains itself", () -> help(words)),
                                        dynamicTest(
                                                "refuses an unknown option", () -> unknown(words)),
                                        dynamicTest(
                                                "guesses a mistyped option", () -> mistyped(words)),
                                        dynamicTest(
                                                "describes every option",
                                                () -> described(words)))));
    }

    private void help(List<String> words) {
        Outcome outcome = call(words, "--help");
        assertThat(outcome.exit()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out()).contains("Usage: ").contains("--help");
        assertThat(outcome.err()).isEmpty();
    }

    private void unknown(List<String> words) {
        Outcome outcome = call(words, "--no-such-thing-at-all");
        assertThat(outcome.exit()).isEqualTo(ExitCode.USER);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines().toList())
                .satisfiesExactly(
                        l -> assertThat(l).startsWith("error: "),
                        l -> assertThat(l).startsWith("  at:  understudy"),
                        l -> assertThat(l).startsWith("  fix: "));
    }

    private void mistyped(List<String> words) {
        Outcome outcome = call(words, "--hepl");
        assertThat(outcome.exit()).isEqualTo(ExitCode.USER);
        assertThat(outcome.err()).contains("--hepl").contains("--help");
    }

    private void described(List<String> words) {
        CommandLine command = find(words);
        assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
        for (OptionSpec option : command.getCommandSpec().options()) {
            assertThat(option.description()).as(option.longestName()).isNotEmpty();
            assertThat(option.longestName()).matches("--[a-z0-9]+(-[a-z0-9]+)*");
        }
        command.getCommandSpec()
                .positionalParameters()
                .forEach(p -> assertThat(p.description()).as(p.paramLabel()).isNotEmpty());
    }
}
