package understudy.serve.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.RequestReader;
import understudy.serve.wire.Shape;

/// A flag that may only be false: what it asks for is not done here.
@Shape.Of(Never.False.class)
record Never() {
    static final class False implements Shape<Never> {
        @Override
        public Never read(JsonNode node, String path) {
            if (!node.isBoolean()) {
                throw RequestReader.wrongType(path, "true or false");
            }
            if (node.booleanValue()) {
                throw ApiError.field(path, "'" + path + "' can only be false", "unsupported_value");
            }
            return new Never();
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.json().createObjectNode();
            schema.put("type", "boolean").put("const", false);
            return schema;
        }
    }
}
