package understudy.serve.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.serve.wire.RequestReader;
import understudy.serve.wire.Shape;

/// An object whose fields nobody reads.
@Shape.Of(Anything.AnyObject.class)
record Anything() {
    static final class AnyObject implements Shape<Anything> {
        @Override
        public Anything read(JsonNode node, String path) {
            if (!node.isObject()) {
                throw RequestReader.wrongType(path, "an object");
            }
            return new Anything();
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.json().createObjectNode();
            return schema.put("type", "object");
        }
    }
}
