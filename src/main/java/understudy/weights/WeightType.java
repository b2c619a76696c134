package understudy.weights;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the elements of a tensor are stored.
///
/// Block types hold `blockElements` neighbours of a row in `blockBytes` bytes. All types that GGUF
/// knows have their size here, so that the layout of a file can be checked even where its numbers
/// cannot be read; [Dequantizer#supports] says which can.
public enum WeightType {
    F32(1, 4, 0, "F32"),
    F16(1, 2, 1, "F16"),
    BF16(1, 2, 30, "BF16"),
    F64(1, 8, 28, "F64"),
    I8(1, 1, 24, "I8"),
    I16(1, 2, 25, "I16"),
    I32(1, 4, 26, "I32"),
    I64(1, 8, 27, "I64"),
    U8(1, 1, -1, "U8"),
    U16(1, 2, -1, "U16"),
    U32(1, 4, -1, "U32"),
    U64(1, 8, -1, "U64"),
    BOOL(1, 1, -1, "BOOL"),
    F8_E4M3(1, 1, -1, "F8_E4M3"),
    F8_E5M2(1, 1, -1, "F8_E5M2"),
    Q4_0(32, 18, 2, null),
    Q4_1(32, 20, 3, null),
    Q5_0(32, 22, 6, null),
    Q5_1(32, 24, 7, null),
    Q8_0(32, 34, 8, null),
    Q8_1(32, 36, 9, null),
    Q2_K(256, 84, 10, null),
    Q3_K(256, 110, 11, null),
    Q4_K(256, 144, 12, null),
    Q5_K(256, 176, 13, null),
    Q6_K(256, 210, 14, null),
    Q8_K(256, 292, 15, null),
    IQ2_XXS(256, 66, 16, null),
    IQ2_XS(256, 74, 17, null),
    IQ3_XXS(256, 98, 18, null),
    IQ1_S(256, 50, 19, null),
    IQ4_NL(32, 18, 20, null),
    IQ3_S(256, 110, 21, null),
    IQ2_S(256, 82, 22, null),
    IQ4_XS(256, 136, 23, null),
    IQ1_M(256, 56, 29, null),
    TQ1_0(256, 54, 34, null),
    TQ2_0(256, 66, 35, null),
    MXFP4(32, 17, 39, null),
    NVFP4(64, 36, 40, null),
    Q1_0(128, 18, 41, null);

    private static final Map<Integer, WeightType> BY_GGML = new HashMap<>();
    private static final Map<String, WeightType> BY_SAFETENSORS = new HashMap<>();

    static {
        for (WeightType type : values()) {
            if (type.ggml >= 0) {
                BY_GGML.put(type.ggml, type);
            }
            if (type.safetensors != null) {
                BY_SAFETENSORS.put(type.safetensors, type);
            }
        }
    }

    private final int blockElements;
    private final int blockBytes;
    private final int ggml;
    private final @Nullable String safetensors;

    WeightType(int blockElements, int blockBytes, int ggml, @Nullable String safetensors) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.ggml = ggml;
        this.safetensors = safetensors;
    }

    /// Elements of a row that are stored together; 1 for plain types.
    public int blockElements() {
        return blockElements;
    }

    /// Bytes of one block.
    public int blockBytes() {
        return blockBytes;
    }

    /// Bytes of a tensor with this many elements.
    ///
    /// @throws ArithmeticException when that is 2^63 or more
    /// @throws IllegalArgumentException when the elements do not fill whole blocks
    public long bytesOf(long elements) {
        if (elements % blockElements != 0) {
            throw new IllegalArgumentException(
                    elements + " elements do not fill blocks of " + blockElements);
        }
        return Math.multiplyExact(elements / blockElements, (long) blockBytes);
    }

    /// The type's number in GGUF files; null where GGUF has no such type.
    static @Nullable WeightType ofGgml(int number) {
        return BY_GGML.get(number);
    }

    /// The type's number in GGUF files; -1 where GGUF has no such type.
    int ggml() {
        return ggml;
    }

    /// The type of a safetensors `dtype`; null when it is unknown.
    static @Nullable WeightType ofSafetensors(String dtype) {
        return BY_SAFETENSORS.get(dtype);
    }

    /// The `dtype` in safetensors files; null for GGUF's block types.
    @Nullable String safetensors() {
        return safetensors;
    }
}
