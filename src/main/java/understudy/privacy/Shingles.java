package understudy.privacy;

import java.util.ArrayList;
import java.util.List;

/// The words of a text as hashes, and the runs of twelve that begin at each.
///
/// A language without blanks has no words to count: there every character is a unit of half the
/// weight, so that a run has 24 of them.
final class Shingles {
    /// Twelve words, or 24 characters.
    private static final int RUN = 24;

    private static final int WORD = 2;

    /// @param start  in the source
    /// @param end    in the source
    private record Unit(long hash, int weight, int start, int end) {}

    private final List<Unit> units = new ArrayList<>();
    private final long key;

    /// @param key makes the hashes those of one table only
    Shingles(String source, long key) {
        this.key = key;
        Fold fold = Fold.of(source);
        String text = fold.text();
        int from = -1;
        long hash = key;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            int next = at + Character.charCount(c);
            boolean alone = Character.isLetter(c) && unspaced(c);
            boolean inWord = Character.isLetterOrDigit(c) && !alone;
            if (!inWord && from >= 0 && c != '\'' && c != 0x2019) {
                units.add(new Unit(hash, WORD, fold.start(from), fold.end(at)));
                from = -1;
                hash = key;
            }
            if (inWord) {
                from = from < 0 ? at : from;
                hash = HashTable.mixed(hash + Character.toLowerCase(c));
            } else if (alone) {
                units.add(new Unit(HashTable.mixed(key + c), 1, fold.start(at), fold.end(next)));
            }
            at = next;
        }
        if (from >= 0) {
            units.add(new Unit(hash, WORD, fold.start(from), fold.end(text.length())));
        }
    }

    private static boolean unspaced(int c) {
        return switch (Character.UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
            default -> false;
        };
    }

    /// Takes one run.
    @FunctionalInterface
    interface Taker {
        /// @param start in the source
        /// @param end   in the source
        void take(long hash, int start, int end);
    }

    void forEach(Taker taker) {
        for (int first = 0; first < units.size(); first++) {
            long hash = key;
            int weight = 0;
            for (int i = first; i < units.size() && weight < RUN; i++) {
                hash = HashTable.mixed(hash ^ units.get(i).hash());
                weight += units.get(i).weight();
                if (weight >= RUN) {
                    taker.take(hash, units.get(first).start(), units.get(i).end());
                }
            }
        }
    }
}
