package understudy.weights;

import java.util.Arrays;

/// What a weight file says about one tensor.
///
/// @param name       as in the file
/// @param type       how elements are stored
/// @param shape      row-major, outermost first (GGUF lists the innermost first; that is turned)
/// @param byteLength exactly the bytes of `shape` in `type`
public record TensorInfo(String name, WeightType type, long[] shape, long byteLength) {
    public TensorInfo {
        shape = shape.clone();
        long elements = elementsOf(shape);
        if (type.bytesOf(elements) != byteLength) {
            throw new IllegalArgumentException(
                    name + " has " + byteLength + " bytes, not those of " + elements + " " + type);
        }
    }

    /// Outermost first.
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /// The number of elements; 1 for a scalar.
    public long elements() {
        return elementsOf(shape);
    }

    /// @throws ArithmeticException when there are 2^63 or more
    static long elementsOf(long[] shape) {
        long elements = 1;
        for (long size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        return elements;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorInfo(String n, WeightType t, long[] s, long b)
                && name.equals(n)
                && type == t
                && Arrays.equals(shape, s)
                && byteLength == b;
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return name + " " + type + Arrays.toString(shape);
    }
}
