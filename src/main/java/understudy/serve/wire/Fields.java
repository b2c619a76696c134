package understudy.serve.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import understudy.base.Json;

/// The fields of a record as JSON has them.
public final class Fields {
    private static final JsonMapper MAPPER =
            Json.json().rebuild().propertyNamingStrategy(new SnakeCase()).build();

    private Fields() {}

    /// Writes answers: `maxTokens` as `max_tokens`.
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /// A field of a record.
    ///
    /// @param name in JSON
    record Known(String name, RecordComponent component, Field field) {
        boolean nullableType() {
            return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        }

        /// Whether a request may leave it out.
        boolean optional() {
            return nullableType() || !field.standard().isEmpty();
        }

        /// Whether an answer may lack it.
        boolean leftOutWhenNull() {
            JsonInclude include = component.getAccessor().getAnnotation(JsonInclude.class);
            return nullableType()
                    && include != null
                    && include.value() == JsonInclude.Include.NON_NULL;
        }
    }

    static List<Known> of(Class<?> type) {
        List<Known> all = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Field field = component.getAnnotation(Field.class);
            if (field == null) {
                throw new IllegalStateException(component + " of " + type + " says nothing");
            }
            all.add(new Known(name(component.getName()), component, field));
        }
        return all;
    }

    /// Names of the fields that a request of this type may have.
    public static List<String> names(Class<?> type) {
        return of(type).stream().map(Known::name).toList();
    }

    /// Fields that a request of this type may not have, with the reason.
    public static Map<String, String> refused(Class<?> type) {
        Map<String, String> all = new LinkedHashMap<>();
        for (Refused refused : type.getAnnotationsByType(Refused.class)) {
            for (String name : refused.value()) {
                all.put(name, refused.because());
            }
        }
        return all;
    }

    /// `maxTokens` is `max_tokens`.
    static String name(String component) {
        return component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    @SuppressWarnings("serial") // mappers are never serialised
    private static final class SnakeCase extends PropertyNamingStrategies.NamingBase {
        @Override
        public String translate(String component) {
            return name(component);
        }
    }
}
