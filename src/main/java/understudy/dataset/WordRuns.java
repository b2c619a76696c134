package understudy.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The runs of words of a text as hashes, to tell how much two texts have in common.
///
/// Case and marks do not count. A language without blanks has no words to count; there every
/// character is one.
final class WordRuns {
    private WordRuns() {}

    /// @return a hash for each letter word or unspaced character, in order
    static long[] words(String text) {
        List<Long> words = new ArrayList<>();
        long hash = 0;
        boolean open = false;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            boolean alone = unspaced(c);
            if (Character.isLetterOrDigit(c) && !alone) {
                hash = mixed(hash * 31 + Character.toLowerCase(c));
                open = true;
                continue;
            }
            if (open) {
                words.add(hash);
                open = false;
                hash = 0;
            }
            if (alone) {
                words.add(mixed(c));
            }
        }
        if (open) {
            words.add(hash);
        }
        return words.stream().mapToLong(Long::longValue).toArray();
    }

    /// @param run words each
    /// @return sorted, each once; empty for a text of fewer words than `run`
    static long[] of(long[] words, int run) {
        int count = Math.max(0, words.length - run + 1);
        long[] runs = new long[count];
        for (int i = 0; i < count; i++) {
            long hash = 0;
            for (int j = 0; j < run; j++) {
                hash = mixed(hash * 31 + words[i + j]);
            }
            runs[i] = hash;
        }
        return Arrays.stream(runs).sorted().distinct().toArray();
    }

    /// Jaccard index of two sets: what both have, of what any has.
    static double similarity(long[] a, long[] b) {
        int both = 0;
        for (int i = 0, j = 0; i < a.length && j < b.length; ) {
            int order = Long.compare(a[i], b[j]);
            both += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        int any = a.length + b.length - both;
        return any == 0 ? 0 : (double) both / any;
    }

    private static boolean unspaced(int c) {
        return Character.isLetter(c)
                && switch (Character.UnicodeScript.of(c)) {
                    case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
                    default -> false;
                };
    }

    /// The last step of SplitMix64 (Steele, Lea and Flood 2014).
    static long mixed(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
