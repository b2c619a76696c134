package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import understudy.serve.http.Route;

/// Which routes need the key, and what becomes of those who guess it.
class KeyRoutesTest {
    private static final String SECRET = "a-key-for-tests-0123456789";

    private Guarded server;

    @BeforeEach
    void start() {
        Guarded.Options options = new Guarded.Options();
        options.key = ApiKey.given(SECRET);
        server = new Guarded(options);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawHttp.Answer ask(String method, String path, String... headers) throws IOException {
        return RawHttp.send(
                server.port(),
                RawHttp.request(method, path, "127.0.0.1:" + server.port(), "", headers));
    }

    @Test
    void everyRouteButHealthAndTheDocsNeedsIt() throws IOException {
        Set<String> free = new TreeSet<>();
        for (Route route : server.server.routes()) {
            String path = route.path().replaceAll("[<{].*[>}]", "x");
            RawHttp.Answer answer = ask(route.method().name(), path);
            if (answer.status() == 401) {
                assertThat(answer.header("WWW-Authenticate"))
                        .hasValueSatisfying(v -> assertThat(v).startsWith("Bearer"));
                assertThat(answer.body()).contains("\"code\":\"invalid_api_key\"");
            } else {
                free.add(path);
            }
        }
        assertThat(free)
                .containsExactlyInAnyOrder(
                        "/health",
                        "/docs",
                        "/docs/docs.js",
                        "/docs/swagger-ui.js",
                        "/docs/swagger-ui.css",
                        "/favicon.ico",
                        "/openapi.json");
    }

    @Test
    void otherWaysToWriteAnOpenPathNeedIt() throws IOException {
        for (String path :
                List.of(
                        "/nothing",
                        "/health/",
                        "/health;x",
                        "/health/../metrics",
                        "/docs/../metrics",
                        "//health",
                        "/HEALTH",
                        "/docs/x",
                        "/metrics?/health",
                        "/metrics#/health")) {
            assertThat(ask("GET", path).status()).as(path).isIn(400, 401);
        }
        assertThat(ask("POST", "/health").status()).isEqualTo(401);
        assertThat(ask("OPTIONS", "/health").status()).isEqualTo(401);
    }

    @Test
    void theKeyOpensAndAWrongOneDoesNot() throws IOException {
        assertThat(ask("GET", "/ready", "Authorization: Bearer " + SECRET).status()).isEqualTo(200);
        assertThat(ask("GET", "/nothing", "Authorization: Bearer " + SECRET).status())
                .isEqualTo(404);
        for (String header :
                List.of(
                        "Authorization: Bearer wrong",
                        "Authorization: " + SECRET,
                        "X-Api-Key: " + SECRET,
                        "Authorization: Bearer " + SECRET + "\r\nAuthorization: Bearer x")) {
            RawHttp.Answer answer = ask("GET", "/ready", header);
            assertThat(answer.status()).as(header).isEqualTo(401);
            assertThat(answer.head() + answer.body()).doesNotContain(SECRET, "wrong");
        }
        assertThat(ask("GET", "/ready?api_key=" + SECRET).status()).isEqualTo(401);
    }

    @Test
    void whoGuessesWaits() throws IOException {
        for (int i = 0; i < 10; i++) {
            assertThat(ask("GET", "/ready", "Authorization: Bearer no" + i).status())
                    .isEqualTo(401);
        }
        RawHttp.Answer answer = ask("GET", "/ready", "Authorization: Bearer " + SECRET);
        assertThat(answer.status()).as("even with the right one").isEqualTo(429);
        assertThat(answer.header("Retry-After"))
                .hasValueSatisfying(v -> assertThat(Integer.parseInt(v)).isBetween(1, 60));
        assertThat(ask("GET", "/health").status()).isEqualTo(200);
    }

    @Test
    void noKeyIsNoGuess() throws IOException {
        for (int i = 0; i < 30; i++) {
            assertThat(ask("GET", "/ready").status()).isEqualTo(401);
        }
    }

    @Test
    void byDefaultOtherMachinesFindNobody() throws IOException {
        InetAddress elsewhere =
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
                        .findFirst()
                        .orElse(null);
        Assumptions.assumeTrue(elsewhere != null, "this machine has no other address");
        try (Socket socket = new Socket(elsewhere, server.port())) {
            assertThat(socket.isConnected()).as("reached at %s", elsewhere).isFalse();
        } catch (ConnectException e) {
            assertThat(e).hasMessageContaining("refused");
        }
    }

    @Test
    void onEveryAddressTheOnesOfThisMachineAreNames() throws IOException {
        Guarded.Options options = new Guarded.Options();
        options.key = ApiKey.given(SECRET);
        options.host = "0.0.0.0";
        try (Guarded open = new Guarded(options)) {
            int port = open.port();
            String key = "Authorization: Bearer " + SECRET;
            for (String host : List.of("127.0.0.1:" + port, "localhost:" + port)) {
                assertThat(
                                RawHttp.send(port, RawHttp.request("GET", "/ready", host, "", key))
                                        .status())
                        .isEqualTo(200);
            }
            for (String host : List.of("0.0.0.0:" + port, "evil.com", "10.9.8.7:" + port)) {
                assertThat(
                                RawHttp.send(port, RawHttp.request("GET", "/ready", host, "", key))
                                        .status())
                        .as(host)
                        .isEqualTo(403);
            }
        }
    }
}
