package understudy.serve;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Supplier;
import understudy.base.Json;
import understudy.reply.Completer;
import understudy.serve.http.Route;
import understudy.serve.wire.Field;
import understudy.serve.wire.Fields;

/// What a browser shows: that the server lives, and the description of its API, to try out.
///
/// Everything comes from this program; the pages load nothing from elsewhere.
final class PageRoutes {
    /// Scripts only from this server and never inside a page. Swagger UI sets styles inside its
    /// elements, and draws with images in `data:` addresses.
    private static final String PAGE_POLICY =
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src"
                    + " 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

    private final Completer completer;
    private final Supplier<Object> description;

    /// @param description the OpenAPI document
    PageRoutes(Completer completer, Supplier<Object> description) {
        this.completer = completer;
        this.description = description;
    }

    @Field("That the server lives.")
    record Alive(
            @Field("Always `ok`.") String status,
            @Field("Name of the program.") String name,
            @Field("Where the API is described, to try out in a browser.") String docs,
            @Field("Names of the models, the default first.") List<String> models) {}

    List<Route> routes() {
        return List.of(
                Route.get("/", "alive")
                        .says("Is it alive?", "A browser gets a page, everybody else JSON.")
                        .answer(
                                Route.Answer.json(200, "It lives.", Alive.class)
                                        .or("text/html", String.class))
                        .handler(this::alive),
                Route.get("/openapi.json", "describe")
                        .says("This description", "OpenAPI 3.1.")
                        .answer(
                                new Route.Answer(
                                        200,
                                        "The description of this API.",
                                        Map.of("application/json", Map.class),
                                        Map.of()))
                        .open()
                        .handler(context -> context.result(text(description.get()))),
                file("/docs", "text/html", "/understudy/serve/docs.html"),
                file("/docs/docs.js", "text/javascript", "/understudy/serve/docs.js"),
                file("/docs/swagger-ui.js", "text/javascript", swagger("swagger-ui-bundle.js")),
                file("/docs/swagger-ui.css", "text/css", swagger("swagger-ui.css")),
                file("/favicon.ico", "image/png", swagger("favicon-32x32.png")));
    }

    private static String text(Object json) {
        return Json.json().writeValueAsString(json);
    }

    private void alive(Context context) {
        String accepted = context.header("Accept");
        if (accepted != null && accepted.contains("text/html")) {
            page(context, "text/html", bytes("/understudy/serve/index.html"));
            return;
        }
        List<String> models = completer.models().stream().map(Completer.ModelInfo::id).toList();
        context.result(
                Fields.mapper().writeValueAsString(new Alive("ok", "understudy", "/docs", models)));
    }

    /// A file of a page.
    private static Route file(String path, String contentType, String resource) {
        return Route.get(path, path)
                .answer(Route.Answer.text(200, "The file.", contentType))
                .open()
                .undocumented()
                .handler(context -> page(context, contentType, bytes(resource)));
    }

    private static void page(Context context, String contentType, byte[] bytes) {
        boolean text = contentType.startsWith("text/");
        context.header("Content-Security-Policy", PAGE_POLICY);
        context.contentType(text ? contentType + "; charset=utf-8" : contentType);
        context.result(bytes);
    }

    /// Headers of every answer; pages set their own policy.
    static void protect(JavalinConfig config) {
        config.routes.before(context -> {
            context.header("Content-Security-Policy", DATA_POLICY);
            context.header("X-Content-Type-Options", "nosniff");
            context.header("X-Frame-Options", "DENY");
            context.header("Referrer-Policy", "no-referrer");
            context.header("Cache-Control", "no-store");
        });
    }

    private static String swagger(String file) {
        Properties properties = new Properties();
        try (InputStream in = open("/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "/META-INF/resources/webjars/swagger-ui/%s/%s"
                .formatted(properties.getProperty("version"), file);
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = open(resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String resource) {
        return Objects.requireNonNull(PageRoutes.class.getResourceAsStream(resource), resource);
    }
}
