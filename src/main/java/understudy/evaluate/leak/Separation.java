package understudy.evaluate.leak;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// How well a score tells what was learned from what was not: the chance that a learned text has
/// the lower one of the two, ties counting half (the area under the ROC curve; Mann and Whitney's U
/// divided by the number of pairs). One half says nothing, 1 everything.
///
/// @param auc  0 to 1
/// @param low  lower end of the interval that holds it in 95 of 100 draws of conversations
/// @param high upper end
public record Separation(double auc, double low, double high) {
    private static final int DRAWS = 500;

    /// @param learned scores of texts that were learned, by conversation
    /// @param others  those of texts that were not
    /// @param seed    of the draws
    public static Separation of(List<double[]> learned, List<double[]> others, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] draws = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            draws[i] = auc(flat(drawn(learned, random)), flat(drawn(others, random)));
        }
        Arrays.sort(draws);
        return new Separation(
                auc(flat(learned), flat(others)),
                draws[(int) Math.round(0.025 * (DRAWS - 1))],
                draws[(int) Math.round(0.975 * (DRAWS - 1))]);
    }

    /// Turns of one conversation are alike, so whole conversations are drawn.
    private static List<double[]> drawn(List<double[]> all, SplittableRandom random) {
        List<double[]> drawn = new ArrayList<>(all.size());
        for (int i = 0; i < all.size(); i++) {
            drawn.add(all.get(random.nextInt(all.size())));
        }
        return drawn;
    }

    private static double[] flat(List<double[]> groups) {
        return groups.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /// @return NaN where one of them is empty
    static double auc(double[] learned, double[] others) {
        double[] sorted = others.clone();
        Arrays.sort(sorted);
        double above = 0;
        for (double score : learned) {
            int from = first(sorted, score, false);
            int to = first(sorted, score, true);
            above += sorted.length - to + (to - from) / 2.0;
        }
        return above / ((double) learned.length * others.length);
    }

    /// Index of the first that is not below `score`, or, with `over`, that is above it.
    private static int first(double[] sorted, double score, boolean over) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < score || (over && sorted[middle] == score)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
