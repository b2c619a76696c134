package understudy.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// What somebody probably meant: known words close to a word that is not known.
public final class Nearest {
    private Nearest() {}

    private record Scored(String word, int distance) {}

    /// @param most how many to give at most
    /// @return the closest of `known`, best first; empty where none is near
    public static List<String> to(String wanted, Collection<String> known, int most) {
        String low = wanted.toLowerCase(Locale.ROOT);
        int limit = Math.max(2, wanted.length() / 3);
        return known.stream()
                .map(word -> new Scored(word, distanceOrPart(low, word.toLowerCase(Locale.ROOT))))
                .filter(scored -> scored.distance <= limit)
                .sorted(Comparator.comparingInt(Scored::distance).thenComparing(Scored::word))
                .limit(most)
                .map(Scored::word)
                .toList();
    }

    /// A word that begins or ends the other counts as one step away: `Anna` and `Anna Schmidt`.
    private static int distanceOrPart(String a, String b) {
        int distance = distance(a, b);
        boolean part = !a.isEmpty() && !b.isEmpty() && (b.contains(a) || a.contains(b));
        return part ? Math.min(distance, 1) : distance;
    }

    /// Single-character edits, a swap of neighbours counted as one, from `a` to `b`.
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] =
                        Math.min(
                                Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1),
                                d[i - 1][j - 1] + change);
                boolean swapped =
                        i > 1
                                && j > 1
                                && a.charAt(i - 1) == b.charAt(j - 2)
                                && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
