package understudy.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import understudy.run.RunEvent;

/// A loss curve in text: steps to the right, loss upward, both axes linear.
///
/// A column shows the mean training loss of its steps; values that are no number leave a gap.
final class LossPlot {
    private static final int WIDTH = 64;
    private static final int HEIGHT = 12;

    private final int lastStep;
    private final double low;
    private final double high;
    private final char[][] cells = new char[HEIGHT][WIDTH];

    private LossPlot(int lastStep, double low, double high) {
        this.lastStep = lastStep;
        this.low = low;
        this.high = high > low ? high : low + 1;
        for (char[] row : cells) {
            Arrays.fill(row, ' ');
        }
    }

    /// @param steps at least one
    static List<String> draw(List<RunEvent.StepDone> steps, List<RunEvent.Validated> validations) {
        int last = steps.getLast().step();
        double[] sum = new double[WIDTH];
        int[] count = new int[WIDTH];
        for (RunEvent.StepDone step : steps) {
            if (Double.isFinite(step.loss())) {
                sum[column(step.step(), last)] += step.loss();
                count[column(step.step(), last)]++;
            }
        }
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int x = 0; x < WIDTH; x++) {
            if (count[x] > 0) {
                low = Math.min(low, sum[x] / count[x]);
                high = Math.max(high, sum[x] / count[x]);
            }
        }
        for (RunEvent.Validated validation : validations) {
            if (Double.isFinite(validation.loss())) {
                low = Math.min(low, validation.loss());
                high = Math.max(high, validation.loss());
            }
        }
        if (low > high) {
            return List.of("  (no loss was a number)");
        }
        LossPlot plot = new LossPlot(last, low, high);
        for (int x = 0; x < WIDTH; x++) {
            if (count[x] > 0) {
                plot.mark(x, sum[x] / count[x], '·');
            }
        }
        for (RunEvent.Validated validation : validations) {
            if (Double.isFinite(validation.loss())) {
                plot.mark(column(validation.step(), last), validation.loss(), '●');
            }
        }
        return plot.lines();
    }

    /// Steps count from 1, columns from 0.
    private static int column(int step, int last) {
        int x = last <= 1 ? 0 : (int) Math.round((step - 1.0) / (last - 1.0) * (WIDTH - 1));
        return Math.clamp(x, 0, WIDTH - 1);
    }

    private void mark(int column, double loss, char sign) {
        long fromTop = Math.round((high - loss) / (high - low) * (HEIGHT - 1));
        cells[(int) fromTop][column] = sign;
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < HEIGHT; row++) {
            double value = high - (high - low) * row / (HEIGHT - 1);
            boolean labelled = row == 0 || row == HEIGHT / 2 || row == HEIGHT - 1;
            String label = labelled ? String.format(Locale.ROOT, "%8.3f", value) : " ".repeat(8);
            lines.add((label + " │" + new String(cells[row])).stripTrailing());
        }
        lines.add(" ".repeat(9) + "└" + "─".repeat(WIDTH));
        String last = Integer.toString(lastStep);
        int gap = Math.max(1, WIDTH - "step 1".length() - last.length());
        lines.add(" ".repeat(10) + "step 1" + " ".repeat(gap) + last);
        return lines;
    }
}
