package understudy.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// A GGUF file, versions 2 and 3, little-endian.
///
/// ```
/// magic version | n_tensors n_kv | key type value ... | name dims type offset ... | pad | data
/// ```
///
/// The rules are those of llama.cpp, of the same strictness: tensors lie in the order of their
/// descriptions, each padded to `general.alignment`, without holes.
public final class Gguf implements WeightFile {
    static final String ALIGNMENT_KEY = "general.alignment";

    private static final int MAGIC = 0x46554747; // "GGUF", read as a little-endian number
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final long MOST_ALIGNMENT = 1 << 20;
    private static final int MOST_TENSORS = 65_536;
    private static final int MOST_NAME_BYTES = 64;
    private static final int MOST_DIMENSIONS = 4;

    /// A name's length, the count of dimensions, type and offset.
    private static final int LEAST_TENSOR_BYTES = 8 + 4 + 4 + 8;

    private final MappedFile file;
    private final Map<String, Object> metadata;
    private final Map<String, GgufMetadata.Span> spans;
    private final Map<String, TensorInfo> tensors;
    private final Map<String, Long> offsets;

    private Gguf(
            MappedFile file,
            GgufMetadata.Pairs pairs,
            Map<String, TensorInfo> tensors,
            Map<String, Long> offsets) {
        this.file = file;
        this.metadata = pairs.values();
        this.spans = pairs.spans();
        this.tensors = Collections.unmodifiableMap(tensors);
        this.offsets = offsets;
    }

