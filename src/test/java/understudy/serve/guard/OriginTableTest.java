package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import understudy.serve.http.Route;

/// Pages that may and may not use the server, and what they may send.
class OriginTableTest {
    private static final String JSON = "Content-Type: application/json";

    private static Guarded server;

    @BeforeAll
    static void start() {
        Guarded.Options options = new Guarded.Options();
        options.allowedHosts = Set.of("clone.example.org");
        server = new Guarded(options);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<String> foreign(int port) {
        return List.of(
                "Origin: http://evil.com",
                "Origin: https://evil.com",
                "Origin: null",
                "Origin: http://127.0.0.1:" + (port + 1),
                "Origin: http://localhost:" + port,
                "Origin: https://127.0.0.1:" + port,
                "Origin: http://127.0.0.1",
                "Origin: http://127.0.0.1:" + port + ".evil.com",
                "Origin: ",
                "Origin: file://",
                "Origin: http://127.0.0.1:" + port + "\r\nOrigin: http://evil.com",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
                "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe",
                "Sec-Fetch-Site: Cross-Site\r\nSec-Fetch-Mode: no-cors");
    }

    private static List<String> own(int port) {
        return List.of(
                "X-Nothing: 1",
                "Origin: http://127.0.0.1:" + port,
                "Sec-Fetch-Site: same-origin\r\nOrigin: http://127.0.0.1:" + port,
                "Sec-Fetch-Site: none");
    }

    private static RawHttp.Answer ask(HandlerType method, String path, String headers)
            throws IOException {
        int port = server.port();
        String body = method == HandlerType.POST ? Guarded.generate("hi", 2) : "";
        String all = method == HandlerType.POST ? headers + "\r\n" + JSON : headers;
        return RawHttp.send(
                port, RawHttp.request(method.name(), path, "127.0.0.1:" + port, body, all));
    }

    private static List<String> paths(HandlerType method) {
        List<String> paths = new ArrayList<>(List.of("/nothing"));
        for (Route route : server.server.routes()) {
            if (route.method() == method || method == HandlerType.OPTIONS) {
                paths.add(route.path().replaceAll("[<{].*[>}]", "x"));
            }
        }
        return paths;
    }

    @Test
    void pagesOfOthersAreRefusedEverywhere() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (HandlerType method : List.of(HandlerType.GET, HandlerType.POST, HandlerType.OPTIONS)) {
            for (String path : paths(method)) {
                for (String page : foreign(server.port())) {
                    RawHttp.Answer answer = ask(method, path, page);
                    boolean open = answer.head().toLowerCase().contains("access-control-");
                    if (answer.status() != 403 || open) {
                        wrong.add(method + " " + path + " " + page + ": " + answer.status());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void ownPagesAndProgramsPass() throws IOException {
        for (String page : own(server.port())) {
            assertThat(ask(HandlerType.GET, "/health", page).status()).as(page).isEqualTo(200);
            RawHttp.Answer written = ask(HandlerType.POST, "/generate", page);
            assertThat(written.status()).as(page).isEqualTo(200);
            assertThat(written.head().toLowerCase()).doesNotContain("access-control-");
        }
    }

    @Test
    void aLinkOnAnotherSiteMayOpenAPageButNotSend() throws IOException {
        String link =
                "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
                        + "Sec-Fetch-Dest: document";
        assertThat(ask(HandlerType.GET, "/docs", link).status()).isEqualTo(200);
        assertThat(ask(HandlerType.POST, "/generate", link).status()).isEqualTo(403);
    }

    @Test
    void aProxysPageMaySpeakTls() throws IOException {
        String request =
                RawHttp.request(
                        "GET",
                        "/health",
                        "clone.example.org",
                        "",
                        "Origin: https://clone.example.org");
        assertThat(RawHttp.send(server.port(), request).status()).isEqualTo(200);
    }

    @Test
    void bodiesAreJsonOnly() throws IOException {
        for (String type :
                List.of(
                        "X-Nothing: 1",
                        "Content-Type: text/plain",
                        "Content-Type: text/plain; application/json",
                        "Content-Type: application/x-www-form-urlencoded",
                        "Content-Type: multipart/form-data; boundary=x",
                        "Content-Type: application/jsonx",
                        "Content-Type: application/json; charset=utf-16",
                        "Content-Type: application/json\r\nContent-Type: text/plain",
                        "Content-Type: application/json\r\nContent-Encoding: gzip",
                        "Content-Type:")) {
            List<String> paths = paths(HandlerType.POST);
            paths.remove("/nothing");
            assertThat(paths).hasSizeGreaterThanOrEqualTo(3).contains("/generate");
            paths.add("/generate/");
            for (String path : paths) {
                RawHttp.Answer answer =
                        RawHttp.send(
                                server.port(),
                                RawHttp.post(server.port(), path, Guarded.generate("hi", 2), type));
                assertThat(answer.status()).as(type + " " + path).isEqualTo(415);
            }
        }
        for (String type :
                List.of(
                        "Content-Type: application/json",
                        "Content-Type: Application/JSON; charset=\"UTF-8\"",
                        "content-type: application/json;charset=utf-8")) {
            RawHttp.Answer answer =
                    RawHttp.send(
                            server.port(),
                            RawHttp.post(
                                    server.port(), "/generate", Guarded.generate("hi", 2), type));
            assertThat(answer.status()).as(type).isEqualTo(200);
        }
    }

    /// A page can make a browser GET anything.
    @Test
    void nothingIsChangedByAGet() {
        assertThat(server.server.routes())
                .extracting(Route::method)
                .containsOnly(HandlerType.GET, HandlerType.POST);
        assertThat(server.server.routes())
                .filteredOn(route -> route.method() == HandlerType.GET)
                .allMatch(route -> route.request() == null);
    }

    @Test
    void everyAnswerProtectsItself() throws IOException {
        int port = server.port();
        List<String> requests =
                List.of(
                        RawHttp.get(port, "/health"),
                        RawHttp.get(port, "/docs"),
                        RawHttp.get(port, "/docs/docs.js"),
                        RawHttp.get(port, "/nothing"),
                        RawHttp.get(port, "/health", "Origin: null"),
                        RawHttp.post(port, "/generate", "{", "Content-Type: application/json"),
                        RawHttp.request("DELETE", "/health", "127.0.0.1:" + port, ""),
                        RawHttp.request("GET", "/health", "evil.com", ""),
                        RawHttp.get(port, "/", "X-Long: " + "x".repeat(20_000)),
                        "nonsense\r\n\r\n");
        for (String request : requests) {
            RawHttp.Answer answer = RawHttp.send(port, request);
            String name = request.substring(0, Math.min(70, request.length()));
            assertThat(answer.headers("X-Frame-Options")).as(name).containsExactly("DENY");
            assertThat(answer.headers("X-Content-Type-Options")).containsExactly("nosniff");
            assertThat(answer.headers("Referrer-Policy")).containsExactly("no-referrer");
            assertThat(answer.headers("Cross-Origin-Resource-Policy"))
                    .containsExactly("same-origin");
            assertThat(answer.headers("Content-Security-Policy"))
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith("default-src '")
                    .contains("frame-ancestors 'none'");
            assertThat(answer.headers("Server")).isEmpty();
            assertThat(answer.body()).doesNotContain("Jetty", "Exception", "\tat ");
        }
        assertThat(RawHttp.send(port, RawHttp.get(port, "/ready")).header("Cache-Control"))
                .contains("no-store");
    }
}
