package understudy.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.bytedeco.pytorch.Tensor;

/// Raw memory for the kernels: one segment over all of it, so that an offset is an address.
///
/// Who takes an address answers for the bounds; that is done once a call, from the tensor's shape.
final class Native {
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Native() {}

    /// Address of a CPU tensor's first element.
    static long address(Tensor tensor) {
        if (tensor.is_cuda()) {
            throw new IllegalArgumentException("a kernel for the CPU got a tensor of the GPU");
        }
        return tensor.data_ptr().address();
    }

    /// Address of a CPU tensor that is contiguous.
    static long packed(Tensor tensor) {
        if (!tensor.is_contiguous()) {
            throw new IllegalArgumentException("needs a contiguous tensor");
        }
        return address(tensor);
    }
}
