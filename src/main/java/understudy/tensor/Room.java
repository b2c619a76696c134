package understudy.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory outside of the heap that one thread keeps from call to call, and that grows.
final class Room {
    private MemorySegment memory = MemorySegment.NULL;

    /// Address of at least so many bytes; what was in them is lost where they grow.
    long of(long bytes) {
        if (memory.byteSize() < bytes) {
            memory = Arena.ofAuto().allocate(Math.max(bytes, memory.byteSize() * 3 / 2), 64);
        }
        return memory.address();
    }
}
