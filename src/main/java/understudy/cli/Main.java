package understudy.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;

/// The program `understudy`.
@CommandLine.Command(
        name = "understudy",
        description = "Learns to write like one person from that person's own chats, here.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {CommandLine.HelpCommand.class, ModelCommand.class})
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(globalsLast(arguments)));
    }

    /// Every command, error handling included; the documentation is generated from it.
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler(
                (exception, command, parsed) -> report(exception, command));
        line.setParameterExceptionHandler(Main::explainUsage);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }

    /// `understudy --home DIR train` means `understudy train --home DIR`.
    static String[] globalsLast(String[] arguments) {
        List<String> front = new java.util.ArrayList<>();
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
        List<String> all = new java.util.ArrayList<>();
        all.add(arguments[at]);
        all.addAll(front);
        all.addAll(List.of(arguments).subList(at + 1, arguments.length));
        return all.toArray(String[]::new);
    }

    private static int explainUsage(CommandLine.ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("error: " + firstLine(e.getMessage()));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("  fix: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCode.USER;
    }

    private static int report(Exception exception, CommandLine command) {
        PrintWriter err = command.getErr();
        if (exception instanceof UserError error) {
            err.println("error: " + error.what());
            if (error.where() != null) {
                err.println("  at:  " + error.where());
            }
            err.println("  fix: " + error.fix());
            return error.exitCode();
        }
        Path log = writeCrash(exception, command);
        err.println(
                "error: this is a fault in understudy (" + exception.getClass().getName() + ")");
        err.println("  fix: please report it" + (log == null ? "" : "; the details are in " + log));
        return ExitCode.BUG;
    }

    private static @Nullable Path writeCrash(Exception exception, CommandLine command) {
        try {
            Workspace workspace =
                    command.getCommand() instanceof Command c && c.home != null
                            ? new Workspace(c.home)
                            : Workspace.standard();
            String time =
                    LocalDateTime.now().truncatedTo(ChronoUnit.MILLIS).toString().replace(':', '-');
            Path log = workspace.logs().resolve("crash-" + time + ".txt");
            PrivateFiles.write(log, out -> out.write(trace(exception)));
            return log;
        } catch (Exception e) {
            return null;
        }
    }

    /// Classes and lines only: a message may quote what somebody wrote.
    private static byte[] trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            text.append(t.getClass().getName()).append('\n');
            for (StackTraceElement frame : t.getStackTrace()) {
                text.append("    at ").append(frame.toString()).append('\n');
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "wrong arguments" : text.lines().findFirst().orElse("").trim();
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"understudy " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
