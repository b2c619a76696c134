package understudy.train;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import understudy.model.RowPass.PackedRow;

/// Fills rows with conversations, one behind another, so that no multiply is wasted on padding.
///
/// Each row starts with the longest conversation left and takes those that together come closest
/// to filling the rest: the minimum bin slack heuristic (Gupta and Ho 1999) in the form that fixes
/// a row's longest item (Fleszar and Hindi 2002). Of several tries that prefer other conversations
/// the one with the fewest rows counts. What lies in which row and the order of rows are a function
/// of seed and epoch alone, so that a resumed run sees what an unbroken one does.
final class Packer {
    /// Conversations looked at to fill a row; more would only cost time.
    private static final int WINDOW = 512;

    private static final int TRIES = 24;

    /// Share of the rows filled at which no further try is made.
    private static final double FULL = 0.99;

    private final int rowLength;
    private final long seed;

    /// @param rowLength tokens a row; a longer conversation gets a row of its own
    Packer(int rowLength, long seed) {
        this.rowLength = rowLength;
        this.seed = seed;
    }

    /// @param epoch from 0
    List<PackedRow> pack(List<TrainingRow> rows, int epoch) {
        Random random = random(epoch);
        return packed(Draw.of(rows, seed, epoch), random);
    }

    /// Conversations dealt out into parts of equal number, each packed by itself; the last part has
    /// what is left.
    ///
    /// @param epoch         from 0
    /// @param conversations in a part, at least 1
    List<List<PackedRow>> parts(List<TrainingRow> rows, int epoch, int conversations) {
        Random random = random(epoch);
        List<TrainingRow> drawn = new ArrayList<>(Draw.of(rows, seed, epoch));
        Collections.shuffle(drawn, random);
        List<List<PackedRow>> parts = new ArrayList<>();
        for (int from = 0; from < drawn.size(); from += conversations) {
            int to = Math.min(drawn.size(), from + conversations);
            parts.add(packed(drawn.subList(from, to), random));
        }
        return parts;
    }

    private Random random(int epoch) {
        return new Random(seed * 1_000_003 + epoch);
    }

    private List<PackedRow> packed(List<TrainingRow> drawn, Random random) {
        List<List<TrainingRow>> bins = new ArrayList<>();
        List<TrainingRow> rest = new ArrayList<>();
        for (TrainingRow row : drawn) {
            if (row.length() > rowLength) {
                bins.add(List.of(row));
            } else {
                rest.add(row);
            }
        }
        bins.addAll(fewest(rest, random));
        Collections.shuffle(bins, random);
        return bins.stream().map(Packer::joined).toList();
    }

    private List<List<TrainingRow>> fewest(List<TrainingRow> rows, Random random) {
        double tokens = rows.stream().mapToLong(TrainingRow::length).sum();
        List<TrainingRow> shuffled = new ArrayList<>(rows);
        List<List<TrainingRow>> best = List.of();
        for (int i = 0; i < TRIES; i++) {
            Collections.shuffle(shuffled, random);
            List<List<TrainingRow>> tried = bins(shuffled, random, i == 0 ? 0 : 0.4);
            if (i == 0 || tried.size() < best.size()) {
                best = tried;
            }
            if (tokens >= FULL * rowLength * best.size() || best.size() < 2) {
                break;
            }
        }
        return best;
    }

    /// @param spread of the random factor on the preference for long conversations
    private List<List<TrainingRow>> bins(List<TrainingRow> rows, Random random, double spread) {
        List<Deque<TrainingRow>> byLength = new ArrayList<>();
        for (int i = 0; i <= rowLength; i++) {
            byLength.add(new ArrayDeque<>());
        }
        rows.forEach(row -> byLength.get(row.length()).add(row));
        List<List<TrainingRow>> bins = new ArrayList<>();
        for (int length = rowLength; length > 0; length--) {
            while (!byLength.get(length).isEmpty()) {
                List<TrainingRow> bin = new ArrayList<>();
                bin.add(byLength.get(length).remove());
                int room = rowLength - length;
                for (int next : filling(candidates(byLength, room, random, spread), room)) {
                    bin.add(byLength.get(next).remove());
                }
                bins.add(bin);
            }
        }
        return bins;
    }

    /// Lengths of conversations left that fit into `room`, the preferred ones first.
    private static List<Integer> candidates(
            List<Deque<TrainingRow>> byLength, int room, Random random, double spread) {
        record Candidate(int length, double preference) {}
        List<Candidate> found = new ArrayList<>();
        for (int length = room; length > 0 && found.size() < WINDOW; length--) {
            for (int i = Math.min(byLength.get(length).size(), room / length); i > 0; i--) {
                double factor = spread == 0 ? 1 : 1 + spread * random.nextGaussian();
                found.add(new Candidate(length, length * factor));
            }
        }
        found.sort(Comparator.comparingDouble(Candidate::preference).reversed());
        return found.stream().map(Candidate::length).toList();
    }

    /// Those of `lengths` whose sum is as large as can be, but not over `room`: subset sum, where
    /// the first found of several ways to a sum takes the lengths at the front. Long ones are
    /// there, as a rule: the short ones fit in anywhere later.
    private static List<Integer> filling(List<Integer> lengths, int room) {
        int[] last = new int[room + 1]; // length taken last to reach this sum, 0 where none does
        int best = 0;
        for (int length : lengths) {
            for (int sum = Math.min(room, best + length); sum >= length; sum--) {
                if (last[sum] == 0 && (sum == length || last[sum - length] != 0)) {
                    last[sum] = length;
                    best = Math.max(best, sum);
                }
            }
            if (best == room) {
                break;
            }
        }
        List<Integer> taken = new ArrayList<>();
        for (int sum = best; sum > 0; sum -= last[sum]) {
            taken.add(last[sum]);
        }
        return taken;
    }

    private static PackedRow joined(List<TrainingRow> bin) {
        int length = bin.stream().mapToInt(TrainingRow::length).sum();
        int[] ids = new int[length];
        int[] starts = new int[bin.size()];
        BitSet scored = new BitSet(length);
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            TrainingRow row = bin.get(i);
            starts[i] = at;
            System.arraycopy(row.ids(), 0, ids, at, row.length());
            for (int j = row.learned().nextSetBit(0); j >= 0; j = row.learned().nextSetBit(j + 1)) {
                scored.set(at + j);
            }
            at += row.length();
        }
        return new PackedRow(ids, starts, scored);
    }
}
