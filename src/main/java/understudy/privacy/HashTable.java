package understudy.privacy;

import java.util.Arrays;

/// A set of 64-bit hashes in one sorted array: eight bytes each, nothing else.
///
/// Over its bound it keeps every second, then every fourth, by a bit of the hash itself, so that
/// what is asked for later is thinned out in the same way.
final class HashTable {
    private final int most;
    private long[] hashes;
    private int size;
    private int halvings;
    private boolean sorted = true;

    /// @param most how many are kept
    HashTable(int most) {
        this.most = most;
        this.hashes = new long[Math.min(64, most)];
    }

    void add(long hash) {
        if (!kept(hash)) {
            return;
        }
        if (size == hashes.length) {
            makeRoom();
            if (!kept(hash)) {
                return;
            }
        }
        hashes[size++] = hash;
        sorted = false;
    }

    private boolean kept(long hash) {
        return (hash & ((1L << halvings) - 1)) == 0;
    }

    private void makeRoom() {
        sort();
        while (size >= most - most / 4) {
            halvings++;
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (kept(hashes[i])) {
                    hashes[kept++] = hashes[i];
                }
            }
            size = kept;
        }
        if (size > hashes.length / 2) {
            hashes = Arrays.copyOf(hashes, Math.min(most, 2 * hashes.length));
        }
    }

    /// Sorts and drops what is there twice.
    void sort() {
        if (sorted) {
            return;
        }
        Arrays.sort(hashes, 0, size);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (kept == 0 || hashes[kept - 1] != hashes[i]) {
                hashes[kept++] = hashes[i];
            }
        }
        size = kept;
        sorted = true;
    }

    /// [#sort()] comes first.
    boolean contains(long hash) {
        return Arrays.binarySearch(hashes, 0, size, hash) >= 0;
    }

    int size() {
        return size;
    }

    /// 1 where every hash was kept, 2 where every second one was.
    long thinning() {
        return 1L << halvings;
    }

    /// Spreads every bit of `h` over all of the result (the finaliser of SplitMix64).
    static long mixed(long h) {
        long x = (h ^ (h >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}
