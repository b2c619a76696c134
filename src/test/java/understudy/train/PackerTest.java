package understudy.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import understudy.model.RowPass.PackedRow;

class PackerTest {
    private static final long SEED = 20_261_124;

    /// Ids, then the learned positions: equal only for equal rows.
    private static String spelled(int[] ids, BitSet learned) {
        return Arrays.toString(ids) + learned;
    }

    /// The conversations of a packed row, as they would be spelled alone.
    private static List<String> unpacked(PackedRow row) {
        List<String> all = new ArrayList<>();
        for (int s = 0; s < row.starts().length; s++) {
            int from = row.starts()[s];
            int to = s + 1 < row.starts().length ? row.starts()[s + 1] : row.ids().length;
            all.add(spelled(Arrays.copyOfRange(row.ids(), from, to), row.scored().get(from, to)));
        }
        return all;
    }

    private static List<String> unpacked(List<PackedRow> rows) {
        return rows.stream().flatMap(r -> unpacked(r).stream()).toList();
    }

    private static List<TrainingRow> random(Random random) {
        int most = random.nextInt(1, 60);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = random.nextInt(1, 40); i > 0; i--) {
            rows.add(TrainingRows.row(random, random.nextInt(1, most + 1), random.nextDouble()));
        }
        return rows;
    }

    @Test
    void everyConversationIsInEveryEpochOnceAndWhole() {
        for (int i = 0; i < 1000; i++) {
            Random random = new Random(SEED + i);
            List<TrainingRow> rows = random(random);
            int rowLength = random.nextInt(16, 80);
            List<PackedRow> packed = new Packer(rowLength, i).pack(rows, random.nextInt(5));
            assertThat(unpacked(packed))
                    .as("case %d, seed %d", i, SEED + i)
                    .containsExactlyInAnyOrderElementsOf(
                            rows.stream().map(r -> spelled(r.ids(), r.learned())).toList());
            assertThat(packed)
                    .as("case %d, seed %d", i, SEED + i)
                    .allMatch(r -> r.ids().length <= rowLength || r.starts().length == 1);
        }
    }

    @Test
    void packingIsAFunctionOfSeedAndEpoch() {
        List<TrainingRow> rows = TrainingRows.halves(SEED, 60, 5, 30);
        List<String> first = unpacked(new Packer(64, 3).pack(rows, 0));
        assertThat(unpacked(new Packer(64, 3).pack(rows, 0))).isEqualTo(first);
        assertThat(unpacked(new Packer(64, 3).pack(rows, 1))).isNotEqualTo(first);
        assertThat(unpacked(new Packer(64, 4).pack(rows, 0))).isNotEqualTo(first);
    }

    @Test
    void otherEpochsPutConversationsIntoOtherRowsToo() {
        List<TrainingRow> rows = TrainingRows.halves(SEED, 60, 5, 30);
        assertThat(groups(rows, 1)).isNotEqualTo(groups(rows, 0));
    }

    private static Set<List<String>> groups(List<TrainingRow> rows, int epoch) {
        return new Packer(64, 3)
                .pack(rows, epoch).stream().map(PackerTest::unpacked).collect(Collectors.toSet());
    }

    @Test
    void aConversationOverTheRowLengthIsAlone() {
        Random random = new Random(SEED);
        List<TrainingRow> rows =
                List.of(
                        TrainingRows.row(random, 100, 0.5),
                        TrainingRows.row(random, 4, 0.5),
                        TrainingRows.row(random, 65, 0.5));
        List<PackedRow> packed = new Packer(64, 1).pack(rows, 0);
        assertThat(packed.stream().map(r -> r.ids().length)).containsExactlyInAnyOrder(100, 65, 4);
    }

    @Test
    void rowsAreNearlyFullOnLengthsAsChatsHaveThem() {
        // log-normal, median 120 tokens, a few over 1,000
        Random random = new Random(SEED);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            double length = Math.exp(Math.log(120) + 0.9 * random.nextGaussian());
            rows.add(TrainingRows.row(random, (int) Math.clamp(length, 10, 1024), 0.5));
        }
        List<PackedRow> packed = new Packer(1024, 1).pack(rows, 0);
        long tokens = packed.stream().mapToLong(r -> r.ids().length).sum();
        double share = (double) tokens / (1024L * packed.size());
        System.out.printf("packed rows of 1,024 are %.2f%% full%n", 100 * share);
        assertThat(share).isGreaterThan(0.97);
    }

    @Test
    void nothingIsPackedIntoNothing() {
        assertThat(new Packer(64, 1).pack(List.of(), 0)).isEmpty();
    }
}
