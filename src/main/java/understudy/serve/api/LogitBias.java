package understudy.serve.api;

import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.RequestReader;
import understudy.serve.wire.Shape;

/// What is added to the scores of single tokens; in JSON the ids are names of fields.
@Shape.Of(LogitBias.ByName.class)
record LogitBias(Map<Integer, Double> byToken) {
    private static final int MOST = 1024;
    private static final double GREATEST = 100;
    private static final String ID = "0|[1-9][0-9]{0,8}";

    LogitBias {
        byToken = Map.copyOf(byToken);
    }

    static final class ByName implements Shape<LogitBias> {
        @Override
        public LogitBias read(JsonNode node, String path) {
            if (!node.isObject()) {
                throw RequestReader.wrongType(path, "an object of token ids with numbers");
            }
            RequestReader.size(path, node.size(), 0, MOST, "entries");
            Map<Integer, Double> all = new HashMap<>();
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                if (!entry.getKey().matches(ID)) {
                    throw ApiError.field(
                            path, "names in '" + path + "' must be token ids", "invalid_value");
                }
                all.put(
                        Integer.valueOf(entry.getKey()),
                        RequestReader.number(
                                entry.getValue(),
                                -GREATEST,
                                GREATEST,
                                path + "." + entry.getKey()));
            }
            return new LogitBias(all);
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.json().createObjectNode();
            schema.put("type", "object").put("maxProperties", MOST);
            schema.putObject("propertyNames").put("pattern", "^(" + ID + ")$");
            schema.putObject("additionalProperties")
                    .put("type", "number")
                    .put("minimum", -GREATEST)
                    .put("maximum", GREATEST);
            return schema;
        }
    }
}
