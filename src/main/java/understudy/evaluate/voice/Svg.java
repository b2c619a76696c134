package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import understudy.evaluate.Estimate;

/// Charts of dots with their intervals, a row each, as SVG without scripts.
///
/// Colours come from the page's style sheet, so that they follow its light or dark scheme; every
/// dot has a title that says its numbers, and sources differ in shape as well as in colour.
final class Svg {
    private static final int WIDTH = 720;
    private static final int LEFT = 190;
    private static final int RIGHT = 20;
    private static final int ROW = 26;
    private static final int TOP = 8;
    private static final int BOTTOM = 34;

    private Svg() {}

    /// A dot.
    ///
    /// @param style    class of the style sheet, also choosing the shape
    /// @param estimate where it is
    /// @param says     its title
    record Dot(String style, Estimate estimate, String says) {}

    /// @param label of the row
    record Row(String label, List<Dot> dots) {
        Row {
            dots = List.copyOf(dots);
        }
    }

    /// @param tick    distance of two lines of the grid
    /// @param percent whether the axis shows shares as percent
    record Axis(String title, double low, double high, double tick, boolean percent) {
        /// Shares from none to all.
        static Axis shares(String title) {
            return new Axis(title, 0, 1, 0.2, true);
        }

        /// From 0, or below the least, to above the most of `rows`.
        static Axis around(String title, List<Row> rows, boolean fromZero, boolean percent) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (Row row : rows) {
                for (Dot dot : row.dots) {
                    Estimate e = dot.estimate;
                    if (Double.isFinite(e.value())) {
                        low = Math.min(low, e.hasInterval() ? e.low() : e.value());
                        high = Math.max(high, e.hasInterval() ? e.high() : e.value());
                    }
                }
            }
            if (low > high) {
                return new Axis(title, 0, 1, 0.2, percent);
            }
            double step = step((high - (fromZero ? Math.min(0, low) : low)) / 5);
            double from = fromZero ? Math.min(0, low) : low;
            double to = Math.max(high, from + 1e-6);
            return new Axis(
                    title,
                    Math.floor(from / step) * step,
                    Math.ceil(to / step) * step,
                    step,
                    percent);
        }

        /// The next of 1, 2 and 5 times a power of ten.
        private static double step(double rough) {
            if (!(rough > 0)) {
                return 0.1;
            }
            double power = Math.pow(10, Math.floor(Math.log10(rough)));
            for (double times : new double[] {1, 2, 5}) {
                if (times * power >= rough * 0.999) {
                    return times * power;
                }
            }
            return 10 * power;
        }

        private double at(double value) {
            double share = (value - low) / (high - low);
            return LEFT + Math.clamp(share, 0, 1) * (WIDTH - LEFT - RIGHT);
        }

        private String word(double value) {
            if (percent) {
                return String.format(Locale.ROOT, "%.0f%%", 100 * value);
            }
            int digits = (int) Math.clamp(Math.ceil(-Math.log10(tick) - 1e-9), 0, 4);
            return String.format(Locale.ROOT, "%." + digits + "f", value);
        }
    }

    /// @param says what the whole chart shows, for those who do not see it
    static String dots(List<Row> rows, Axis axis, String says) {
        int height = TOP + ROW * rows.size() + BOTTOM;
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<div class=\"scroll chart\">"
                        + "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                                .formatted(WIDTH, height, Html.escaped(says)));
        double tick = axis.tick;
        int ticks = (int) Math.round((axis.high - axis.low) / tick);
        int foot = TOP + ROW * rows.size();
        for (int i = 0; i <= ticks; i++) {
            double value = axis.low + i * tick;
            svg.append(line("grid", axis.at(value), TOP, axis.at(value), foot));
            svg.append(text("tick", axis.at(value), foot + 14, axis.word(value)));
        }
        double middle = (LEFT + WIDTH - RIGHT) / 2.0;
        svg.append(text("tick", middle, foot + 29, axis.title));
        for (int i = 0; i < rows.size(); i++) {
            double y = TOP + ROW * (i + 0.5);
            svg.append(text("label", LEFT - 12, y + 4, rows.get(i).label));
            svg.append(line("rule", LEFT, y, WIDTH - RIGHT, y));
            List<Dot> dots = new ArrayList<>(rows.get(i).dots);
            dots.removeIf(dot -> !Double.isFinite(dot.estimate.value()));
            dots.reversed().forEach(dot -> dot(svg, axis, dot, y)); // the first is on top
        }
        return svg.append("</svg></div>").toString();
    }

    private static void dot(StringBuilder svg, Axis axis, Dot dot, double y) {
        svg.append("<g class=\"").append(dot.style).append("\"><title>");
        svg.append(Html.escaped(dot.says)).append("</title>");
        Estimate e = dot.estimate;
        if (e.hasInterval()) {
            svg.append(line("bar", axis.at(e.low()), y, axis.at(e.high()), y));
        }
        svg.append(shape(dot.style, axis.at(e.value()), y)).append("</g>");
    }

    /// The mark of a source, also for legends.
    static String shape(String style, double x, double y) {
        return switch (style) {
            case "clone" ->
                    String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>", x, y);
            case "prompt_only" -> polygon(x, y, new double[] {0, -6, 6, 5, -6, 5});
            case "base" -> polygon(x, y, new double[] {-5, -5, 5, -5, 5, 5, -5, 5});
            case "own_earlier" -> polygon(x, y, new double[] {0, -7, 6, 0, 0, 7, -6, 0});
            case "true" -> polygon(x, y, new double[] {-7, -2, 7, -2, 7, 2, -7, 2});
            default -> polygon(x, y, new double[] {-2, -7, 2, -7, 2, 7, -2, 7});
        };
    }

    private static String polygon(double x, double y, double[] corners) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < corners.length; i += 2) {
            points.append(
                    String.format(Locale.ROOT, "%.1f,%.1f ", x + corners[i], y + corners[i + 1]));
        }
        return "<polygon points=\"" + points.toString().strip() + "\"/>";
    }

    private static String line(String style, double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                style,
                x1,
                y1,
                x2,
                y2);
    }

    private static String text(String style, double x, double y, String words) {
        return String.format(Locale.ROOT, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", style, x, y)
                + Html.escaped(words)
                + "</text>";
    }
}
