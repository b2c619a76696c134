package understudy.serve.api;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.serve.wire.RequestReader;
import understudy.serve.wire.Shape;

/// Texts that end an answer: one, or a list of up to four.
@Shape.Of(StopTexts.OneOrMore.class)
record StopTexts(List<String> texts) {
    private static final int MOST = 4;
    private static final int CHARACTERS = 256;

    StopTexts {
        texts = List.copyOf(texts);
    }

    static final class OneOrMore implements Shape<StopTexts> {
        @Override
        public StopTexts read(JsonNode node, String path) {
            if (node.isString()) {
                return new StopTexts(List.of(RequestReader.plainText(node, path, 1, CHARACTERS)));
            }
            if (!node.isArray()) {
                throw RequestReader.wrongType(path, "text or a list of texts");
            }
            RequestReader.size(path, node.size(), 0, MOST, "items");
            List<String> texts = new ArrayList<>();
            for (JsonNode each : node.values()) {
                texts.add(
                        RequestReader.plainText(
                                each, path + "[" + texts.size() + "]", 1, CHARACTERS));
            }
            return new StopTexts(texts);
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.json().createObjectNode();
            ArrayNode any = schema.putArray("anyOf");
            text(any.addObject());
            ObjectNode list = any.addObject().put("type", "array").put("maxItems", MOST);
            text(list.putObject("items"));
            return schema;
        }

        private static void text(ObjectNode schema) {
            schema.put("type", "string").put("minLength", 1).put("maxLength", CHARACTERS);
        }
    }
}
