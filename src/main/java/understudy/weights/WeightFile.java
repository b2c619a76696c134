package understudy.weights;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import understudy.base.UserError;

/// A checked file, or set of files, of named tensors, mapped into memory.
///
/// Safe for use by many threads. After [#close] no segment it gave away may be touched: Java then
/// throws, native code would crash; so close it after everything that reads from it.
public interface WeightFile extends AutoCloseable {
    /// The file or folder that was opened.
    Path path();

    /// Every tensor by name, in the order of the file.
    Map<String, TensorInfo> tensors();

    /// The stored bytes, exactly [TensorInfo#byteLength], read-only, without a copy. The address
    /// need not be a multiple of the element's size.
    ///
    /// @throws UserError when there is no such tensor
    MemorySegment bytes(String name);

    /// What the file says about `name`.
    ///
    /// @throws UserError when there is no such tensor
    default TensorInfo tensor(String name) {
        TensorInfo info = tensors().get(name);
        if (info == null) {
            throw new UserError(
                    "the model has no tensor " + Damage.shown(name),
                    path().toString(),
                    "use a model of a supported family: understudy model list");
        }
        return info;
    }

    /// Writes the tensor's elements as floats.
    ///
    /// @param out `4 * elements` bytes, native order
    /// @throws UserError when there is no such tensor or its type cannot be read
    default void floats(String name, MemorySegment out) {
        floats(name, bytes(name), out);
    }

    /// Writes the elements of a part of a tensor as floats.
    ///
    /// @param stored whole blocks of [#bytes]
    /// @param out    4 bytes for each element, native order
    /// @throws UserError when there is no such tensor or its type cannot be read
    default void floats(String name, MemorySegment stored, MemorySegment out) {
        TensorInfo info = tensor(name);
        if (!Dequantizer.supports(info.type())) {
            throw new UserError(
                    "weights stored as " + info.type() + " are not supported yet",
                    path() + ", tensor " + Damage.shown(name),
                    "use the model in F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL, IQ4_XS "
                            + "or Q2_K to Q6_K");
        }
        Dequantizer.toFloats(info.type(), stored, out);
    }

    /// Gives memory that holds what was read so far back to the system: whoever goes through a
    /// file of many gigabytes tensor by tensor then never holds more than one. What is read again
    /// comes from the disk again.
    void release();

    @Override
    void close();
}
