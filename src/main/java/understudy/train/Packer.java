package understudy.train;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import understudy.model.RowPass.PackedRow;

/// Fills rows with conversations, one behind another, so that no multiply is wasted on padding.
///
/// Best fit, longest first, which leaves little air; what lies in which row and the order of rows
/// are a function of seed and epoch alone, so that a resumed run sees what an unbroken one does.
final class Packer {
    private final int rowLength;
    private final long seed;

    /// @param rowLength tokens a row; a longer conversation gets a row of its own
    Packer(int rowLength, long seed) {
        this.rowLength = rowLength;
        this.seed = seed;
    }

    private static final class Bin {
        private final List<TrainingRow> rows = new ArrayList<>();
        private int free;
    }

    /// @param epoch from 0
    List<PackedRow> pack(List<TrainingRow> rows, int epoch) {
        Random random = new Random(seed * 1_000_003 + epoch);
        List<TrainingRow> shuffled = new ArrayList<>(Draw.of(rows, seed, epoch));
        Collections.shuffle(shuffled, random);
        shuffled.sort(Comparator.comparingInt(TrainingRow::length).reversed()); // stable
        List<List<Bin>> byFree = new ArrayList<>();
        for (int i = 0; i <= rowLength; i++) {
            byFree.add(new ArrayList<>());
        }
        List<Bin> bins = new ArrayList<>();
        for (TrainingRow row : shuffled) {
            Bin bin = tightest(byFree, row.length());
            if (bin == null) {
                bin = new Bin();
                bin.free = Math.max(rowLength, row.length());
                bins.add(bin);
            }
            bin.rows.add(row);
            bin.free -= row.length();
            byFree.get(bin.free).add(bin);
        }
        Collections.shuffle(bins, random);
        return bins.stream().map(Packer::joined).toList();
    }

    private static @Nullable Bin tightest(List<List<Bin>> byFree, int length) {
        for (int free = length; free < byFree.size(); free++) {
            List<Bin> bins = byFree.get(free);
            if (!bins.isEmpty()) {
                return bins.removeLast();
            }
        }
        return null;
    }

    private static PackedRow joined(Bin bin) {
        int length = bin.rows.stream().mapToInt(TrainingRow::length).sum();
        int[] ids = new int[length];
        int[] starts = new int[bin.rows.size()];
        BitSet scored = new BitSet(length);
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            TrainingRow row = bin.rows.get(i);
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
