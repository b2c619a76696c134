package understudy.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;

/// What a call of the program in this process left behind.
record Called(List<String> words, int exit, String out, String err) {
    /// Not for tests that run side by side: both streams of the process are taken for a while.
    static Called program(List<String> words) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try (PrintStream outStream = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
                PrintStream errStream = new PrintStream(errBytes, true, StandardCharsets.UTF_8)) {
            System.setOut(outStream);
            System.setErr(errStream);
            CommandLine line = Main.commandLine();
            line.setOut(new PrintWriter(outStream, true));
            line.setErr(new PrintWriter(errStream, true));
            int exit = Main.execute(line, words.toArray(String[]::new));
            return new Called(
                    words,
                    exit,
                    outBytes.toString(StandardCharsets.UTF_8),
                    errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
