package understudy.weights;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;

/// The JSON header of one safetensors file, checked.
///
/// @param metadata of the key `__metadata__`
/// @param tensors  in the order of their bytes
/// @param offsets  where each tensor's bytes begin, counted from the start of the file
record SafetensorsHeader(
        Map<String, String> metadata, Map<String, TensorInfo> tensors, Map<String, Long> offsets) {
    /// The format's own bound.
    static final int MOST_HEADER_BYTES = 100_000_000;

    static final int LENGTH_BYTES = 8;
    static final String METADATA_KEY = "__metadata__";

    /// The largest published single files have some thousand.
    static final int MOST_TENSORS = 65_536;

    private static final int MOST_METADATA_CHARACTERS = 4_000_000;
    private static final int MOST_NAME_CHARACTERS = 2_000;
    private static final int MOST_DIMENSIONS = 16;
    private static final int MOST_DEPTH = 4;

    /// Names are not interned: they are strangers' and many.
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MOST_DEPTH)
                                    .maxStringLength(MOST_METADATA_CHARACTERS)
                                    .maxNameLength(MOST_NAME_CHARACTERS)
                                    .maxNumberLength(30)
                                    .build())
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build();

    static SafetensorsHeader read(MemorySegment file, Damage damage) {
        if (file.byteSize() < LENGTH_BYTES) {
            throw damage.in(
                    "header length", "is cut off: the file has " + file.byteSize() + " bytes");
        }
        long length =
                file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        if (length < 2 || length > MOST_HEADER_BYTES) {
            throw damage.in(
                    "header length",
                    "is "
                            + Long.toUnsignedString(length)
                            + ", allowed are 2 to "
                            + MOST_HEADER_BYTES);
        }
        if (length > file.byteSize() - LENGTH_BYTES) {
            throw damage.in("header length", "is " + length + ", more than the file holds");
        }
        if (file.get(ValueLayout.JAVA_BYTE, LENGTH_BYTES) != '{') {
            throw damage.in("header", "does not begin with {");
        }
        Body body = new Body(damage);
        try (JsonParser parser = parser(file.asSlice(LENGTH_BYTES, length))) {
            body.parse(parser);
        } catch (JacksonException e) {
            throw damage.in("header", "is not the JSON it should be: " + reason(e), e);
        }
        return body.place(LENGTH_BYTES + length, file.byteSize());
    }

    /// A parser for files as large as a header, which holds none of the text at once.
    static JsonParser parser(MemorySegment text) {
        // a decoder of our own: left to itself the parser guesses the encoding and repairs it
        return JSON.createParser(
                ObjectReadContext.empty(),
                new InputStreamReader(stream(text), StandardCharsets.UTF_8.newDecoder()));
    }

    /// What a parser's exception says, without the text it stumbled on.
    static String reason(JacksonException e) {
        String message = e.getOriginalMessage();
        boolean duplicate = message != null && message.startsWith("Duplicate");
        boolean number = e instanceof InputCoercionException;
        TokenStreamLocation at = e.getLocation();
        String what =
                duplicate
                        ? "a key appears twice"
                        : number ? "a number is too large" : "wrong syntax";
        return at == null ? what : what + " near character " + Math.max(0, at.getCharOffset());
    }

    private static InputStream stream(MemorySegment text) {
        return new InputStream() {
            private long position;

            @Override
            public int read() {
                return position == text.byteSize()
                        ? -1
                        : text.get(ValueLayout.JAVA_BYTE, position++) & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                int count = (int) Math.min(length, text.byteSize() - position);
                if (count == 0 && length > 0) {
                    return -1;
                }
                MemorySegment.copy(text, ValueLayout.JAVA_BYTE, position, target, offset, count);
                position += count;
                return count;
            }
        };
    }

    /// A tensor as described, before it is known whether its bytes are there.
    private record Described(TensorInfo info, long begin, long end) {}

    /// Collects what the JSON says.
    private static final class Body {
        private final Damage damage;
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final List<Described> described = new ArrayList<>();
        private int metadataCharacters;

        Body(Damage damage) {
            this.damage = damage;
        }

        void parse(JsonParser parser) {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "header");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (name.equals(METADATA_KEY)) {
                    metadata(parser);
                } else {
                    tensor(name, parser);
                }
            }
            if (parser.nextToken() != null) {
                throw damage.in("header", "goes on after its closing brace");
            }
        }

        private void metadata(JsonParser parser) {
            expect(parser.nextToken(), JsonToken.START_OBJECT, METADATA_KEY);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                expect(parser.nextToken(), JsonToken.VALUE_STRING, METADATA_KEY);
                String value = parser.getString();
                metadataCharacters += key.length() + value.length();
                if (metadataCharacters > MOST_METADATA_CHARACTERS) {
                    throw damage.in(METADATA_KEY, "is longer than " + MOST_METADATA_CHARACTERS);
                }
                metadata.put(key, value);
            }
        }

        private void tensor(String name, JsonParser parser) {
            String field = "tensor " + Damage.shown(name);
            if (described.size() == MOST_TENSORS) {
                throw damage.in("header", "has more than " + MOST_TENSORS + " tensors");
            }
            expect(parser.nextToken(), JsonToken.START_OBJECT, field);
            String dtype = null;
            long[] shape = null;
            long[] span = null;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                switch (key) {
                    case "dtype" -> {
                        expect(parser.nextToken(), JsonToken.VALUE_STRING, field + " dtype");
                        dtype = parser.getString();
                    }
                    case "shape" -> shape = numbers(parser, field + " shape", MOST_DIMENSIONS);
                    case "data_offsets" -> span = numbers(parser, field + " data_offsets", 2);
                    default -> throw damage.in(field, "has the unknown key " + Damage.shown(key));
                }
            }
            described.add(described(name, field, dtype, shape, span));
        }

        private Described described(
                String name,
                String field,
                @Nullable String dtype,
                long @Nullable [] shape,
                long @Nullable [] span) {
            if (dtype == null || shape == null || span == null || span.length != 2) {
                throw damage.in(field, "lacks dtype, shape or its two data_offsets");
            }
            WeightType type = WeightType.ofSafetensors(dtype);
            if (type == null) {
                throw damage.in(field + " dtype", "is the unknown " + Damage.shown(dtype));
            }
            if (span[1] < span[0]) {
                throw damage.in(field + " data_offsets", "end before they begin");
            }
            long bytes;
            try {
                bytes = type.bytesOf(TensorInfo.elementsOf(shape));
            } catch (ArithmeticException e) {
                throw damage.in(field + " shape", "multiplies to 2^63 or more", e);
            }
            if (bytes != span[1] - span[0]) {
                throw damage.in(
                        field,
                        "has a shape of "
                                + bytes
                                + " bytes but data_offsets of "
                                + (span[1] - span[0]));
            }
            return new Described(new TensorInfo(name, type, shape, bytes), span[0], span[1]);
        }

        /// Whole numbers from 0 to 2^63 - 1.
        private long[] numbers(JsonParser parser, String field, int most) {
            expect(parser.nextToken(), JsonToken.START_ARRAY, field);
            long[] all = new long[most];
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, field);
                if (count == most) {
                    throw damage.in(field, "has more than " + most + " numbers");
                }
                long value = parser.getLongValue();
                if (value < 0) {
                    throw damage.in(field, "is negative");
                }
                all[count++] = value;
            }
            return Arrays.copyOf(all, count);
        }

        private void expect(@Nullable JsonToken found, JsonToken wanted, String field) {
            if (found != wanted) {
                throw damage.in(field, "is not what the format wants there (" + wanted + ")");
            }
        }

        /// The tensors must cover the rest of the file exactly: no overlap, no hole, no remainder.
        SafetensorsHeader place(long start, long size) {
            described.sort(
                    Comparator.comparingLong(Described::begin).thenComparingLong(Described::end));
            Map<String, TensorInfo> tensors = new LinkedHashMap<>();
            Map<String, Long> offsets = new LinkedHashMap<>();
            long expected = 0;
            for (Described one : described) {
                String field = "tensor " + Damage.shown(one.info().name());
                if (one.begin() != expected) {
                    throw damage.in(
                            field + " data_offsets",
                            "begin at " + one.begin() + " where byte " + expected + " comes next");
                }
                if (one.end() > size - start) {
                    throw damage.in(field + " data_offsets", "end beyond the end of the file");
                }
                expected = one.end();
                tensors.put(one.info().name(), one.info());
                offsets.put(one.info().name(), start + one.begin());
            }
            if (expected != size - start) {
                throw damage.in(
                        "data",
                        "has " + (size - start) + " bytes where the header describes " + expected);
            }
            return new SafetensorsHeader(
                    Collections.unmodifiableMap(metadata),
                    Collections.unmodifiableMap(tensors),
                    offsets);
        }
    }
}
