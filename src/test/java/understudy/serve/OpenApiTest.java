package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.HandlerType;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import understudy.base.Json;
import understudy.serve.http.Route;

/// The routes as registered, as described, and as `docs/api.json` shows them: all the same.
class OpenApiTest {
    private static final Path PAGE = Path.of("docs", "api.json");
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.guarded(null);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ObjectNode document() {
        return OpenApi.document(server.server.routes());
    }

    private static List<String> faults(JsonNode document) {
        ParseOptions options = new ParseOptions();
        options.setResolve(true);
        SwaggerParseResult result =
                new OpenAPIV3Parser().readContents(document.toString(), null, options);
        List<String> faults = new ArrayList<>(result.getMessages());
        if (result.getOpenAPI() == null) {
            faults.add("no document");
        }
        return faults;
    }

    @Test
    void thePageIsTheDocument() throws Exception {
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter()
                        .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                        .withArrayIndenter(new DefaultIndenter("  ", "\n"));
        String page = Json.json().writer().with(printer).writeValueAsString(document()) + "\n";
        if (System.getProperty("update") != null) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE))
                .as("docs/api.json is stale: mvn test -Dtest=OpenApiTest -Dupdate")
                .isEqualTo(page);
    }

    @Test
    void theServerGivesOutTheDocument() throws Exception {
        HttpResponse<String> answer = server.get("/openapi.json");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.body()).isEqualTo(document().toString());
    }

    @Test
    void theDocumentIsValid() {
        assertThat(faults(document())).isEmpty();
        assertThat(document().get("openapi").stringValue()).isEqualTo("3.1.0");
    }

    /// A check that finds nothing in a broken document would prove nothing.
    @Test
    void brokenDocumentsAreFound() {
        ObjectNode noAnswers = document();
        ((ObjectNode) noAnswers.at("/paths/~1generate/post")).remove("responses");
        assertThat(faults(noAnswers)).isNotEmpty();

        ObjectNode wrongKey = document();
        ((ObjectNode) wrongKey.at("/paths/~1generate/post")).put("sumary", "typo");
        assertThat(faults(wrongKey)).isNotEmpty();

        ObjectNode parameterGone = document();
        ((ObjectNode) parameterGone.at("/paths/~1v1~1models~1{id}/get")).remove("parameters");
        assertThat(faults(parameterGone)).isNotEmpty();

        ObjectNode noTitle = document();
        ((ObjectNode) noTitle.get("info")).remove("title");
        assertThat(faults(noTitle)).isNotEmpty();
    }

    @Test
    void everyReferenceLeadsToASchema() {
        ObjectNode document = document();
        Set<String> referred = new TreeSet<>();
        for (JsonNode reference : document.findValues("$ref")) {
            referred.add(reference.stringValue());
        }
        assertThat(referred).isNotEmpty();
        for (String reference : referred) {
            assertThat(document.at(reference.substring(1)).isObject()).as(reference).isTrue();
        }
        Set<String> schemas = new TreeSet<>();
        document.at("/components/schemas")
                .propertyNames()
                .forEach(name -> schemas.add("#/components/schemas/" + name));
        assertThat(referred).as("schemas that nothing refers to").containsAll(schemas);
    }

    @Test
    void everyRouteIsRegisteredAndNothingElseIs() {
        Set<String> table = new TreeSet<>();
        server.server.routes().forEach(r -> table.add(r.method().name() + " " + r.path()));
        assertThat(server.server.registered()).containsExactlyInAnyOrderElementsOf(table);
        assertThat(server.server.routes().stream().map(Route::id)).doesNotHaveDuplicates();
    }

    @Test
    void noGetChangesAnything() {
        List<String> methods =
                server.server.routes().stream().map(r -> r.method().name()).distinct().toList();
        assertThat(methods).containsOnly("GET", "POST");
        assertThat(server.server.routes())
                .filteredOn(r -> r.method() == HandlerType.GET)
                .allSatisfy(r -> assertThat(r.request()).isNull());
        assertThat(server.server.routes())
                .filteredOn(r -> r.method() == HandlerType.POST)
                .allSatisfy(r -> assertThat(r.request()).isNotNull());
    }

    @Test
    void everyRouteIsDescribedWithItsErrors() {
        for (Route route : server.server.routes()) {
            List<Integer> statuses = route.answers().stream().map(Route.Answer::status).toList();
            assertThat(statuses).as(route.id()).contains(200, 400, 401, 403, 405, 431, 500, 503);
            if (route.request() != null) {
                assertThat(statuses).as(route.id()).contains(404, 408, 413, 415, 429, 502, 504);
            }
            if (route.documented()) {
                assertThat(route.summary()).as(route.id()).isNotBlank();
            }
        }
    }

    @Test
    void theExamplesCanBeSentAsTheyAre() throws Exception {
        int sent = 0;
        for (Route route : server.server.routes()) {
            for (JsonNode example : route.examples().values()) {
                HttpResponse<String> answer = server.post(route.path(), example.toString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                sent++;
            }
        }
        assertThat(sent).isGreaterThanOrEqualTo(4);
    }

    /// `docs/serve.md` tells of every field that a request may have, and of every one it may not.
    @Test
    void theManualNamesEveryField() throws Exception {
        String manual = Files.readString(Path.of("docs", "serve.md"));
        JsonNode schemas = document().at("/components/schemas");
        List<String> missing = new ArrayList<>();
        for (String request : List.of("GenerateRequest", "ChatRequest", "CompletionRequest")) {
            for (String field : schemas.at("/" + request + "/properties").propertyNames()) {
                if (!manual.contains("`" + field + "`")) {
                    missing.add(request + " " + field);
                }
            }
        }
        assertThat(missing).isEmpty();
        for (Route route : server.server.routes()) {
            if (route.documented()) {
                assertThat(manual).contains(route.openApiPath());
            }
        }
    }

    /// What a request's schema says is what the reader checks; a sample of it.
    @Test
    void schemasTellTheLimits() {
        JsonNode schemas = document().at("/components/schemas");
        JsonNode generate = schemas.get("GenerateRequest");
        assertThat(generate.at("/required").toString()).isEqualTo("[\"prompt\"]");
        assertThat(generate.at("/properties/temperature").toString())
                .contains("\"default\":0.5")
                .contains("\"minimum\":0")
                .contains("\"maximum\":5");
        assertThat(generate.at("/additionalProperties").booleanValue()).isFalse();
        JsonNode chat = schemas.get("ChatRequest");
        assertThat(chat.at("/required").toString()).isEqualTo("[\"messages\"]");
        assertThat(chat.at("/properties/temperature/type").toString())
                .isEqualTo("[\"number\",\"null\"]");
        assertThat(chat.at("/properties/tools").toString())
                .isEqualTo(
                        "{\"type\":\"null\",\"description\":\"Not supported: the model calls no"
                                + " tools.\"}");
    }
}