    /// Opens and checks a file.
    ///
    /// @throws UserError when it cannot be read or is not a whole GGUF file
    public static Gguf open(Path path) {
        Damage damage = new Damage(path, "GGUF");
        MappedFile file = MappedFile.open(damage);
        try {
            return read(file, new HeaderReader(file.bytes(), damage));
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static Gguf read(MappedFile file, HeaderReader in) {
        Damage damage = in.damage();
        if (in.remaining() < 4 || in.i32("magic") != MAGIC) {
            throw new UserError(
                    "not a GGUF file: it does not begin with the letters GGUF",
                    file.path().toString(),
                    "give the path of a .gguf model file");
        }
        version(in.i32("version"), damage);
        long tensorCount = in.count("n_tensors", LEAST_TENSOR_BYTES, MOST_TENSORS);
        long pairCount = GgufMetadata.count(in);
        GgufMetadata.Pairs pairs = GgufMetadata.read(in, pairCount);
        long alignment = alignment(pairs.values(), damage);
        List<Described> described = new ArrayList<>();
        for (long i = 0; i < tensorCount; i++) {
            described.add(describe(in, i));
        }
        return place(file, pairs, described, pad(in.position(), alignment), alignment, damage);
    }

    private static void version(int version, Damage damage) {
        if (version == 2 || version == 3) {
            return;
        }
        if ((version & 0xffff) == 0 && version != 0) {
            throw damage.in("version", "is in big-endian order, which is not supported");
        }
        throw damage.in(
                "version", "is " + Integer.toUnsignedString(version) + ", supported are 2 and 3");
    }

    private static long alignment(Map<String, Object> metadata, Damage damage) {
        long alignment = metadata.get(ALIGNMENT_KEY) instanceof Long set ? set : DEFAULT_ALIGNMENT;
        if (alignment <= 0 || Long.bitCount(alignment) != 1 || alignment > MOST_ALIGNMENT) {
            throw damage.in(
                    ALIGNMENT_KEY,
                    "is " + alignment + ", not a power of two up to " + MOST_ALIGNMENT);
        }
        return alignment;
    }

    /// A tensor as described, before it is known whether its bytes are there.
    private record Described(TensorInfo info, long offset) {}

    private static Described describe(HeaderReader in, long number) {
        String name = in.name("tensor " + number + " name", MOST_NAME_BYTES);
        String field = "tensor " + Damage.shown(name);
        int dimensions = in.i32(field + " n_dims");
        if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
            throw in.damage()
                    .in(
                            field + " n_dims",
                            "is "
                                    + Integer.toUnsignedString(dimensions)
                                    + ", more than "
                                    + MOST_DIMENSIONS);
        }
        long[] shape = new long[dimensions];
        for (int d = 0; d < dimensions; d++) {
            long size = in.i64(field + " dims[" + d + "]");
            if (size < 0) {
                throw in.damage()
                        .in(
                                field + " dims[" + d + "]",
                                "is " + Long.toUnsignedString(size) + ", 2^63 or more");
            }
            shape[dimensions - 1 - d] = size; // the file lists the innermost first
        }
        int code = in.i32(field + " type");
        WeightType type = WeightType.ofGgml(code);
        if (type == null) {
            throw in.damage().in(field + " type", "is the unknown number " + code);
        }
        long offset = in.i64(field + " offset");
        return new Described(info(name, type, shape, field, in.damage()), offset);
    }

    private static TensorInfo info(
            String name, WeightType type, long[] shape, String field, Damage damage) {
        try {
            long row = shape.length == 0 ? 1 : shape[shape.length - 1];
            if (row % type.blockElements() != 0) {
                throw damage.in(
                        field + " dims[0]",
                        "is "
                                + row
                                + ", not a multiple of the "
                                + type.blockElements()
                                + " of "
                                + type);
            }
            return new TensorInfo(name, type, shape, type.bytesOf(TensorInfo.elementsOf(shape)));
        } catch (ArithmeticException e) {
            throw damage.in(field + " dims", "multiply to 2^63 or more", e);
        }
    }

    private static Gguf place(
            MappedFile file,
            GgufMetadata.Pairs pairs,
            List<Described> described,
            long start,
            long alignment,
            Damage damage) {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        Map<String, Long> offsets = new LinkedHashMap<>();
        long expected = 0; // relative to `start`
        for (Described one : described) {
            TensorInfo info = one.info();
            String field = "tensor " + Damage.shown(info.name());
            if (tensors.putIfAbsent(info.name(), info) != null) {
                throw damage.in(field, "appears twice");
            }
            if (one.offset() != expected) {
                throw damage.in(
                        field + " offset",
                        "is "
                                + Long.toUnsignedString(one.offset())
                                + " where the tensor before it ends at "
                                + expected);
            }
            // both are at most the file's size here, so that the sums cannot overflow
            long left = file.size() - start - expected;
            if (left < 0 || info.byteLength() > left) {
                throw damage.in(
                        field,
                        "needs "
                                + info.byteLength()
                                + " bytes where the file has "
                                + Math.max(0, left));
            }
            offsets.put(info.name(), start + expected);
            expected = pad(expected + info.byteLength(), alignment);
        }
        return new Gguf(file, pairs, tensors, offsets);
    }

    private static long pad(long position, long alignment) {
        return (position + alignment - 1) & -alignment;
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public MemorySegment bytes(String name) {
        TensorInfo info = tensor(name);
        long offset = Objects.requireNonNull(offsets.get(name));
        return file.bytes().asSlice(offset, info.byteLength());
    }

    /// Every key of the header in its order. Integers are [Long] (or
    /// [java.math.BigInteger] from 2^63 on), F32 [Float], F64 [Double], BOOL [Boolean], STRING
    /// [String], arrays unmodifiable [List]s of those, decoded when read. Stays valid after
    /// [#close].
    public Map<String, Object> metadata() {
        return metadata;
    }

    /// Key, type and value as they stand in the file, for a file that says the same; so that no
    /// type of a number is lost.
    ///
    /// @throws IllegalArgumentException when there is no such key
    public byte[] pair(String key) {
        GgufMetadata.Span span = spans.get(key);
        if (span == null) {
            throw new IllegalArgumentException("no key " + Damage.shown(key));
        }
        return file.bytes()
                .asSlice(span.from(), span.to() - span.from())
                .toArray(ValueLayout.JAVA_BYTE);
    }

    /// A text value.
    ///
    /// @throws UserError when the key holds something else
    public Optional<String> string(String key) {
        return Optional.ofNullable(typed(key, String.class, "a STRING"));
    }

    /// A value of any integer type.
    ///
    /// @throws UserError when the key holds something else
    public OptionalLong integer(String key) {
        Long value = typed(key, Long.class, "an integer");
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /// A value of any numeric type.
    ///
    /// @throws UserError when the key holds something else
    public OptionalDouble decimal(String key) {
        Number value = typed(key, Number.class, "a number");
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value.doubleValue());
    }

    /// A truth value.
    ///
    /// @throws UserError when the key holds something else
    public Optional<Boolean> flag(String key) {
        return Optional.ofNullable(typed(key, Boolean.class, "a BOOL"));
    }

    /// An array of texts; empty where the key is missing.
    ///
    /// @throws UserError when the key holds something else
    public List<String> strings(String key) {
        return array(key, String.class, "an array of STRING");
    }

    /// An array of numbers; empty where the key is missing.
    ///
    /// @throws UserError when the key holds something else
    public List<Number> numbers(String key) {
        return array(key, Number.class, "an array of numbers");
    }

    private <T> List<T> array(String key, Class<T> element, String wanted) {
        List<?> list = typed(key, List.class, wanted);
        if (list == null || list.isEmpty()) {
            return List.of();
        }
        if (!element.isInstance(list.getFirst())) {
            throw new Damage(file.path(), "GGUF").in("key " + key, "is not " + wanted);
        }
        @SuppressWarnings("unchecked") // an array in the file has one element type
        List<T> typed = (List<T>) list;
        return typed;
    }

    private <T> @Nullable T typed(String key, Class<T> type, String wanted) {
        Object value = metadata.get(key);
        if (value != null && !type.isInstance(value)) {
            throw new Damage(file.path(), "GGUF").in("key " + key, "is not " + wanted);
        }
        return type.cast(value);
    }

    @Override
    public void release() {
        file.release();
    }

    @Override
    public void close() {
        file.close();
    }
}
