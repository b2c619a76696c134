package understudy.weights;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// `model.safetensors.index.json`: which shard holds which tensor.
///
/// @param fileOf tensor to the name of a file in the same folder
record ShardIndex(Damage damage, Map<String, String> fileOf) {
    static final String FILE = "model.safetensors.index.json";

    private static final int MOST_FILES = 4_096;

    /// Plain names only, so that an index cannot reach out of its folder: no separators, no
    /// leading dot, no drive letters.
    private static final Pattern SHARD =
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*\\.safetensors");

    static ShardIndex read(Path folder) {
        Damage damage = new Damage(folder.resolve(FILE), "safetensors index");
        try (MappedFile file = MappedFile.open(damage)) {
            if (file.size() > SafetensorsHeader.MOST_HEADER_BYTES) {
                throw damage.in("length", "is over " + SafetensorsHeader.MOST_HEADER_BYTES);
            }
            try (JsonParser parser = SafetensorsHeader.parser(file.bytes())) {
                return new ShardIndex(damage, parse(parser, damage));
            } catch (JacksonException e) {
                throw damage.in("JSON", SafetensorsHeader.reason(e), e);
            }
        }
    }

    private static Map<String, String> parse(JsonParser parser, Damage damage) {
        Map<String, String> fileOf = new LinkedHashMap<>();
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw damage.in("JSON", "is not an object");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            if (!key.equals("weight_map")) {
                parser.skipChildren();
            } else if (value == JsonToken.START_OBJECT) {
                weightMap(parser, damage, fileOf);
            } else {
                throw damage.in("weight_map", "is not an object");
            }
        }
        if (parser.nextToken() != null) {
            throw damage.in("JSON", "goes on after its closing brace");
        }
        if (fileOf.isEmpty()) {
            throw damage.in("weight_map", "is missing or empty");
        }
        return fileOf;
    }

    private static void weightMap(JsonParser parser, Damage damage, Map<String, String> fileOf) {
        Map<String, String> known =
                new HashMap<>(); // one String for each file, not for each tensor
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            String field = "weight_map " + Damage.shown(name);
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw damage.in(field, "is not a file name");
            }
            String file = parser.getString();
            if (!SHARD.matcher(file).matches()) {
                throw damage.in(
                        field,
                        "names " + Damage.shown(file) + ", which is no safetensors file beside it");
            }
            if (fileOf.size() == SafetensorsHeader.MOST_TENSORS * 4 || known.size() > MOST_FILES) {
                throw damage.in("weight_map", "lists too many tensors or files");
            }
            String same = known.putIfAbsent(file, file);
            fileOf.put(name, same == null ? file : same);
        }
    }
}
