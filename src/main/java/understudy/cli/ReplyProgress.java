package understudy.cli;

import java.util.Locale;

/// How far the writing of replies is.
final class ReplyProgress {
    /// Seconds between lines where nobody sits at a terminal.
    private static final double QUIET = 20;

    private final Console console;
    private final int all;
    private long begin; // after the first reply: a model is read and scored before
    private long lastLine;
    private int before;

    /// @param all replies of all sources
    ReplyProgress(Console console, int all) {
        this.console = console;
        this.all = all;
    }

    /// @param source who writes
    /// @param done   replies of that source
    /// @param of     replies that source is to write
    void wrote(String source, int done, int of) {
        long now = System.nanoTime();
        int total = before + done;
        if (total == 1) {
            begin = now;
            lastLine = now;
            return;
        }
        before += done == of ? of : 0;
        boolean due = (now - lastLine) / 1e9 >= QUIET || total == all;
        if (console.interactive() || due) {
            lastLine = now;
            double left = (now - begin) / 1e9 / (total - 1) * (all - total);
            console.progress(
                    String.format(
                            Locale.ROOT,
                            "  replies of %s: %d of %d, %s left",
                            source,
                            done,
                            of,
                            Numbers.duration(left)));
        }
        if (total == all) {
            console.endProgress();
        }
    }
}
