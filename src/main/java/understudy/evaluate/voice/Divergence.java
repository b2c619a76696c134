package understudy.evaluate.voice;

/// How far apart two samples are.
final class Divergence {
    private Divergence() {}

    /// The Jensen–Shannon distance of two distributions given as counts: the square root of the
    /// mean of both Kullback–Leibler divergences from their average, in bits. 0 for equal ones, 1
    /// for ones with nothing in common; a metric (Endres and Schindelin 2003).
    ///
    /// @param p counts, 0 or more, of any sum
    /// @param q of the same categories
    /// @return NaN where `p` is all zero, 1 where only `q` is
    static double jensenShannon(double[] p, double[] q) {
        double sumP = sum(p);
        double sumQ = sum(q);
        if (sumP == 0 || sumQ == 0) {
            return sumP == 0 ? Double.NaN : 1;
        }
        double nats = 0;
        for (int i = 0; i < p.length; i++) {
            double a = p[i] / sumP;
            double b = q[i] / sumQ;
            double middle = (a + b) / 2;
            nats += a == 0 ? 0 : a * Math.log(a / middle) / 2;
            nats += b == 0 ? 0 : b * Math.log(b / middle) / 2;
        }
        return Math.sqrt(Math.clamp(nats / Math.log(2), 0, 1));
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    /// Cohen's d: the difference of the means over the pooled standard deviation.
    ///
    /// @return `(mean a - mean b) / s`; 0 where nothing varies and the means are equal; NaN where a
    ///     sample has fewer than two values, or nothing varies and the means differ
    static double cohen(double[] a, double[] b) {
        if (a.length < 2 || b.length < 2) {
            return Double.NaN;
        }
        double meanA = sum(a) / a.length;
        double meanB = sum(b) / b.length;
        double pooled = (squares(a, meanA) + squares(b, meanB)) / (a.length + b.length - 2);
        if (pooled == 0) {
            return meanA == meanB ? 0 : Double.NaN;
        }
        return (meanA - meanB) / Math.sqrt(pooled);
    }

    private static double squares(double[] values, double mean) {
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum;
    }
}
