package understudy.dataset;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Tells whether a text is nearly one that was seen before.
///
/// MinHash (Broder 1997): the least of the hashes of all runs of words, under each of 64 seeded
/// hash functions, agrees for two texts as often as their runs do. Signatures that agree in one of
/// 32 bands of two make a candidate: at a similarity of 0.5 all but 1 of 10,000 are found. What is
/// found is compared run by run, so that chance never makes a duplicate.
final class NearDuplicates {
    private static final int BANDS = 32;
    private static final int ROWS = 2;
    private static final int RUN = 3;

    /// Runs of words at least: people say short things again and again.
    private static final int LEAST = 18;

    private final double threshold;
    private final long seed;
    private final Map<Long, List<long[]>> buckets = new HashMap<>();

    /// @param threshold Jaccard index of the runs from which on two texts are one; 0 to 1
    NearDuplicates(double threshold, long seed) {
        this.threshold = threshold;
        this.seed = seed;
    }

    /// Whether a text that is this similar was seen before; notes it where none was. Always false
    /// for short texts.
    boolean seen(String text) {
        long[] runs = WordRuns.of(WordRuns.words(text), RUN);
        if (runs.length < LEAST) {
            return false;
        }
        long[] keys = bands(runs);
        for (long key : keys) {
            for (long[] other : buckets.getOrDefault(key, List.of())) {
                if (WordRuns.similarity(runs, other) >= threshold) {
                    return true;
                }
            }
        }
        for (long key : keys) {
            buckets.computeIfAbsent(key, k -> new ArrayList<>(1)).add(runs);
        }
        return false;
    }

    private long[] bands(long[] runs) {
        long[] keys = new long[BANDS];
        for (int band = 0; band < BANDS; band++) {
            long key = band;
            for (int row = 0; row < ROWS; row++) {
                long salt = WordRuns.mixed(seed + (long) band * ROWS + row);
                long least = Long.MAX_VALUE;
                for (long run : runs) {
                    least = Math.min(least, WordRuns.mixed(run ^ salt));
                }
                key = WordRuns.mixed(key ^ least);
            }
            keys[band] = key;
        }
        return keys;
    }
}
