package understudy.serve.api;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.reply.Prompt;
import understudy.serve.wire.RequestReader;
import understudy.serve.wire.Shape;

/// One or more texts to continue, each as text or as token ids.
@Shape.Of(PromptInput.TextsOrIds.class)
record PromptInput(List<Prompt> prompts) {
    private static final int MOST = 32;
    private static final int MOST_IDS = 1_000_000;

    PromptInput {
        prompts = List.copyOf(prompts);
    }

    static final class TextsOrIds implements Shape<PromptInput> {
        @Override
        public PromptInput read(JsonNode node, String path) {
            if (node.isString()) {
                return new PromptInput(List.of(text(node, path)));
            }
            if (!node.isArray()) {
                throw RequestReader.wrongType(
                        path, "text, a list of texts, token ids, or a list of token ids");
            }
            if (node.size() > 0 && node.get(0).isNumber()) {
                return new PromptInput(List.of(ids(node, path)));
            }
            RequestReader.size(path, node.size(), 1, MOST, "items");
            boolean texts = node.get(0).isString();
            List<Prompt> all = new ArrayList<>();
            for (JsonNode each : node.values()) {
                String inner = path + "[" + all.size() + "]";
                all.add(texts ? text(each, inner) : ids(each, inner));
            }
            return new PromptInput(all);
        }

        private static Prompt text(JsonNode node, String path) {
            return new Prompt.Raw(RequestReader.plainText(node, path, 1, Integer.MAX_VALUE));
        }

        private static Prompt ids(JsonNode node, String path) {
            if (!node.isArray()) {
                throw RequestReader.wrongType(path, "a list of token ids");
            }
            RequestReader.size(path, node.size(), 1, MOST_IDS, "token ids");
            List<Integer> ids = new ArrayList<>(node.size());
            for (JsonNode each : node.values()) {
                String inner = path + "[" + ids.size() + "]";
                double id = RequestReader.number(each, 0, Integer.MAX_VALUE, inner);
                if (id != Math.rint(id)) {
                    throw RequestReader.wrongType(inner, "a whole number");
                }
                ids.add((int) id);
            }
            return new Prompt.Ids(ids);
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = Json.json().createObjectNode();
            ArrayNode any = schema.putArray("anyOf");
            any.addObject().put("type", "string").put("minLength", 1);
            list(any.addObject(), MOST)
                    .putObject("items")
                    .put("type", "string")
                    .put("minLength", 1);
            ids(any.addObject());
            ids(list(any.addObject(), MOST).putObject("items"));
            return schema;
        }

        private static ObjectNode list(ObjectNode schema, int most) {
            return schema.put("type", "array").put("minItems", 1).put("maxItems", most);
        }

        private static void ids(ObjectNode schema) {
            list(schema, MOST_IDS)
                    .putObject("items")
                    .put("type", "integer")
                    .put("minimum", 0)
                    .put("maximum", Integer.MAX_VALUE);
        }
    }
}
