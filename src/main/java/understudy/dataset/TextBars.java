package understudy.dataset;

import java.util.ArrayList;
import java.util.List;
import understudy.base.Printable;

/// Bars of text for a terminal.
final class TextBars {
    private static final int WIDTH = 40;
    private static final int LABEL = 28;

    private TextBars() {}

    /// @param label what the bar counts
    /// @param value how many
    record Bar(String label, long value) {}

    /// One line a bar, the longest over the whole width; never no mark for something.
    static List<String> draw(List<Bar> bars) {
        long most = bars.stream().mapToLong(Bar::value).max().orElse(0);
        int labels =
                Math.min(LABEL, bars.stream().mapToInt(b -> shown(b).length()).max().orElse(0));
        List<String> lines = new ArrayList<>();
        for (Bar bar : bars) {
            int length = most == 0 ? 0 : (int) (bar.value() * WIDTH / most);
            String mark = "█".repeat(bar.value() > 0 ? Math.max(1, length) : 0);
            lines.add(
                    ("  %-" + Math.max(1, labels) + "s %s %d")
                            .formatted(shown(bar), mark, bar.value()));
        }
        return lines;
    }

    private static String shown(Bar bar) {
        String clean = Printable.line(bar.label());
        int characters = clean.codePointCount(0, clean.length());
        return characters <= LABEL
                ? clean
                : clean.substring(0, clean.offsetByCodePoints(0, LABEL - 1)) + "…";
    }
}
