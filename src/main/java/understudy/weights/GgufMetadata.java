package understudy.weights;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.IntFunction;

/// Reads the key-value part of a GGUF header.
///
/// Integers become [Long] ([BigInteger] from 2^63 on), F32 [Float], F64 [Double], BOOL [Boolean],
/// STRING [String], ARRAY an unmodifiable [List]. Arrays are kept as the bytes of the file and
/// decoded when asked, because a vocabulary of 262,144 tokens with its merges would cost 40 MB as
/// objects.
final class GgufMetadata {
    private static final int U8 = 0;
    private static final int I8 = 1;
    private static final int U16 = 2;
    private static final int I16 = 3;
    private static final int U32 = 4;
    private static final int I32 = 5;
    private static final int F32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int U64 = 10;
    private static final int I64 = 11;
    private static final int F64 = 12;

    private static final int MOST_KEYS = 65_536;
    private static final int MOST_KEY_BYTES = 65_535; // the format's own bound

    /// Largest published vocabularies take 16 MB with merges.
    private static final int MOST_BYTES = 32 << 20;

    /// No published file nests arrays; bounded because each costs objects, not only bytes.
    private static final int MOST_NESTED_ARRAYS = 10_000;

    private static final int MOST_DEPTH = 4;

    /// A key with its length, a type and at least one byte.
    private static final int LEAST_PAIR_BYTES = 8 + 1 + 4 + 1;

    private final HeaderReader in;
    private final long start;
    private final Map<String, Span> spans = new LinkedHashMap<>();
    private int nestedArrays;

    private GgufMetadata(HeaderReader in) {
        this.in = in;
        this.start = in.position();
    }

    /// Where a pair lies in the file, its key, type and value.
    record Span(long from, long to) {}

    /// @param values by key
    /// @param spans  by key
    record Pairs(Map<String, Object> values, Map<String, Span> spans) {}

    /// @param count checked by [#count]
    static Pairs read(HeaderReader in, long count) {
        GgufMetadata reader = new GgufMetadata(in);
        return new Pairs(reader.pairs(count), reader.spans);
    }

    static long count(HeaderReader in) {
        return in.count("n_kv", LEAST_PAIR_BYTES, MOST_KEYS);
    }

    private Map<String, Object> pairs(long count) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            long from = in.position();
            String key = in.name("key " + i, MOST_KEY_BYTES);
            if (key.isEmpty()) {
                throw in.damage().in("key " + i, "is empty");
            }
            String field = "key " + Damage.shown(key);
            if (all.containsKey(key)) {
                throw in.damage().in(field, "appears twice");
            }
            int type = in.i32(field + " type");
            if (type == U32 && key.equals(Gguf.ALIGNMENT_KEY)) {
                all.put(key, value(U32, field, 0));
            } else if (key.equals(Gguf.ALIGNMENT_KEY)) {
                throw in.damage().in(field, "has the type " + type + " instead of 4 (U32)");
            } else {
                all.put(key, value(type, field, 0));
            }
            spans.put(key, new Span(from, in.position()));
        }
        return Collections.unmodifiableMap(all);
    }

    private Object value(int type, String field, int depth) {
        return switch (type) {
            case STRING -> text(in.string(field, budget()));
            case ARRAY -> array(field, depth);
            default -> {
                int size = sizeOf(type, field);
                yield scalar(type, little(in.block(size, field)), 0, field);
            }
        };
    }

    private List<?> array(String field, int depth) {
        int type = in.i32(field + " element type");
        if (depth >= MOST_DEPTH || (depth > 0 && ++nestedArrays > MOST_NESTED_ARRAYS)) {
            throw in.damage().in(field, "nests too many arrays");
        }
        int least = type == STRING ? 8 : type == ARRAY ? 12 : sizeOf(type, field);
        int count = (int) in.count(field + " count", least, budget() / least);
        if (type == STRING) {
            return strings(count, field);
        }
        if (type == ARRAY) {
            List<Object> nested = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                nested.add(array(field, depth + 1));
            }
            return Collections.unmodifiableList(nested);
        }
        ByteBuffer raw = little(in.block(count * least, field));
        if (type == BOOL) {
            for (int i = 0; i < count; i++) {
                scalar(BOOL, raw, i, field); // refuses what is neither 0 nor 1
            }
        }
        return new Decoded<>(count, i -> scalar(type, raw, i * least, field));
    }

    /// Two passes: the first finds the lengths, so that the bytes are held once and without holes.
    private List<String> strings(int count, String field) {
        long first = in.position();
        int[] ends = new int[count];
        int end = 0;
        for (int i = 0; i < count; i++) {
            end += in.skipString(field + " element " + i, budget());
            ends[i] = end;
        }
        byte[] held = new byte[end];
        in.rewind(first);
        for (int i = 0, from = 0; i < count; from = ends[i++]) {
            in.stringInto(held, from);
        }
        return new Decoded<>(
                count,
                i -> {
                    int from = i == 0 ? 0 : ends[i - 1];
                    return new String(held, from, ends[i] - from, StandardCharsets.UTF_8);
                });
    }

    /// What metadata may still take, in bytes.
    private int budget() {
        return (int) Math.max(0, MOST_BYTES - (in.position() - start));
    }

    private int sizeOf(int type, String field) {
        return switch (type) {
            case U8, I8, BOOL -> 1;
            case U16, I16 -> 2;
            case U32, I32, F32 -> 4;
            case U64, I64, F64 -> 8;
            default -> throw in.damage().in(field, "has the unknown type " + type);
        };
    }

    private Object scalar(int type, ByteBuffer raw, int at, String field) {
        return switch (type) {
            case U8 -> (long) (raw.get(at) & 0xff);
            case I8 -> (long) raw.get(at);
            case U16 -> (long) (raw.getShort(at) & 0xffff);
            case I16 -> (long) raw.getShort(at);
            case U32 -> raw.getInt(at) & 0xffff_ffffL;
            case I32 -> (long) raw.getInt(at);
            case F32 -> raw.getFloat(at);
            case F64 -> raw.getDouble(at);
            case I64 -> raw.getLong(at);
            case U64 -> {
                long value = raw.getLong(at);
                yield value >= 0 ? (Object) value : new BigInteger(Long.toUnsignedString(value));
            }
            case BOOL -> {
                byte value = raw.get(at);
                if (value != 0 && value != 1) {
                    throw in.damage().in(field, "is a BOOL with the value " + value);
                }
                yield value == 1;
            }
            default -> throw new IllegalStateException("not a scalar: " + type);
        };
    }

    private static ByteBuffer little(byte[] raw) {
        return ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(byte[] raw) {
        return new String(raw, StandardCharsets.UTF_8);
    }

    /// A list that makes its elements when they are asked for.
    private static final class Decoded<T> extends AbstractList<T> implements RandomAccess {
        private final int size;
        private final IntFunction<T> element;

        Decoded(int size, IntFunction<T> element) {
            this.size = size;
            this.element = element;
        }

        @Override
        public T get(int index) {
            return element.apply(Objects.checkIndex(index, size));
        }

        @Override
        public int size() {
            return size;
        }
    }
}
