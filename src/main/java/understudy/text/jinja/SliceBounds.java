package understudy.text.jinja;

import org.jspecify.annotations.Nullable;

/// Which items a slice takes, by Python's rules.
///
/// @param start the first
/// @param stop  the first that is out
/// @param step  never 0
record SliceBounds(long start, long stop, long step) {
    static SliceBounds of(
            long size, @Nullable Long start, @Nullable Long stop, @Nullable Long step) {
        long by = step == null ? 1 : step;
        if (by == 0) {
            throw new TemplateFault("a slice with step 0");
        }
        long lowest = by > 0 ? 0 : -1;
        long highest = by > 0 ? size : size - 1;
        long from =
                start == null ? (by > 0 ? lowest : highest) : clamp(start, size, lowest, highest);
        long to = stop == null ? (by > 0 ? highest : lowest) : clamp(stop, size, lowest, highest);
        return new SliceBounds(from, to, Math.clamp(by, -size - 1, size + 1));
    }

    private static long clamp(long index, long size, long lowest, long highest) {
        long counted = index < 0 ? index + size : index;
        return Math.clamp(counted, lowest, Math.max(lowest, highest));
    }

    boolean includes(long index) {
        return step > 0 ? index < stop : index > stop;
    }
}
