package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import understudy.base.Hours;

/// Hours in which it writes, and what it says outside of them.
class OpeningTest {
    private static final String JSON = "Content-Type: application/json";

    private static Guarded at(String instant) {
        Guarded.Options options = new Guarded.Options();
        options.hours = Hours.parse("18:00-23:00", "--hours");
        options.clock = Clock.fixed(Instant.parse(instant), ZoneId.of("Europe/Berlin"));
        return new Guarded(options);
    }

    @Test
    void outsideItSaysWhenToComeBack() throws IOException {
        try (Guarded server = at("2026-11-25T16:30:00Z")) { // 17:30 there
            int port = server.port();
            RawHttp.Answer answer =
                    RawHttp.send(
                            port, RawHttp.post(port, "/generate", Guarded.generate("hi", 3), JSON));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).contains("1801");
            assertThat(answer.body()).contains("18:00-23:00", "\"outside_hours\"");
            RawHttp.Answer ready = RawHttp.send(port, RawHttp.get(port, "/ready"));
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.header("Retry-After")).contains("1801");
            for (String path :
                    new String[] {"/health", "/docs", "/", "/metrics", "/openapi.json"}) {
                assertThat(RawHttp.send(port, RawHttp.get(port, path)).status())
                        .as(path)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void insideItWrites() throws IOException {
        try (Guarded server = at("2026-11-25T17:00:00Z")) {
            int port = server.port();
            RawHttp.Answer answer =
                    RawHttp.send(
                            port, RawHttp.post(port, "/generate", Guarded.generate("hi", 3), JSON));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(RawHttp.send(port, RawHttp.get(port, "/ready")).status()).isEqualTo(200);
        }
    }
}
