package understudy.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Guesses which of the known words somebody meant.
final class Nearest {
    private Nearest() {}

    /// The closest of `known`; empty when none is close: more than a third of the letters wrong.
    static Optional<String> to(String word, Collection<String> known) {
        int limit = Math.max(1, word.length() / 3);
        return known.stream()
                .filter(k -> distance(word, k) <= Math.min(limit, k.length() - 1))
                .min(Comparator.comparingInt(k -> distance(word, k)));
    }

    /// Letters to insert, remove, replace, or swap with their neighbour (the commonest slip), at
    /// least: the optimal string alignment distance.
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1]; // of the first i and j letters
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                cost[i][j] =
                        Math.min(
                                cost[i - 1][j - 1] + (same ? 0 : 1),
                                Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                boolean swapped =
                        i > 1
                                && j > 1
                                && a.charAt(i - 1) == b.charAt(j - 2)
                                && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
