package understudy.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;

/// Cuts the work on a tensor's elements into pieces that fit the caches, and shares them out among
/// the cores when there are many.
final class Pieces {
    /// Elements of one piece: 64 KB of floats stay in the first two caches. A multiple of every
    /// block size that is read.
    private static final int PIECE = 1 << 14;

    /// Below this many elements one core is faster than starting the others.
    private static final long PARALLEL_FROM = 1 << 18;

    /// Any thread but the caller's; never started.
    private static final Thread ELSEWHERE = Thread.ofPlatform().unstarted(() -> {});

    private Pieces() {}

    /// Elements `from` to `from + count`.
    @FunctionalInterface
    interface Work {
        void on(long from, int count);
    }

    /// Returns when all of `elements` are done. One thread does all where `in` or `out` belongs to
    /// the caller's thread alone.
    static void each(long elements, MemorySegment in, MemorySegment out, Work work) {
        LongStream starts = LongStream.range(0, (elements + PIECE - 1) / PIECE);
        // segments of one thread's arena are closed to others
        boolean shared = in.isAccessibleBy(ELSEWHERE) && out.isAccessibleBy(ELSEWHERE);
        (elements >= PARALLEL_FROM && shared ? starts.parallel() : starts)
                .forEach(n -> work.on(n * PIECE, (int) Math.min(PIECE, elements - n * PIECE)));
    }

    /// A copy of one piece's stored bytes.
    static byte[] bytes(MemorySegment piece) {
        byte[] raw = new byte[(int) piece.byteSize()];
        MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, raw, 0, raw.length);
        return raw;
    }

    /// The F16 in bytes `at` and `at + 1`, the low one first.
    static float half(byte[] in, int at) {
        return Float.float16ToFloat((short) ((in[at] & 0xff) | (in[at + 1] << 8)));
    }
}
