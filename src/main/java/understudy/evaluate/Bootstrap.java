package understudy.evaluate;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/// 95% intervals by drawing whole conversations again.
///
/// Turns of one conversation resemble each other, so not turns are drawn but conversations, as many
/// as there are, with replacement. Every statistic sees the same draws, so a difference of two
/// models is a paired one. The interval is the percentile one with two corrections:
///
/// - few conversations make it too narrow, so the tails are those of Student's t (Hesterberg 2015,
///   "What teachers should know about the bootstrap", section 4: the expanded percentile interval)
/// - distances between distributions grow by being drawn again, so the mean of the draws is shifted
///   onto the measured value
public final class Bootstrap {
    /// Draws where nothing else is asked for.
    public static final int RESAMPLES = 1000;

    /// Conversations below which no interval is given: it would mean nothing.
    public static final int LEAST = 5;

    private static final double Z = 1.959963984540054; // of 97.5%

    private static final double[] NORMAL = {
        1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530
    };

    private final int clusters;
    private final double[][] weights;

    /// @param clusters conversations there are
    /// @param draws    how often to draw
    /// @param seed     the same seed gives the same intervals
    public Bootstrap(int clusters, int draws, long seed) {
        this.clusters = clusters;
        this.weights = new double[clusters < LEAST ? 0 : draws][clusters];
        SplittableRandom random = new SplittableRandom(seed);
        for (double[] draw : weights) {
            for (int i = 0; i < clusters; i++) {
                draw[random.nextInt(clusters)]++;
            }
        }
    }

    /// @param statistic given how often each conversation counts, in the caller's order; NaN where
    ///     a draw has nothing to measure
    public Estimate estimate(ToDoubleFunction<double[]> statistic) {
        double[] once = new double[clusters];
        Arrays.fill(once, 1);
        double value = statistic.applyAsDouble(once);
        double[] drawn =
                Arrays.stream(weights)
                        .mapToDouble(statistic)
                        .filter(Double::isFinite)
                        .sorted()
                        .toArray();
        if (!Double.isFinite(value) || drawn.length == 0 || 2 * drawn.length < weights.length) {
            return new Estimate(value, Double.NaN, Double.NaN);
        }
        double shift = value - Arrays.stream(drawn).sum() / drawn.length;
        double tail = tail(clusters);
        return new Estimate(
                value, quantile(drawn, tail) + shift, quantile(drawn, 1 - tail) + shift);
    }

    /// Share of the draws below the lower end, for `n` conversations: 0.025 for very many.
    static double tail(int n) {
        return normal(-Math.sqrt(n / (n - 1.0)) * student(n - 1));
    }

    /// The 97.5% point of Student's t (Abramowitz and Stegun 26.7.5), to 0.001 from 4 degrees of
    /// freedom on.
    static double student(int degrees) {
        double z = Z;
        double z2 = z * z;
        double n = degrees;
        double g1 = z * (z2 + 1) / 4;
        double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
        double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
        double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
        return z + g1 / n + g2 / (n * n) + g3 / (n * n * n) + g4 / (n * n * n * n);
    }

    /// The normal distribution's share below `x` (Abramowitz and Stegun 26.2.17), to 1e-7.
    static double normal(double x) {
        double t = 1 / (1 + 0.2316419 * Math.abs(x));
        double series = 0;
        for (double factor : NORMAL) {
            series = t * (factor + series);
        }
        double above = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * series;
        return x > 0 ? 1 - above : above;
    }

    /// Between the two nearest of `sorted`, linearly.
    static double quantile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /// The Wilson 95% interval of a share, for answers that do not depend on each other.
    ///
    /// @param hits of `of`
    public static Estimate share(int hits, int of) {
        if (of == 0) {
            return Estimate.NONE;
        }
        double p = (double) hits / of;
        double z2 = Z * Z;
        double middle = (p + z2 / (2.0 * of)) / (1 + z2 / of);
        double half = Z / (1 + z2 / of) * Math.sqrt(p * (1 - p) / of + z2 / (4.0 * of * of));
        return new Estimate(p, middle - half, middle + half).within(0, 1);
    }
}
