package understudy.serve.api;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.Field;
import understudy.serve.wire.RequestReader;
import understudy.serve.wire.Shape;

/// What was said: text, or a list of parts that are text. Parts become lines.
@Shape.Of(MessageText.TextOrParts.class)
record MessageText(String text) {
    private static final int MOST_PARTS = 1000;

    @Field("A part of what was said.")
    record Part(
            @Field(value = "Only text can be read.", choices = "text") String type,
            @Field("The text.") String text) {}

    static final class TextOrParts implements Shape<MessageText> {
        @Override
        public MessageText read(JsonNode node, String path) {
            if (node.isString()) {
                return new MessageText(RequestReader.plainText(node, path, 0, Integer.MAX_VALUE));
            }
            if (!node.isArray()) {
                throw RequestReader.wrongType(path, "text or a list of text parts");
            }
            RequestReader.size(path, node.size(), 1, MOST_PARTS, "parts");
            List<String> texts = new ArrayList<>();
            for (JsonNode each : node.values()) {
                String inner = path + "[" + texts.size() + "]";
                JsonNode type = each.get("type");
                if (type != null && type.isString() && !type.stringValue().equals("text")) {
                    throw ApiError.field(
                            inner + ".type",
                            "'" + inner + ".type' must be text; nothing else can be read",
                            "unsupported_value");
                }
                texts.add(RequestReader.object(each, Part.class, inner).text());
            }
            return new MessageText(String.join("\n", texts));
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.json().createObjectNode();
            ArrayNode any = schema.putArray("anyOf");
            any.addObject().put("type", "string");
            ObjectNode list =
                    any.addObject()
                            .put("type", "array")
                            .put("minItems", 1)
                            .put("maxItems", MOST_PARTS);
            ObjectNode part = list.putObject("items");
            part.put("type", "object").put("additionalProperties", false);
            part.putArray("required").add("type").add("text");
            ObjectNode properties = part.putObject("properties");
            properties.putObject("type").put("type", "string").putArray("enum").add("text");
            properties.putObject("text").put("type", "string");
            return schema;
        }
    }
}
