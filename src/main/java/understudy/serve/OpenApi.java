package understudy.serve;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.serve.http.Route;
import understudy.serve.wire.ErrorBody;
import understudy.serve.wire.Schemas;

/// Describes routes as an OpenAPI 3.1 document.
public final class OpenApi {
    private static final String SCHEME = "key";

    private OpenApi() {}

    /// The document. Two calls with the same routes give the same one.
    public static ObjectNode document(List<Route> routes) {
        ObjectNode root = Json.json().createObjectNode();
        root.put("openapi", "3.1.0");
        root.putObject("info")
                .put("title", "Understudy")
                .put("version", "1")
                .put(
                        "description",
                        "Writes like one person. `/generate` is the article's endpoint; `/v1`"
                            + " speaks OpenAI's API, so that its clients work unchanged. Every"
                            + " field of a request is applied, said here to be ignored, or refused"
                            + " with 400.");
        root.putArray("servers").addObject().put("url", "/");
        ArrayNode security = root.putArray("security");
        security.addObject(); // nothing is needed on the machine itself
        security.addObject().putArray(SCHEME);
        ArrayNode tags = root.putArray("tags");
        ObjectNode paths = root.putObject("paths");
        Schemas schemas = new Schemas();
        List<Route> documented = routes.stream().filter(Route::documented).toList();
        documented.stream()
                .map(Route::tag)
                .distinct()
                .forEach(tag -> tags.addObject().put("name", tag));
        for (Route route : documented) {
            ObjectNode path =
                    paths.get(route.openApiPath()) instanceof ObjectNode there
                            ? there
                            : paths.putObject(route.openApiPath());
            operation(
                    path.putObject(route.method().name().toLowerCase(java.util.Locale.ROOT)),
                    route,
                    schemas);
        }
        ObjectNode components = root.putObject("components");
        components.set("schemas", schemas.definitions());
        components
                .putObject("securitySchemes")
                .putObject(SCHEME)
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "Needed where the server listens beyond its own machine.");
        return root;
    }

    private static void operation(ObjectNode operation, Route route, Schemas schemas) {
        operation.put("operationId", route.id());
        operation.put("summary", route.summary());
        if (!route.description().isEmpty()) {
            operation.put("description", route.description());
        }
        operation.putArray("tags").add(route.tag());
        if (route.open()) {
            operation.putArray("security");
        }
        if (!route.parameters().isEmpty()) {
            ArrayNode parameters = operation.putArray("parameters");
            route.parameters()
                    .forEach((name, meaning) ->
                            parameters
                                    .addObject()
                                    .put("name", name)
                                    .put("in", "path")
                                    .put("required", true)
                                    .put("description", meaning)
                                    .putObject("schema")
                                    .put("type", "string"));
        }
        Class<? extends Record> request = route.request();
        if (request != null) {
            ObjectNode body = operation.putObject("requestBody");
            body.put("required", true);
            ObjectNode json = body.putObject("content").putObject("application/json");
            json.set("schema", schemas.request(request));
            examples(json, route.examples());
        }
        ObjectNode responses = operation.putObject("responses");
        for (Route.Answer answer : route.answers()) {
            answer(responses.putObject(Integer.toString(answer.status())), answer, schemas);
        }
    }

    private static void examples(ObjectNode json, Map<String, JsonNode> examples) {
        if (!examples.isEmpty()) {
            ObjectNode all = json.putObject("examples");
            examples.forEach((name, value) -> all.putObject(name).set("value", value));
        }
    }

    /// An event, in the form in which OpenAPI 3.2 describes items of a stream.
    private static void event(ObjectNode schema, ObjectNode data, ObjectNode error) {
        schema.put("type", "object");
        schema.put("description", "An event; the last one's data is `[DONE]`.");
        schema.putArray("required").add("data");
        ArrayNode either = schema.putObject("properties").putObject("data").putArray("anyOf");
        either.addObject().put("const", "[DONE]");
        ObjectNode json = either.addObject().put("type", "string");
        json.put("contentMediaType", "application/json");
        ArrayNode content = json.putObject("contentSchema").putArray("anyOf");
        content.add(data);
        content.add(error);
    }

    private static void answer(ObjectNode response, Route.Answer answer, Schemas schemas) {
        response.put("description", answer.description());
        if (!answer.headers().isEmpty()) {
            ObjectNode headers = response.putObject("headers");
            answer.headers()
                    .forEach((name, meaning) ->
                            headers.putObject(name)
                                    .put("description", meaning)
                                    .putObject("schema")
                                    .put("type", "string"));
        }
        if (!answer.content().isEmpty()) {
            ObjectNode content = response.putObject("content");
            answer.content()
                    .forEach((type, body) -> {
                        ObjectNode media = content.putObject(type);
                        if (body == String.class || body == Map.class) {
                            media.putObject("schema")
                                    .put("type", body == Map.class ? "object" : "string");
                        } else if (type.equals(Route.EVENTS)) {
                            event(
                                    media.putObject("schema"),
                                    schemas.answer(body),
                                    schemas.answer(ErrorBody.class));
                        } else {
                            media.set("schema", schemas.answer(body));
                        }
                    });
        }
    }
}
