package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.Json;

/// Names that would lead out of a folder, were they ever taken for one.
class HostileNamesTest {
    private static final String JSON = "Content-Type: application/json";

    private static final String MARK = "nobody may read this";

    private static Guarded server;
    private static Path secret;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        server = new Guarded();
        secret = Files.writeString(folder.resolve("secret.txt"), MARK);
        Files.createSymbolicLink(folder.resolve("link"), secret);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static List<String> names() {
        List<String> names =
                new ArrayList<>(
                        List.of(
                                "..",
                                "../",
                                "../..",
                                "../../../../../../../../etc/passwd",
                                "..\\..\\..\\windows\\win.ini",
                                "/etc/passwd",
                                "//etc/passwd",
                                "file:///etc/passwd",
                                "C:\\Windows\\win.ini",
                                "\\\\server\\share",
                                "anna-1/../../etc/passwd",
                                "anna-1/..",
                                "./anna-1",
                                "anna-1/",
                                "/anna-1",
                                "anna-1\u0000",
                                "anna-1\u0000.txt",
                                "\u0000",
                                "%2e%2e",
                                "%2e%2e/%2e%2e/etc/passwd",
                                "..%2f..%2fetc%2fpasswd",
                                "%252e%252e%252fetc%252fpasswd",
                                "%c0%ae%c0%ae/etc/passwd",
                                "..;/etc/passwd",
                                "....//....//etc/passwd",
                                "\u202Etxt.exe",
                                "anna\u200B-1",
                                "\u2025/\u2025/etc/passwd",
                                "\uFF0E\uFF0E\uFF0Fetc",
                                "a".repeat(5000),
                                "../".repeat(1000),
                                "~",
                                "~root/.ssh/id_rsa",
                                "$HOME",
                                "${jndi:ldap://127.0.0.1/x}",
                                "`id`",
                                "$(id)",
                                "| id",
                                "'; drop table messages; --",
                                "<script>alert(1)</script>",
                                "\r\nX-Injected: 1",
                                "CON",
                                "anna-1:stream",
                                "*"));
        names.add(secret.toString());
        names.add(secret.resolveSibling("link").toString());
        return names;
    }

    private static String json(String text) {
        return Json.json().writeValueAsString(text);
    }

    private static void harmless(String name, RawHttp.Answer answer) {
        assertThat(answer.status()).as(name).isIn(400, 403, 404, 414, 431);
        assertThat(answer.head() + answer.body())
                .as(name)
                .doesNotContain(MARK, "root:", "\tat ")
                .doesNotContain("X-Injected: 1\n");
        assertThat(answer.headers("X-Injected")).isEmpty();
    }

    @Test
    void asModels() throws IOException {
        int port = server.port();
        for (String name : names()) {
            String chat =
                    "{\"model\": %s, \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}"
                            .formatted(json(name));
            String completion = "{\"model\": %s, \"prompt\": \"hi\"}".formatted(json(name));
            harmless(
                    name,
                    RawHttp.send(port, RawHttp.post(port, "/v1/chat/completions", chat, JSON)));
            harmless(
                    name,
                    RawHttp.send(port, RawHttp.post(port, "/v1/completions", completion, JSON)));
        }
        assertThat(server.faults).isEmpty();
    }

    @Test
    void inPaths() throws IOException {
        int port = server.port();
        List<String> names = new ArrayList<>(names());
        names.remove("anna-1/"); // a slash at the end of an address means nothing
        for (String name : names) {
            String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
            for (String prefix : List.of("/v1/models/", "/docs/", "/", "/docs/..%2f")) {
                RawHttp.Answer answer = RawHttp.send(port, RawHttp.get(port, prefix + encoded));
                harmless(prefix + name, answer);
                if (name.matches("[!-~]+")) { // as it is, where a request line can carry it
                    harmless(name, RawHttp.send(port, RawHttp.get(port, prefix + name)));
                }
            }
        }
        assertThat(server.faults).isEmpty();
    }

    /// The test's people are known by any name, so what is refused here is the name's form.
    @Test
    void asPeople() throws IOException {
        int port = server.port();
        for (String name : names()) {
            String chat =
                    ("{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}], \"max_tokens\":"
                                    + " 2, \"metadata\": {\"person\": %s}}")
                            .formatted(json(name));
            RawHttp.Answer answer =
                    RawHttp.send(port, RawHttp.post(port, "/v1/chat/completions", chat, JSON));
            assertThat(answer.status()).as(name).isIn(200, 400, 404);
            assertThat(answer.headers("X-Injected")).isEmpty();
            assertThat(answer.body()).doesNotContain(MARK, "root:");
        }
        assertThat(server.faults).isEmpty();
    }

    @Test
    void validNamesAreFound() throws IOException {
        int port = server.port();
        RawHttp.Answer answer =
                RawHttp.send(port, RawHttp.get(port, "/v1/models/" + SlotCompleter.RUN));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("\"" + SlotCompleter.RUN + "\"");
    }
}
