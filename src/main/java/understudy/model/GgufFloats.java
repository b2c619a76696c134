package understudy.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import understudy.base.UserError;
import understudy.weights.Gguf;

/// Small tensors of a GGUF file as Java arrays.
final class GgufFloats {
    private GgufFloats() {}

    static float[] read(Gguf gguf, String name, int length) {
        if (gguf.tensor(name).elements() != length) {
            throw new UserError(
                    "a weight has the wrong length",
                    gguf.path() + ", tensor " + name,
                    "fetch the model again, or another one");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(4L * length, 8);
            gguf.floats(name, floats);
            return floats.toArray(ValueLayout.JAVA_FLOAT);
        }
    }
}
