package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import understudy.serve.http.Route;

/// Names by which a server may and may not be called, at every address it has.
class HostTableTest {
    private static Guarded server;

    @BeforeAll
    static void start() {
        server = new Guarded();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private record Way(String method, String path) {}

    /// Every route, and addresses where nothing is.
    private static List<Way> ways() {
        List<Way> ways = new ArrayList<>();
        for (Route route : server.server.routes()) {
            ways.add(new Way(route.method().name(), route.path().replaceAll("[<{].*[>}]", "x")));
        }
        ways.add(new Way("GET", "/nothing"));
        ways.add(new Way("GET", "/docs/nothing.js"));
        ways.add(new Way("POST", "/nothing"));
        ways.add(new Way("OPTIONS", "/generate"));
        ways.add(new Way("DELETE", "/generate"));
        ways.add(new Way("TRACE", "/"));
        return ways;
    }

    /// The `Host` line or lines to whether they may pass.
    private static Map<String, Boolean> hosts(int port) {
        Map<String, Boolean> hosts = new LinkedHashMap<>();
        hosts.put("Host: 127.0.0.1:" + port, true);
        hosts.put("Host: localhost:" + port, true);
        hosts.put("Host: LocalHost:" + port, true);
        hosts.put("Host: [::1]:" + port, true);
        hosts.put("Host: evil.com", false);
        hosts.put("Host: evil.com:" + port, false);
        hosts.put("Host: localhost.evil.com:" + port, false);
        hosts.put("Host: 127.0.0.1.nip.io:" + port, false);
        hosts.put("Host: 2130706433:" + port, false);
        hosts.put("Host: 0.0.0.0:" + port, false);
        hosts.put("Host: localhost.:" + port, false);
        hosts.put("Host: 127.0.0.1:" + (port + 1), false);
        hosts.put("Host: 127.0.0.1", false);
        hosts.put("Host: 127.1:" + port, false);
        hosts.put("Host: 0x7f.0.0.1:" + port, false);
        hosts.put("Host: [::ffff:127.0.0.1]:" + port, false);
        hosts.put("Host: user@127.0.0.1:" + port, false);
        hosts.put("Host: 127.0.0.1:" + port + ", evil.com", false);
        hosts.put("Host:", false);
        hosts.put("X-Forwarded-Host: 127.0.0.1:" + port, false);
        hosts.put("Host: 127.0.0.1:" + port + "\r\nHost: 127.0.0.1:" + port, false);
        hosts.put("Host: evil.com\r\nHost: 127.0.0.1:" + port, false);
        return hosts;
    }

    @Test
    void onlyItsOwnNamesPassAtEveryAddress() throws IOException {
        int port = server.port();
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Boolean> host : hosts(port).entrySet()) {
            for (Way way : ways()) {
                RawHttp.Answer answer =
                        RawHttp.send(
                                port,
                                way.method
                                        + " "
                                        + way.path
                                        + " HTTP/1.1\r\n"
                                        + host.getKey()
                                        + "\r\nConnection: close\r\n\r\n");
                boolean denied = answer.status() == 403;
                if (denied == host.getValue() || answer.status() == 0) {
                    wrong.add(host.getKey() + " " + way + ": " + answer.status());
                }
                if (denied && !answer.body().contains("\"host_not_allowed\"")) {
                    wrong.add(host.getKey() + " " + way + ": " + answer.body());
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(server.faults).isEmpty();
    }

    /// A right name with a wrong page, and a wrong name with a right page, are as wrong as both.
    @Test
    void namesAndPagesMustBothBeRight() throws IOException {
        int port = server.port();
        Map<String, Boolean> pages = new LinkedHashMap<>();
        pages.put("X-Nothing: 1", true);
        pages.put("Origin: http://%s", true);
        pages.put("Origin: null", false);
        pages.put("Origin: http://evil.com", false);
        pages.put("Origin: http://localhost:" + (port + 1), false);
        pages.put("Sec-Fetch-Site: cross-site", false);
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Boolean> host : hosts(port).entrySet()) {
            String name = host.getKey().replaceFirst("^Host: ?", "");
            for (Map.Entry<String, Boolean> page : pages.entrySet()) {
                String origin = page.getKey().replace("%s", name.lines().findFirst().orElse(""));
                boolean right = host.getValue() && page.getValue();
                for (Way way : ways()) {
                    String request =
                            "%s %s HTTP/1.1\r\n%s\r\n%s\r\nConnection: close\r\n\r\n"
                                    .formatted(way.method, way.path, host.getKey(), origin);
                    int status = RawHttp.send(port, request).status();
                    if ((status != 403) != right) {
                        wrong.add(host.getKey() + " " + origin + " " + way + ": " + status);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void nameInTheFirstLineMustBeTheSame() throws IOException {
        int port = server.port();
        String own = "\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\n\r\n";
        assertThat(RawHttp.send(port, "GET http://evil.com/health HTTP/1.1" + own).status())
                .isEqualTo(403);
        assertThat(RawHttp.send(port, "GET http://127.0.0.1:1/health HTTP/1.1" + own).status())
                .isEqualTo(403);
        assertThat(
                        RawHttp.send(
                                        port,
                                        "GET http://127.0.0.1:" + port + "/health HTTP/1.1" + own)
                                .status())
                .isEqualTo(200);
        assertThat(RawHttp.send(port, "CONNECT evil.com:80 HTTP/1.1" + own).status())
                .isBetween(400, 499);
        assertThat(RawHttp.send(port, "GET /health HTTP/1.0\r\n\r\n").status()).isEqualTo(403);
    }

    @Test
    void allowedNamesPassWithAnyPort() throws IOException {
        Guarded.Options options = new Guarded.Options();
        options.allowedHosts = Set.of("clone.example.org", "other.example.org:444");
        try (Guarded proxied = new Guarded(options)) {
            int port = proxied.port();
            for (String host :
                    List.of(
                            "clone.example.org",
                            "CLONE.example.org:443",
                            "other.example.org:444",
                            "localhost:" + port)) {
                assertThat(RawHttp.send(port, RawHttp.request("GET", "/health", host, "")).status())
                        .as(host)
                        .isEqualTo(200);
            }
            for (String host : List.of("other.example.org", "x.clone.example.org", "evil.com")) {
                assertThat(RawHttp.send(port, RawHttp.request("GET", "/health", host, "")).status())
                        .as(host)
                        .isEqualTo(403);
            }
        }
    }
}
