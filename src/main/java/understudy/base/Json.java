package understudy.base;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// The one JSON and the one YAML set-up.
///
/// Both refuse duplicate keys, trailing content and depth over 200; source text never appears in
/// their errors, because it may be somebody's message.
public final class Json {
    private static final int MAX_DEPTH = 200;
    private static final int MAX_STRING_CHARACTERS = 64_000_000;

    private static final StreamReadConstraints BOUNDS =
            StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING_CHARACTERS)
                    .build();

    private static final JsonMapper JSON =
            JsonMapper.builder(JsonFactory.builder().streamReadConstraints(BOUNDS).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private static final YAMLMapper YAML =
            YAMLMapper.builder(YAMLFactory.builder().streamReadConstraints(BOUNDS).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build();

    private Json() {}

    public static JsonMapper json() {
        return JSON;
    }

    public static YAMLMapper yaml() {
        return YAML;
    }
}
