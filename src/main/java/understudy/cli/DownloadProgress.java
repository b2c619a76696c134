package understudy.cli;

import java.util.Locale;
import understudy.hub.Progress;

/// Shows how a download goes: share, MB/s and the time that is left for the file.
///
/// On a terminal a line twice a second; elsewhere a line every ten seconds, so that a log stays
/// short. The rate is that of the last seconds, since a mean over an hour hides a stall.
final class DownloadProgress implements Progress {
    private static final long TERMINAL_NANOS = 500_000_000L;
    private static final long LOG_NANOS = 10_000_000_000L;

    /// Weight of the newest rate in the moving mean.
    private static final double FRESH = 0.3;

    private final Console console;
    private String file = "";
    private long shownAt;
    private long shownBytes;
    private double bytesPerSecond;
    private boolean open;

    DownloadProgress(Console console) {
        this.console = console;
    }

    @Override
    public void say(String line) {
        end();
        console.say(line);
    }

    @Override
    public void bytes(String name, long done, long total) {
        long now = System.nanoTime();
        if (!name.equals(file)) {
            file = name;
            shownAt = now;
            shownBytes = done;
            bytesPerSecond = 0;
        }
        long wait = console.interactive() ? TERMINAL_NANOS : LOG_NANOS;
        if (now - shownAt >= wait) {
            double fresh = (done - shownBytes) * 1e9 / (now - shownAt);
            bytesPerSecond =
                    bytesPerSecond == 0 ? fresh : FRESH * fresh + (1 - FRESH) * bytesPerSecond;
            shownAt = now;
            shownBytes = done;
            console.progress(line(name, done, total, bytesPerSecond));
            open = true;
        }
        if (done == total) {
            end();
            console.say("  " + name + "  " + megabytes(total) + "  done");
        }
    }

    private void end() {
        if (open) {
            console.endProgress();
            open = false;
        }
    }

    static String line(String name, long done, long total, double bytesPerSecond) {
        String left =
                bytesPerSecond < 1
                        ? "waiting"
                        : time(Math.round((total - done) / bytesPerSecond)) + " left";
        return String.format(
                Locale.ROOT,
                "  %s  %d%% of %s  %.1f MB/s  %s",
                name,
                total == 0 ? 100 : 100 * done / total,
                megabytes(total),
                bytesPerSecond / 1e6,
                left);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, bytes < 1_000_000 ? "%.2f MB" : "%.0f MB", bytes / 1e6);
    }

    private static String time(long seconds) {
        return seconds >= 3600
                ? "%d h %02d min".formatted(seconds / 3600, seconds / 60 % 60)
                : seconds >= 60
                        ? "%d min %02d s".formatted(seconds / 60, seconds % 60)
                        : seconds + " s";
    }
}
