package understudy.train;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// How often each epoch reads which row, where rows have weights.
///
/// Row i with weight w is read `floor((e + 1) w + u) - floor(e w + u)` times in epoch e, with u in
/// [0, 1) drawn once for each row: systematic sampling. After any number of epochs a row was read
/// as often as its weight asks, give or take one, where independent draws would leave some rows
/// out by luck. A function of seed, row and epoch alone, so that a resumed run sees the same.
final class Draw {
    private Draw() {}

    /// @param epoch from 0
    static List<TrainingRow> of(List<TrainingRow> rows, long seed, int epoch) {
        if (rows.stream().allMatch(row -> row.weight() == 1)) {
            return rows;
        }
        List<TrainingRow> drawn = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            TrainingRow row = rows.get(i);
            int times = row.weight() == 1 ? 1 : times(row.weight(), start(seed, i), epoch);
            for (int n = 0; n < times; n++) {
                drawn.add(row);
            }
        }
        return drawn;
    }

    private static int times(double weight, double start, int epoch) {
        return (int)
                (Math.floor((epoch + 1) * weight + start) - Math.floor(epoch * weight + start));
    }

    private static double start(long seed, int row) {
        return new SplittableRandom(seed * 1_000_003 + row).nextDouble();
    }
}
