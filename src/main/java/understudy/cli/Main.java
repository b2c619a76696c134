package understudy.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// The program `understudy`.
@CommandLine.Command(
        name = "understudy",
        description = "Learns to write like one person from that person's own chats, here.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "To see what it does:  understudy demo",
            "With your own chats:  understudy import FILE... --me NAME",
            "                      understudy prepare, then train, evaluate, chat",
            "Every command has --help and can print its result with --json."
        },
        subcommands = {
            BenchCommand.class,
            BotCommand.class,
            ChatCommand.class,
            DemoCommand.class,
            DoctorCommand.class,
            EvaluateCommand.class,
            ExportCommand.class,
            FactsCommand.class,
            ForgetCommand.class,
            ImportCommand.class,
            MessagesCommand.class,
            ModelCommand.class,
            PeopleCommand.class,
            PlanCommand.class,
            PrepareCommand.class,
            RunsCommand.class,
            ServeCommand.class,
            TrainCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(execute(commandLine(), arguments));
    }

    /// Runs the command that `arguments` name; no exception leaves this, whatever its kind.
    static int execute(CommandLine line, String... arguments) {
        try {
            return line.execute(globalsLast(arguments));
        } catch (Throwable t) { // picocli hands on what is no Exception: memory, a native library
            return Failures.report(t, line);
        }
    }

    /// Every command, error handling included; the documentation is generated from it.
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler(
                (exception, command, parsed) -> Failures.report(exception, command));
        line.setParameterExceptionHandler(Failures::explainUsage);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.getSubcommands().values().forEach(Main::addHelp);
        return line;
    }

    /// `--help` for every command, without a line in each.
    private static void addHelp(CommandLine command) {
        if (command.getCommandSpec().findOption("--help") == null
                && !(command.getCommand() instanceof CommandLine.HelpCommand)) {
            command.getCommandSpec()
                    .addOption(
                            OptionSpec.builder("-h", "--help")
                                    .usageHelp(true)
                                    .description("Show this help and exit.")
                                    .build());
        }
        command.getSubcommands().values().forEach(Main::addHelp);
    }

    /// `understudy --home DIR train` means `understudy train --home DIR`.
    static String[] globalsLast(String[] arguments) {
        List<String> front = new ArrayList<>();
        int at = 0;
        while (at < arguments.length) {
            String word = arguments[at];
            boolean alone =
                    word.equals("--json")
                            || word.equals("-v")
                            || word.equals("--verbose")
                            || word.startsWith("--home=");
            if (alone) {
                front.add(word);
                at++;
            } else if (word.equals("--home") && at + 1 < arguments.length) {
                front.add(word);
                front.add(arguments[at + 1]);
                at += 2;
            } else {
                break;
            }
        }
        if (at == arguments.length || front.isEmpty()) {
            return arguments;
        }
        List<String> all = new ArrayList<>();
        all.add(arguments[at]);
        all.addAll(front);
        all.addAll(List.of(arguments).subList(at + 1, arguments.length));
        return all.toArray(String[]::new);
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"understudy " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
