package understudy.dataset;

import java.util.ArrayList;
import java.util.List;

/// How many rows are how long.
///
/// @param width of each bin, in tokens
/// @param bins  rows of 0 to width - 1 tokens, of width to 2 width - 1, and so on
record Histogram(int width, List<Integer> bins) {
    private static final int MOST_BINS = 15;
    private static final int[] ROUND = {1, 2, 5, 10};

    static Histogram of(List<Integer> lengths) {
        int longest = lengths.stream().mapToInt(Integer::intValue).max().orElse(0);
        int width = width(longest);
        int[] bins = new int[longest / width + 1];
        lengths.forEach(length -> bins[length / width]++);
        List<Integer> counts = new ArrayList<>();
        for (int bin : bins) {
            counts.add(bin);
        }
        return new Histogram(width, counts);
    }

    /// The smallest round width with few enough bins: 10, 20, 50, 100, 200, ...
    private static int width(int longest) {
        for (int power = 10; ; power *= 10) {
            for (int round : ROUND) {
                if (longest / (power * round) < MOST_BINS) {
                    return power * round;
                }
            }
        }
    }

    String label(int bin) {
        return bin * width + "-" + ((bin + 1) * width - 1);
    }
}
