package understudy.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import understudy.base.Json;

/// Where commands print.
///
/// Without `--json` everything a person reads goes to standard output. With it, standard output
/// carries one line, the result, and what a person reads goes to standard error.
final class Console {
    private final boolean json;
    private final PrintStream result;
    private final PrintStream talk;
    private final PrintStream err;

    Console(boolean json, PrintStream out, PrintStream err) {
        this.json = json;
        this.result = out;
        this.talk = json ? err : out;
        this.err = err;
    }

    static Console standard(boolean json) {
        return new Console(
                json,
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8));
    }

    /// A line for the person.
    void say(String line) {
        talk.println(line);
    }

    /// A line on standard error: what went wrong, or may be wrong, while the work goes on.
    void warn(String line) {
        err.println("warning: " + line);
    }

    /// What went wrong with one thing among several, in the same three lines as a whole command's
    /// error.
    void error(String what, @Nullable String where, String fix) {
        err.println("error: " + what);
        if (where != null) {
            err.println("  at:  " + where);
        }
        err.println("  fix: " + fix);
    }

    /// Asks the person at the terminal; null where they end the input.
    @Nullable String ask(String question) {
        java.io.Console terminal = System.console();
        return terminal == null ? null : terminal.readLine("%s", question);
    }

    /// Text for the person without a line break, shown at once.
    void write(String text) {
        talk.print(text);
        talk.flush();
    }

    /// Shows `line` in place of the line before it, on a terminal; elsewhere as a line of its own.
    void progress(String line) {
        if (interactive()) {
            talk.print("\r\u001b[2K" + line);
            talk.flush();
        } else {
            talk.println(line);
        }
    }

    /// Ends a line that [#progress] left open.
    void endProgress() {
        if (interactive()) {
            talk.println();
        }
    }

    /// A console for a command that is a step of another one: what a person reads goes where it
    /// goes here, and the step's result is not printed.
    Console nested() {
        return new Console(false, talk, talk);
    }

    /// The result of the command; printed only with `--json`.
    void result(Object value) {
        if (json) {
            line(Json.json().writeValueAsString(value));
        }
    }

    /// A line of machine-readable output, with and without `--json`.
    void line(String text) {
        result.println(text);
    }

    boolean json() {
        return json;
    }

    /// Whether a person sits at a terminal and can be asked.
    boolean interactive() {
        java.io.Console console = System.console();
        return console != null && console.isTerminal() && !json;
    }
}
