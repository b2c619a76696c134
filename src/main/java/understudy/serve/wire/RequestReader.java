package understudy.serve.wire;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import understudy.base.Json;
import understudy.base.Nearest;
import understudy.base.Printable;

/// Turns JSON into a request's record, or says which field is wrong and how.
///
/// Strict: no field that is not known, no text for a number, no number out of its range. A field
/// that had no effect in silence would be worse than an error.
public final class RequestReader {
    private static final int SHOWN_NAME = 64; // characters of a caller's field name in an error

    private RequestReader() {}

    /// @throws ApiError 400, naming the field
    public static <T extends Record> T read(JsonNode body, Class<T> type) {
        return object(body, type, "");
    }

    /// Reads an object inside of a request.
    public static <T> T object(JsonNode node, Class<T> type, String path) {
        if (!node.isObject()) {
            throw path.isEmpty()
                    ? ApiError.request(400, "the body must be a JSON object", "invalid_type")
                    : wrongType(path, "an object");
        }
        List<Fields.Known> known = Fields.of(type);
        refuseOthers(node, type, known, path);
        Class<?>[] types = new Class<?>[known.size()];
        Object[] values = new Object[known.size()];
        for (int i = 0; i < known.size(); i++) {
            RecordComponent component = known.get(i).component();
            types[i] = component.getType();
            values[i] = field(node, known.get(i), join(path, known.get(i).name()));
        }
        return make(type, types, values);
    }

