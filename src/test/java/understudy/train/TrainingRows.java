package understudy.train;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/// Seeded rows of token ids for the tests of this package.
final class TrainingRows {
    /// Ids that the tiny models know.
    static final int VOCABULARY = 160;

    private TrainingRows() {}

    /// A row of random ids in which each token but the first is learned with chance `share`.
    static TrainingRow row(Random random, int length, double share) {
        BitSet learned = new BitSet();
        for (int i = 1; i < length; i++) {
            learned.set(i, random.nextDouble() < share);
        }
        return new TrainingRow(random.ints(length, 0, VOCABULARY).toArray(), learned);
    }

    /// Rows of random ids, the second half of each learned.
    static List<TrainingRow> halves(long seed, int count, int least, int most) {
        Random random = new Random(seed);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = random.nextInt(least, most + 1);
            BitSet learned = new BitSet();
            learned.set(length / 2, length);
            rows.add(new TrainingRow(random.ints(length, 0, VOCABULARY).toArray(), learned));
        }
        return rows;
    }

    /// The same tokens without anything to learn.
    static TrainingRow masked(TrainingRow row) {
        return new TrainingRow(row.ids(), new BitSet());
    }
}
