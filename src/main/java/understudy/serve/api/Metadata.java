package understudy.serve.api;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.base.Printable;
import understudy.serve.wire.RequestReader;
import understudy.serve.wire.Shape;

/// Names with texts, which OpenAI's API stores with an answer.
@Shape.Of(Metadata.Texts.class)
record Metadata(Map<String, String> entries) {
    private static final int MOST = 16;
    private static final int NAME = 64;
    private static final int TEXT = 512;

    Metadata {
        entries = Map.copyOf(entries);
    }

    static final class Texts implements Shape<Metadata> {
        @Override
        public Metadata read(JsonNode node, String path) {
            if (!node.isObject()) {
                throw RequestReader.wrongType(path, "an object of names with texts");
            }
            RequestReader.size(path, node.size(), 0, MOST, "entries");
            Map<String, String> all = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                String name = entry.getKey();
                int length = name.codePointCount(0, name.length());
                RequestReader.size("a name in " + path, length, 0, NAME, "characters");
                String inner = path + "." + Printable.line(name);
                all.put(name, RequestReader.plainText(entry.getValue(), inner, 0, TEXT));
            }
            return new Metadata(all);
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.json().createObjectNode();
            schema.put("type", "object").put("maxProperties", MOST);
            schema.putObject("propertyNames").put("maxLength", NAME);
            schema.putObject("additionalProperties").put("type", "string").put("maxLength", TEXT);
            return schema;
        }
    }
}
