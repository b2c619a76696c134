package understudy.serve.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.RequestReader;
import understudy.serve.wire.Shape;

/// What an answer can be: text.
@Shape.Of(Modality.Text.class)
record Modality() {
    static final class Text implements Shape<Modality> {
        @Override
        public Modality read(JsonNode node, String path) {
            if (!RequestReader.plainText(node, path, 0, Integer.MAX_VALUE).equals("text")) {
                throw ApiError.field(path, "'" + path + "' can only be text", "unsupported_value");
            }
            return new Modality();
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.json().createObjectNode();
            schema.put("type", "string").put("const", "text");
            return schema;
        }
    }
}
