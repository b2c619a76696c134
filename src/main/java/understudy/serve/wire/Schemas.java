package understudy.serve.wire;

import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;

/// JSON schemas of the records that requests and answers are, as OpenAPI 3.1 holds them.
public final class Schemas {
    private final SchemaBuilder builder;
    private final Set<Class<?>> requests = new LinkedHashSet<>();

    public Schemas() {
        SchemaGeneratorConfigBuilder config =
                new SchemaGeneratorConfigBuilder(
                                Json.json(), SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                        .with(
                                Option.DEFINITIONS_FOR_ALL_OBJECTS,
                                Option.PLAIN_DEFINITION_KEYS,
                                Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT,
                                Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
                        .without(Option.SCHEMA_VERSION_INDICATOR);
        describeFields(config);
        config.forTypesInGeneral()
                .withPropertySorter((_, _) -> 0) // as declared
                .withDescriptionResolver(scope -> {
                    Field field = scope.getType().getErasedType().getAnnotation(Field.class);
                    return field == null ? null : field.value();
                })
                .withCustomDefinitionProvider((type, context) -> {
                    Shape.Of of = type.getErasedType().getAnnotation(Shape.Of.class);
                    return of == null
                            ? null
                            : new CustomDefinition(
                                    RequestReader.shape(of).schema(),
                                    CustomDefinition.DefinitionType.INLINE,
                                    CustomDefinition.AttributeInclusion.YES);
                });
        this.builder = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
    }

    private void describeFields(SchemaGeneratorConfigBuilder config) {
        config.forFields()
                .withPropertyNameOverrideResolver(f -> Fields.name(f.getDeclaredName()))
                .withDescriptionResolver(f -> of(f, k -> k.field().value()))
                .withRequiredCheck(f -> {
                    Fields.Known known = known(f);
                    return known != null
                            && (isRequest(f) ? !known.optional() : !known.leftOutWhenNull());
                })
                .withNullableCheck(f -> {
                    Fields.Known known = known(f);
                    return known != null
                            && (isRequest(f)
                                    ? known.field().nullable()
                                    : known.field().nullable()
                                            || (known.nullableType() && !known.leftOutWhenNull()));
                })
                .withDefaultResolver(f ->
                        of(
                                f,
                                k ->
                                        k.field().standard().isEmpty()
                                                ? null
                                                : Json.json().readTree(k.field().standard())))
                .withEnumResolver(f ->
                        of(
                                f,
                                k ->
                                        k.field().choices().length == 0
                                                ? null
                                                : Arrays.asList(k.field().choices())))
                .withNumberInclusiveMinimumResolver(f -> of(f, k -> minimum(k, isRequest(f))))
                .withNumberInclusiveMaximumResolver(f -> of(f, k -> maximum(k, isRequest(f))))
                .withStringMinLengthResolver(f -> of(f, k -> least(k, String.class)))
                .withStringMaxLengthResolver(f -> of(f, k -> most(k, String.class)))
                .withStringPatternResolver(f ->
                        of(
                                f,
                                k ->
                                        k.field().pattern().isEmpty()
                                                ? null
                                                : "^" + k.field().pattern() + "$"))
                .withArrayMinItemsResolver(f -> of(f, k -> least(k, List.class)))
                .withArrayMaxItemsResolver(f -> of(f, k -> most(k, List.class)));
    }

    private boolean isRequest(FieldScope field) {
        return requests.contains(field.getMember().getDeclaringType().getErasedType());
    }

    /// The record's component behind `field`; null for the items of a list.
    private static Fields.@Nullable Known known(FieldScope field) {
        Class<?> type = field.getMember().getDeclaringType().getErasedType();
        if (!type.isRecord() || field.isFakeContainerItemScope()) {
            return null;
        }
        return Fields.of(type).stream()
                .filter(k -> k.component().getName().equals(field.getDeclaredName()))
                .findFirst()
                .orElse(null);
    }

    private static <R> @Nullable R of(FieldScope field, Function<Fields.Known, @Nullable R> what) {
        Fields.Known known = known(field);
        return known == null ? null : what.apply(known);
    }

    private static @Nullable BigDecimal minimum(Fields.Known known, boolean request) {
        double min = known.field().min();
        if (!Double.isInfinite(min)) {
            return new BigDecimal(RequestReader.plain(min));
        }
        Class<?> type = known.component().getType();
        boolean bounded = request && (type == long.class || type == Long.class);
        return bounded ? BigDecimal.valueOf(Long.MIN_VALUE) : null;
    }

    private static @Nullable BigDecimal maximum(Fields.Known known, boolean request) {
        double max = known.field().max();
        if (!Double.isInfinite(max)) {
            return new BigDecimal(RequestReader.plain(max));
        }
        Class<?> type = known.component().getType();
        boolean bounded = request && (type == long.class || type == Long.class);
        return bounded ? BigDecimal.valueOf(Long.MAX_VALUE) : null;
    }

    private static @Nullable Integer least(Fields.Known known, Class<?> type) {
        int least = known.field().least();
        return known.component().getType() == type && least > 0 ? least : null;
    }

    private static @Nullable Integer most(Fields.Known known, Class<?> type) {
        int most = known.field().most();
        return known.component().getType() == type && most < Integer.MAX_VALUE ? most : null;
    }

    /// A reference to the schema of what a caller sends.
    public ObjectNode request(Class<?> type) {
        addRequest(type);
        return builder.createSchemaReference(type);
    }

    /// What is optional in a request depends on defaults, in an answer on what is left out.
    private void addRequest(Class<?> type) {
        boolean plain = !type.isAnnotationPresent(Shape.Of.class);
        if (plain && type.isRecord() && requests.add(type)) {
            for (Fields.Known known : Fields.of(type)) {
                addRequest(known.component().getType());
                if (known.component().getGenericType()
                        instanceof java.lang.reflect.ParameterizedType generic) {
                    for (java.lang.reflect.Type inner : generic.getActualTypeArguments()) {
                        if (inner instanceof Class<?> item) {
                            addRequest(item);
                        }
                    }
                }
            }
        }
    }

    /// A reference to the schema of what a caller gets.
    public ObjectNode answer(Class<?> type) {
        return builder.createSchemaReference(type);
    }

    /// Every schema that was referred to. Fields that are refused are in it too: `null` is all
    /// they take.
    public ObjectNode definitions() {
        ObjectNode all = builder.collectDefinitions("components/schemas");
        for (Class<?> type : requests) {
            if (all.get(type.getSimpleName()) instanceof ObjectNode schema
                    && schema.get("properties") instanceof ObjectNode properties) {
                for (Map.Entry<String, String> refused : Fields.refused(type).entrySet()) {
                    properties
                            .putObject(refused.getKey())
                            .put("type", "null")
                            .put("description", "Not supported: " + refused.getValue() + ".");
                }
            }
        }
        return all;
    }
}
