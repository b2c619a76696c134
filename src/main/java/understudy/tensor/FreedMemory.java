package understudy.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// Memory that was freed and that the C library keeps for later: gaps between what is still held,
/// which a large model's loading and reading leave by the hundred megabytes.
///
/// Only glibc is asked; elsewhere nothing is done.
public final class FreedMemory {
    /// Bytes that may lie idle: taking pages back and getting them anew costs more.
    private static final long IDLE = 128L << 20;

    private static final int LARGE = 8 << 20;

    private static final Linker LINKER = Linker.nativeLinker();

    /// `malloc_trim(pad)`.
    private static final @Nullable MethodHandle TRIM =
            find("malloc_trim", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));

    /// `mallinfo2()`: ten sizes, of which the eighth is free and the tenth at the very end.
    private static final @Nullable MethodHandle INFO =
            find(
                    "mallinfo2",
                    FunctionDescriptor.of(
                            MemoryLayout.structLayout(
                                    MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG))));

    /// `mallopt(option, value)`.
    private static final @Nullable MethodHandle OPTION =
            find(
                    "mallopt",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    /// `M_MMAP_THRESHOLD` of malloc.h.
    private static final int OWN_PAGES_FROM = -3;

    private FreedMemory() {}

    private static @Nullable MethodHandle find(String name, FunctionDescriptor type) {
        return LINKER.defaultLookup()
                .find(name)
                .map(symbol -> LINKER.downcallHandle(symbol, type))
                .orElse(null);
    }

    /// From now on what is large gets pages of its own, which go back when it is freed: for models
    /// whose work takes so long that getting pages anew does not count.
    public static void keepNothingLarge() {
        MethodHandle option = OPTION;
        if (option != null && TRIM != null) { // others have other options
            call(option, OWN_PAGES_FROM, LARGE);
        }
    }

    private static void call(MethodHandle function, Object... arguments) {
        try {
            function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("a function of the C library", e);
        }
    }

    /// Gives the gaps back to the system where they are many.
    public static void giveBack() {
        MethodHandle trim = TRIM;
        if (trim == null || gaps() < IDLE) {
            return;
        }
        call(trim, 0L);
    }

    /// Bytes of memory that is free, not counting what lies at the end and may never have been
    /// touched; 0 where nobody knows.
    static long gaps() {
        MethodHandle info = INFO;
        if (info == null) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            SegmentAllocator allocator = arena;
            MemorySegment sizes = (MemorySegment) info.invokeExact(allocator);
            return sizes.getAtIndex(ValueLayout.JAVA_LONG, 7)
                    - sizes.getAtIndex(ValueLayout.JAVA_LONG, 9);
        } catch (Throwable e) {
            throw new IllegalStateException("mallinfo2", e);
        }
    }
}
