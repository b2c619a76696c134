package understudy.privacy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// What was found so far; of two that overlap the first one stays.
final class Findings {
    private final List<Finding> all = new ArrayList<>();
    private final BitSet taken = new BitSet();

    boolean free(int start, int end) {
        for (int at = start; at < end; at++) { // nextSetBit looks as far as the text's end
            if (taken.get(at)) {
                return false;
            }
        }
        return true;
    }

    /// @return whether there was room for it
    boolean add(Kind kind, int start, int end) {
        if (!free(start, end)) {
            return false;
        }
        taken.set(start, end);
        all.add(new Finding(kind, start, end));
        return true;
    }

    /// Keeps later rules off a place where there is nothing.
    void close(int start, int end) {
        taken.set(start, end);
    }

    /// In the order of the text.
    List<Finding> sorted() {
        all.sort(Comparator.comparingInt(Finding::start));
        return List.copyOf(all);
    }
}
