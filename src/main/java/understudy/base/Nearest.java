package understudy.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Guesses which of the known words somebody meant.
public final class Nearest {
    private Nearest() {}

    private record Scored(String word, int distance) {}

    /// The closest of `known`; empty when none is close: more than a third of the letters wrong.
    public static Optional<String> to(String word, Collection<String> known) {
        return to(word, known, 1).stream().findFirst();
    }

    /// @param most how many to give at most
    /// @return the close ones of `known`, best first; a part of a name is close to the whole
    public static List<String> to(String word, Collection<String> known, int most) {
        String low = word.toLowerCase(Locale.ROOT);
        int limit = Math.max(1, word.length() / 3);
        return known.stream()
                .map(k -> new Scored(k, steps(low, k.toLowerCase(Locale.ROOT))))
                .filter(k -> k.distance <= Math.min(limit, k.word.length() - 1))
                .sorted(Comparator.comparingInt(Scored::distance).thenComparing(Scored::word))
                .limit(most)
                .map(Scored::word)
                .toList();
    }

    /// `Anna` and `Anna Schmidt` are one step apart: people leave out whole words of a name.
    private static int steps(String a, String b) {
        boolean part = !a.isEmpty() && (b.startsWith(a + " ") || b.endsWith(" " + a));
        return part ? 1 : distance(a, b);
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
