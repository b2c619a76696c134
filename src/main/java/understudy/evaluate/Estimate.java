package understudy.evaluate;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A measured figure with its 95% interval.
///
/// @param value NaN where there was nothing to measure
/// @param low   lower end; NaN where there are too few conversations to tell, see [Bootstrap]
/// @param high  upper end; NaN where `low` is
public record Estimate(double value, double low, double high) {
    /// Nothing to measure.
    public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN);

    private static final double UNIT = 1e4;

    public boolean hasInterval() {
        return !Double.isNaN(low);
    }

    /// Whether the interval lies wholly above or wholly below `bound`.
    public boolean clearOf(double bound) {
        return hasInterval() && (low > bound || high < bound);
    }

    /// The same with its interval cut to what is possible.
    public Estimate within(double least, double most) {
        return hasInterval()
                ? new Estimate(value, Math.clamp(low, least, most), Math.clamp(high, least, most))
                : this;
    }

    /// `{value, low, high}`, four digits, null for what is not known.
    public Map<String, Object> tree() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("value", rounded(value));
        tree.put("low", rounded(low));
        tree.put("high", rounded(high));
        @SuppressWarnings({"NullAway", "unchecked"}) // a tree of JSON may hold null
        Map<String, Object> json = (Map<String, Object>) (Map<String, ?>) tree;
        return json;
    }

    /// Four digits after the point; null for what is no number, which JSON cannot say.
    public static @Nullable Double rounded(double value) {
        return Double.isFinite(value) ? Math.round(value * UNIT) / UNIT : null;
    }
}
