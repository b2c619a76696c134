package understudy.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.UnmatchedArgumentException;
import understudy.base.ExitCode;
import understudy.base.Nearest;
import understudy.base.Printable;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;

/// What a person sees when a command ends badly: at most three lines, `error`, `at` and `fix`.
///
/// Never a stack trace and never the message of an exception that is not ours: it may quote what
/// somebody wrote. Classes and lines go into a file that only the owner can read.
final class Failures {
    private Failures() {}

    /// Wrong options or words: what is wrong, in which command, and the likely right one.
    static int explainUsage(CommandLine.ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String help = name + " --help";
        String what = firstLine(e.getMessage());
        String word = unknownWord(e, arguments);
        if (word != null) {
            boolean option = word.startsWith("-");
            boolean group = !command.getSubcommands().isEmpty();
            what =
                    (option ? "unknown option " : group ? "unknown command " : "unexpected word ")
                            + word;
            Set<String> known =
                    new TreeSet<>(
                            option
                                    ? command.getCommandSpec().optionsMap().keySet()
                                    : command.getSubcommands().keySet());
            known.removeIf(k -> k.length() < 3); // -v is near everything short
            List<String> near = Nearest.to(word, known, 1);
            if (!near.isEmpty()) {
                help = "did you mean " + near.getFirst() + "? (" + help + ")";
            }
        }
        print(command.getErr(), what, name, help);
        return ExitCode.USER;
    }

    /// The word that nothing is known by that name; null where the fault is another.
    ///
    /// picocli looks for missing words first, so that `import --hepl` misses a file; what the
    /// person got wrong is the option.
    private static @Nullable String unknownWord(
            CommandLine.ParameterException e, String[] arguments) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unmatched.getUnmatched().getFirst();
        }
        if (e instanceof CommandLine.MissingParameterException) {
            Set<String> known = new HashSet<>();
            for (CommandLine c = e.getCommandLine(); c != null; c = c.getParent()) {
                known.addAll(c.getCommandSpec().optionsMap().keySet());
            }
            for (String argument : arguments) {
                String name = argument.replaceFirst("=.*", "");
                if (name.matches("--[a-z-]+") && !known.contains(name)) {
                    return name;
                }
            }
        }
        return null;
    }

    /// Anything that was thrown.
    ///
    /// @return the exit code
    static int report(Throwable thrown, CommandLine command) {
        PrintWriter err = command.getErr();
        if (thrown instanceof UserError error) {
            print(err, error.what(), error.where(), error.fix());
            return error.exitCode();
        }
        Path log = writeCrash(thrown, command);
        String details = log == null ? "" : "; the details are in " + log;
        Throwable disk = thrown instanceof UncheckedIOException io ? io.getCause() : thrown;
        if (thrown instanceof OutOfMemoryError) {
            print(
                    err,
                    "out of memory",
                    null,
                    "close other programs or choose a smaller model" + details);
            return ExitCode.UNEXPECTED_STATE;
        }
        if (disk instanceof FileSystemException file) {
            // its reason comes from the operating system, such as "No space left on device"
            String reason = file.getReason() == null ? kind(file) : file.getReason();
            print(
                    err,
                    "cannot read or write a file: " + reason,
                    file.getFile(),
                    "check that the disk has room and the file may be used" + details);
            return ExitCode.UNEXPECTED_STATE;
        }
        if (disk instanceof IOException) {
            print(
                    err,
                    "reading or writing failed (" + disk.getClass().getName() + ")",
                    null,
                    "check the disk and the network, then try again" + details);
            return ExitCode.UNEXPECTED_STATE;
        }
        print(
                err,
                "this is a fault in understudy (" + thrown.getClass().getName() + ")",
                null,
                "please report it" + details);
        return ExitCode.BUG;
    }

    private static void print(PrintWriter err, String what, @Nullable String where, String fix) {
        // names and paths in it may be a stranger's: no line break, no escape sequence gets out
        err.println("error: " + Printable.line(what));
        if (where != null) {
            err.println("  at:  " + Printable.line(where));
        }
        err.println("  fix: " + Printable.line(fix));
        err.flush();
    }

    /// `AccessDeniedException` says more than nothing.
    private static String kind(FileSystemException e) {
        return e.getClass()
                .getSimpleName()
                .replace("Exception", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(java.util.Locale.ROOT);
    }

    private static @Nullable Path writeCrash(Throwable thrown, CommandLine command) {
        CommandLine leaf = command;
        while (leaf.getParseResult() != null && leaf.getParseResult().hasSubcommand()) {
            leaf = leaf.getParseResult().subcommand().commandSpec().commandLine();
        }
        return writeCrash(
                thrown,
                leaf.getCommand() instanceof Command ours
                        ? ours.workspace()
                        : Workspace.standard());
    }

    /// Writes down what nobody expected, for the owner of `workspace` to report.
    ///
    /// @return the file; null where it cannot be written
    static @Nullable Path writeCrash(Throwable thrown, Workspace workspace) {
        try {
            String time =
                    LocalDateTime.now().truncatedTo(ChronoUnit.MILLIS).toString().replace(':', '-');
            Path log = workspace.logs().resolve("crash-" + time + ".txt");
            PrivateFiles.write(log, out -> out.write(trace(thrown)));
            return log;
        } catch (IOException | RuntimeException e) {
            return null; // the first failure is the one to tell
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
}
