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
        double share = share(packed, 1024);
        System.out.printf("packed rows of 1,024 are %.2f%% full%n", 100 * share);
        assertThat(share).isGreaterThan(0.97);
    }

    /// Every 5th percentile of the lengths of the demo's training rows, split at 1,024 and at 3,000
    /// tokens: most are the full pieces of long conversations, which is the hard case.
    private static final List<int[]> DEMO =
            List.of(
                    new int[] {
                        36, 92, 115, 135, 226, 322, 439, 535, 707, 886, 944, 970, 979, 987, 996,
                        1004, 1007, 1011, 1015, 1020, 1024
                    },
                    new int[] {
                        115, 126, 151, 226, 302, 380, 439, 486, 754, 1075, 1119, 1350, 1662, 1995,
                        2885, 2950, 2956, 2973, 2981, 2993, 2998
                    });

    /// `count` rows with the demo's percentiles.
    private static List<TrainingRow> likeTheDemos(int[] percentiles, int count, Random random) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double at = (double) i / count * (percentiles.length - 1);
            int below = (int) at;
            double length =
                    percentiles[below]
                            + (at - below) * (percentiles[below + 1] - percentiles[below]);
            rows.add(TrainingRows.row(random, (int) Math.round(length), 0.5));
        }
        return rows;
    }

    @Test
    void rowsAreNearlyFullOnLengthsLikeTheDemos() {
        for (int[] percentiles : DEMO) {
            int longest = percentiles[percentiles.length - 1];
            int rowLength = longest > 1024 ? 3000 : 1024;
            double least = 1;
            for (int i = 0; i < 20; i++) {
                List<TrainingRow> rows = likeTheDemos(percentiles, 140 + i, new Random(SEED + i));
                double share = share(new Packer(rowLength, i).pack(rows, i % 3), rowLength);
                assertThat(share)
                        .as("seed %d, rows of %d", SEED + i, rowLength)
                        .isGreaterThan(0.97);
                least = Math.min(least, share);
            }
            System.out.printf(
                    "packed rows of %,d are %.2f%% full at least%n", rowLength, 100 * least);
        }
    }

    /// A row too few would not hold them: the packing is the best there is.
    @Test
    void conversationsThatFillRowsExactlyAreFoundToDoSo() {
        for (int i = 0; i < 20; i++) {
            Random random = new Random(SEED + i);
            List<TrainingRow> rows = new ArrayList<>();
            for (int row = 0; row < 40; row++) {
                for (int left = 1024; left > 0; ) {
                    int length = Math.min(left, random.nextInt(20, 700));
                    rows.add(TrainingRows.row(random, length, 0.5));
                    left -= length;
                }
            }
            assertThat(new Packer(1024, i).pack(rows, 0).size())
                    .as("seed %d", SEED + i)
                    .isBetween(40, 41);
        }
    }

    private static double share(List<PackedRow> packed, int rowLength) {
        long tokens = packed.stream().mapToLong(r -> r.ids().length).sum();
        return (double) tokens / ((long) rowLength * packed.size());
    }

    @Test
    void nothingIsPackedIntoNothing() {
        assertThat(new Packer(64, 1).pack(List.of(), 0)).isEmpty();
    }
}
