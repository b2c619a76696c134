package understudy.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Which two neighbouring tokens become one, and which pair goes first: the lower rank.
///
/// An open hash table of plain arrays, because large vocabularies have half a million pairs and
/// every character of every message asks here several times.
final class Merges {
    /// No such pair.
    static final long NONE = -1;

    private static final long EMPTY = -1;

    private long[] pairs;
    private long[] values;
    private int size;

    /// @param expected number of pairs to come
    Merges(int expected) {
        int capacity = Integer.highestOneBit(Math.max(16, expected) * 2 - 1) * 2;
        this.pairs = new long[capacity];
        this.values = new long[capacity];
        Arrays.fill(pairs, EMPTY);
    }

    /// Adds a pair; a pair added twice keeps the later rank.
    ///
    /// @param rank   equal ranks are merged from left to right
    /// @param merged id of the token the two become
    void add(int left, int right, int rank, int merged) {
        if (size * 2 >= pairs.length) {
            grow();
        }
        int slot = slot(pair(left, right));
        if (pairs[slot] == EMPTY) {
            size++;
        }
        pairs[slot] = pair(left, right);
        values[slot] = (long) rank << 32 | merged;
    }

    int size() {
        return size;
    }

    /// One pair.
    ///
    /// @param merged id of the token the two become
    record Pair(int left, int right, int rank, int merged) {}

    /// All pairs, the first to go first; of equal ranks by their ids, as Hugging Face's converters
    /// order those of one token.
    List<Pair> inOrder() {
        List<Pair> all = new ArrayList<>(size);
        for (int i = 0; i < pairs.length; i++) {
            if (pairs[i] != EMPTY) {
                all.add(
                        new Pair(
                                (int) (pairs[i] >>> 32),
                                (int) pairs[i],
                                (int) (values[i] >>> 32),
                                (int) values[i]));
            }
        }
        all.sort(
                Comparator.comparingInt(Pair::rank)
                        .thenComparingInt(Pair::left)
                        .thenComparingInt(Pair::right));
        return all;
    }

    /// @return rank in the upper half and merged id in the lower one, or [#NONE]
    long find(int left, int right) {
        int slot = slot(pair(left, right));
        return pairs[slot] == EMPTY ? NONE : values[slot];
    }

    /// Merges the first `count` of `symbols` in place as far as it goes.
    ///
    /// A heap holds the pairs that can be merged, so n symbols cost O(n log n) even where all of
    /// them are equal. Entries are not removed when a neighbour changes; they are recognised as
    /// outdated when they come up.
    ///
    /// @return how many symbols are left, at the beginning of `symbols`
    int merge(int[] symbols, int count) {
        if (count < 2) {
            return count;
        }
        int[] next = new int[count];
        int[] previous = new int[count];
        LongHeap heap = new LongHeap(count);
        for (int i = 0; i < count; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        next[count - 1] = -1;
        for (int i = 0; i + 1 < count; i++) {
            offer(heap, symbols, i, i + 1);
        }
        while (!heap.isEmpty()) {
            Candidate top = Candidate.of(heap.poll());
            int at = top.position;
            int right = symbols[at] < 0 ? -1 : next[at];
            if (right < 0 || !stillMerges(symbols[at], symbols[right], top.rank)) {
                continue;
            }
            symbols[at] = (int) find(symbols[at], symbols[right]);
            symbols[right] = -1;
            next[at] = next[right];
            if (next[at] >= 0) {
                previous[next[at]] = at;
                offer(heap, symbols, at, next[at]);
            }
            if (previous[at] >= 0) {
                offer(heap, symbols, previous[at], at);
            }
        }
        return compact(symbols, next);
    }

    private void offer(LongHeap heap, int[] symbols, int left, int right) {
        long found = find(symbols[left], symbols[right]);
        if (found != NONE) {
            heap.add((found & 0xFFFF_FFFF_0000_0000L) | left);
        }
    }

    private boolean stillMerges(int left, int right, int rank) {
        long found = find(left, right);
        return found != NONE && (int) (found >> 32) == rank;
    }

    private static int compact(int[] symbols, int[] next) {
        int kept = 0;
        for (int i = 0; i >= 0; i = next[i]) {
            symbols[kept++] = symbols[i];
        }
        return kept;
    }

    private int slot(long pair) {
        long mixed = pair * 0x9E37_79B9_7F4A_7C15L;
        int slot = (int) (mixed >>> 32) & (pairs.length - 1);
        while (pairs[slot] != EMPTY && pairs[slot] != pair) {
            slot = (slot + 1) & (pairs.length - 1);
        }
        return slot;
    }

    private void grow() {
        long[] oldPairs = pairs;
        long[] oldValues = values;
        pairs = new long[oldPairs.length * 2];
        values = new long[oldPairs.length * 2];
        Arrays.fill(pairs, EMPTY);
        for (int i = 0; i < oldPairs.length; i++) {
            if (oldPairs[i] != EMPTY) {
                int slot = slot(oldPairs[i]);
                pairs[slot] = oldPairs[i];
                values[slot] = oldValues[i];
            }
        }
    }

    /// Ids are never negative, so no pair is [#EMPTY].
    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    private record Candidate(int rank, int position) {
        static Candidate of(long packed) {
            return new Candidate((int) (packed >> 32), (int) packed);
        }
    }
}
