package understudy.cli;

import java.util.Locale;

/// Numbers as people read them.
final class Numbers {
    private Numbers() {}

    static double round(double value, int digits) {
        double unit = Math.pow(10, digits);
        return Double.isFinite(value) ? Math.round(value * unit) / unit : value;
    }

    /// With a comma every three digits.
    static String grouped(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /// Such as `3 min 20 s`.
    static String duration(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) {
            return s + " s";
        }
        return s < 3600
                ? s / 60 + " min " + s % 60 + " s"
                : s / 3600 + " h " + s % 3600 / 60 + " min";
    }
}
