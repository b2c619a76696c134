package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.evaluate.Bootstrap;
import understudy.evaluate.Estimate;

/// Holds sets of replies to the same messages against the true ones, measure by measure.
final class StyleComparison {
    private final StyleProfile profile;
    private final int[] clusters;
    private final Bootstrap bootstrap;
    private final List<String> truth;
    private final Map<StyleMeasure, Map<String, Integer>> categories =
            new EnumMap<>(StyleMeasure.class);

    /// @param truth     the person's own replies, one a message
    /// @param clusters  number of each message's conversation, from 0
    /// @param bootstrap over those conversations
    StyleComparison(StyleProfile profile, List<String> truth, int[] clusters, Bootstrap bootstrap) {
        this.profile = profile;
        this.truth = List.copyOf(truth);
        this.clusters = clusters.clone();
        this.bootstrap = bootstrap;
    }

    /// A measure of one set of replies.
    ///
    /// @param distance  Jensen–Shannon distance to the true replies, 0 to 1
    /// @param mean      of the one number a reply; NaN where there is none
    /// @param trueMean  the same of the true replies
    /// @param cohen     Cohen's d of it; above 0 where it is more than in the true replies
    record Measured(double distance, double mean, double trueMean, double cohen) {}

    /// @param overall  mean of the distances of all measures
    /// @param measures those that the true replies have anything of
    record Result(Estimate overall, Map<StyleMeasure, Measured> measures) {}

    /// @param replies in the order of the true ones
    Result compare(List<String> replies) {
        Map<StyleMeasure, Measured> measures = new EnumMap<>(StyleMeasure.class);
        List<Pair> pairs = new ArrayList<>();
        for (StyleMeasure measure : StyleMeasure.values()) {
            Pair pair = pair(measure, replies);
            double distance = pair.distance(null);
            if (!Double.isNaN(distance)) {
                pairs.add(pair);
                double[] theirs = numbers(measure, replies);
                double[] own = numbers(measure, truth);
                measures.put(
                        measure,
                        new Measured(
                                distance, mean(theirs), mean(own), Divergence.cohen(theirs, own)));
            }
        }
        return new Result(bootstrap.estimate(draw -> overall(pairs, draw)), measures);
    }

    /// How much nearer `one` is to the true replies than `other`, drawn in pairs.
    Estimate nearer(List<String> one, List<String> other) {
        List<Pair> ones = pairs(one);
        List<Pair> others = pairs(other);
        return bootstrap.estimate(draw -> overall(others, draw) - overall(ones, draw));
    }

    /// Where `replies` stand between `floor`, 0, and `ceiling`, 1, by the overall distance; nothing
    /// where `floor` is not surely farther than `ceiling`.
    Estimate between(List<String> floor, List<String> replies, List<String> ceiling) {
        List<Pair> low = pairs(floor);
        List<Pair> middle = pairs(replies);
        List<Pair> high = pairs(ceiling);
        Estimate gap = bootstrap.estimate(draw -> overall(low, draw) - overall(high, draw));
        if (!(gap.low() > 0)) {
            return Estimate.NONE;
        }
        return bootstrap.estimate(draw -> {
            double far = overall(low, draw);
            return (far - overall(middle, draw)) / (far - overall(high, draw));
        });
    }

    private List<Pair> pairs(List<String> replies) {
        List<Pair> pairs = new ArrayList<>();
        for (StyleMeasure measure : StyleMeasure.values()) {
            Pair pair = pair(measure, replies);
            if (!Double.isNaN(pair.distance(null))) {
                pairs.add(pair);
            }
        }
        return pairs;
    }

    private static double overall(List<Pair> pairs, double[] draw) {
        double sum = 0;
        int measured = 0;
        for (Pair pair : pairs) {
            double distance = pair.distance(draw);
            if (!Double.isNaN(distance)) {
                sum += distance;
                measured++;
            }
        }
        return sum / measured;
    }

    /// Counts by conversation and category.
    private record Pair(double[][] truth, double[][] replies) {
        /// @param draw how often each conversation counts; null for once
        double distance(double @Nullable [] draw) {
            return Divergence.jensenShannon(sum(truth, draw), sum(replies, draw));
        }

        private static double[] sum(double[][] counts, double @Nullable [] draw) {
            double[] sum = new double[counts.length == 0 ? 0 : counts[0].length];
            for (int i = 0; i < counts.length; i++) {
                double weight = draw == null ? 1 : draw[i];
                for (int j = 0; weight != 0 && j < sum.length; j++) {
                    sum[j] += weight * counts[i][j];
                }
            }
            return sum;
        }
    }

    private Pair pair(StyleMeasure measure, List<String> replies) {
        Map<String, Integer> known = categories.computeIfAbsent(measure, m -> new HashMap<>());
        List<Map<Integer, Double>> own = sparse(measure, truth, known);
        List<Map<Integer, Double>> theirs = sparse(measure, replies, known);
        return new Pair(dense(own, known.size()), dense(theirs, known.size()));
    }

    private List<Map<Integer, Double>> sparse(
            StyleMeasure measure, List<String> texts, Map<String, Integer> known) {
        List<Map<Integer, Double>> counts = new ArrayList<>();
        for (String text : texts) {
            Map<Integer, Double> one = new HashMap<>();
            measure.count(
                    text,
                    profile,
                    (category, amount) ->
                            one.merge(
                                    known.computeIfAbsent(category, c -> known.size()),
                                    amount,
                                    Double::sum));
            counts.add(one);
        }
        return counts;
    }

    private double[][] dense(List<Map<Integer, Double>> counts, int size) {
        int last = -1;
        for (int cluster : clusters) {
            last = Math.max(last, cluster);
        }
        double[][] sums = new double[last + 1][size];
        for (int i = 0; i < clusters.length; i++) {
            double[] sum = sums[clusters[i]];
            counts.get(i).forEach((category, amount) -> sum[category] += amount);
        }
        return sums;
    }

    private double[] numbers(StyleMeasure measure, List<String> texts) {
        return texts.stream()
                .mapToDouble(text -> measure.number(text, profile))
                .filter(Double::isFinite)
                .toArray();
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return values.length == 0 ? Double.NaN : sum / values.length;
    }
}