    private static void refuseOthers(
            JsonNode node, Class<?> type, List<Fields.Known> known, String path) {
        Map<String, String> refused = Fields.refused(type);
        Set<String> names = new LinkedHashSet<>();
        known.forEach(k -> names.add(k.name()));
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String name = entry.getKey();
            String because = refused.get(name);
            if (because != null && !entry.getValue().isNull()) {
                String full = join(path, name);
                throw ApiError.field(
                        full,
                        "'" + full + "' is not supported: " + because,
                        "unsupported_parameter");
            }
            if (because == null && !names.contains(name)) {
                String full = join(path, shown(name));
                String near =
                        Nearest.to(shown(name), names)
                                .map(n -> "did you mean '" + n + "'?")
                                .orElse("known are " + String.join(", ", names));
                throw ApiError.field(
                        full, "unknown field '" + full + "'; " + near, "unknown_parameter");
            }
        }
    }

    private static String shown(String name) {
        return Printable.line(name.length() > SHOWN_NAME ? name.substring(0, SHOWN_NAME) : name);
    }

    private static @Nullable Object field(JsonNode object, Fields.Known known, String path) {
        JsonNode node = object.get(known.name());
        Field field = known.field();
        if (node != null && node.isNull()) {
            if (!field.nullable()) {
                throw ApiError.field(path, "'" + path + "' must not be null", "invalid_type");
            }
            node = null;
        }
        if (node == null) {
            if (!field.standard().isEmpty()) {
                node = Json.json().readTree(field.standard());
            } else if (known.nullableType()) {
                return null;
            } else {
                throw ApiError.field(
                        path, "'" + path + "' is missing", "missing_required_parameter");
            }
        }
        return value(node, known.component().getGenericType(), field, path);
    }

    private static Object value(JsonNode node, Type type, Field field, String path) {
        if (type instanceof ParameterizedType list) {
            return list(node, list.getActualTypeArguments()[0], field, path);
        }
        Class<?> plain = (Class<?>) type;
        Shape.Of shape = plain.getAnnotation(Shape.Of.class);
        if (shape != null) {
            return shape(shape).read(node, path);
        }
        if (plain == String.class) {
            return text(node, field, path);
        }
        if (plain == boolean.class || plain == Boolean.class) {
            if (!node.isBoolean()) {
                throw wrongType(path, "true or false");
            }
            return node.booleanValue();
        }
        if (plain == int.class || plain == Integer.class) {
            return (int) whole(node, field, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (plain == long.class || plain == Long.class) {
            return whole(node, field, path, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (plain == double.class || plain == Double.class) {
            return number(node, field.min(), field.max(), path);
        }
        return object(node, plain, path);
    }

    static Shape<?> shape(Shape.Of of) {
        return make(of.value(), new Class<?>[0], new Object[0]);
    }

    private static List<Object> list(JsonNode node, Type item, Field field, String path) {
        if (!node.isArray()) {
            throw wrongType(path, "a list");
        }
        size(path, node.size(), field.least(), field.most(), "items");
        List<Object> all = new ArrayList<>();
        for (JsonNode each : node.values()) {
            all.add(value(each, item, field, path + "[" + all.size() + "]"));
        }
        return all;
    }

    private static String text(JsonNode node, Field field, String path) {
        String text = plainText(node, path, field.least(), field.most());
        if (field.choices().length > 0 && !List.of(field.choices()).contains(text)) {
            throw ApiError.field(
                    path,
                    "'" + path + "' must be one of " + String.join(", ", field.choices()),
                    "invalid_value");
        }
        if (!field.pattern().isEmpty() && !text.matches(field.pattern())) {
            throw ApiError.field(
                    path, "'" + path + "' must match " + field.pattern(), "invalid_value");
        }
        return text;
    }

    /// @param least of characters (code points)
    public static String plainText(JsonNode node, String path, int least, int most) {
        if (!node.isString()) {
            throw wrongType(path, "text");
        }
        String text = node.stringValue();
        if (text.length() < least || text.length() > most) {
            size(path, text.codePointCount(0, text.length()), least, most, "characters");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair =
                    Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1));
            if (Character.isSurrogate(c) && !pair) {
                throw ApiError.field(
                        path,
                        "'" + path + "' has half a character (an unpaired surrogate)",
                        "invalid_value");
            }
            i += pair ? 1 : 0;
        }
        return text;
    }

    /// A whole number; 3.0 is one.
    private static long whole(JsonNode node, Field field, String path, long least, long greatest) {
        double low = Math.max((double) least, field.min());
        double high = Math.min((double) greatest, field.max());
        if (!node.isNumber()) {
            throw wrongType(path, "a whole number");
        }
        if (node.isIntegralNumber()) {
            BigInteger value = node.bigIntegerValue();
            boolean fits = value.bitLength() < Long.SIZE;
            long number = fits ? value.longValue() : 0;
            if (fits && number >= least && number <= greatest && number >= low && number <= high) {
                return number;
            }
            throw range(path, low, high, "a whole number");
        }
        double value = node.doubleValue();
        if (value != Math.rint(value) || Double.isInfinite(value)) {
            throw wrongType(path, "a whole number");
        }
        // 2^63 as a double is one more than the greatest long
        if (value < low || value > high || value >= 0x1p63) {
            throw range(path, low, high, "a whole number");
        }
        return (long) value;
    }

    /// A number from `low` to `high`.
    public static double number(JsonNode node, double low, double high, String path) {
        if (!node.isNumber()) {
            throw wrongType(path, "a number");
        }
        double value = node.doubleValue();
        if (!(value >= low && value <= high)) {
            throw range(path, low, high, "a number");
        }
        return value;
    }

    private static ApiError range(String path, double low, double high, String what) {
        return ApiError.field(
                path,
                "'%s' must be %s from %s to %s".formatted(path, what, plain(low), plain(high)),
                "invalid_value");
    }

    static String plain(double value) {
        return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }

    /// @param what such as `characters`
    public static void size(String path, int size, int least, int most, String what) {
        if (size < least || size > most) {
            String wanted =
                    most == Integer.MAX_VALUE
                            ? "at least " + least
                            : least == 0 ? "at most " + most : "from " + least + " to " + most;
            throw ApiError.field(
                    path,
                    "'%s' has %d %s; it takes %s".formatted(path, size, what, wanted),
                    "invalid_value");
        }
    }

    /// @param wanted such as `a list`
    public static ApiError wrongType(String path, String wanted) {
        return ApiError.field(path, "'" + path + "' must be " + wanted, "invalid_type");
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static <T> T make(Class<T> type, Class<?>[] types, Object[] values) {
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException inner) {
                throw inner;
            }
            throw new IllegalStateException(type + " cannot be made", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    type + " cannot be made of " + Arrays.toString(types), e);
        }
    }
}
