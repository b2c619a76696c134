package understudy.serve.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import understudy.serve.Server;

/// Requests that are larger than they may be.
class SizesTest {
    private static final String JSON = "Content-Type: application/json";
    private static final long ANSWER_NANOS = 200_000_000;
    private static final int HEAP_GROWTH = 32 << 20;

    private static Guarded server;

    @BeforeAll
    static void start() {
        server = new Guarded();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void headersOverTheLimitAreRefused() throws IOException {
        int port = server.port();
        for (int size : new int[] {17 << 10, 50 << 10, 1 << 20}) {
            try (Socket socket = RawHttp.open(port)) {
                // the answer comes, and the connection closes, before all has been sent
                Thread sender =
                        Thread.startVirtualThread(() -> {
                            try {
                                socket.getOutputStream()
                                        .write(
                                                RawHttp.get(
                                                                port,
                                                                "/health",
                                                                "X-Long: " + "x".repeat(size))
                                                        .getBytes(StandardCharsets.UTF_8));
                            } catch (IOException e) {
                                // closed by the server
                            }
                        });
                byte[] first = new byte[13];
                int read = socket.getInputStream().readNBytes(first, 0, first.length);
                assertThat(new String(first, 0, read, StandardCharsets.UTF_8))
                        .as("%d bytes", size)
                        .startsWith("HTTP/1.1 431");
                sender.interrupt();
            }
        }
        assertThat(
                        RawHttp.send(port, RawHttp.get(port, "/x", "X-Long: " + "x".repeat(8000)))
                                .status())
                .isEqualTo(404);
        assertThat(RawHttp.send(port, RawHttp.get(port, "/" + "x".repeat(20_000))).status())
                .isIn(414, 431);
        assertThat(RawHttp.send(port, RawHttp.get(port, "/health")).status()).isEqualTo(200);
    }

    /// Only the headers are sent: the answer cannot depend on the body.
    @Test
    void aBodyThatIsSaidToBeTooLargeIsRefusedUnread() throws IOException {
        int port = server.port();
        for (String length : new String[] {"10000000", "8000001", "9223372036854775807"}) {
            String head =
                    RawHttp.post(port, "/generate", "", JSON, "Content-Length: " + length)
                            .replace("Connection: close\r\n", "");
            try (Socket socket = RawHttp.open(port)) {
                socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
                byte[] first = socket.getInputStream().readNBytes(12);
                assertThat(new String(first, StandardCharsets.UTF_8))
                        .as(length)
                        .isEqualTo("HTTP/1.1 413");
            }
        }
        for (String length :
                new String[] {"9223372036854775808", "-1", "x", "1\r\nContent-Length: 2"}) {
            String head = RawHttp.post(port, "/generate", "", JSON, "Content-Length: " + length);
            assertThat(RawHttp.send(port, head).status()).as(length).isEqualTo(400);
        }
    }

    /// The client sends all of it before it looks, as most do; it must still learn the reason.
    @Test
    void whoSendsTooMuchFirstStillLearnsWhy() throws IOException {
        int port = server.port();
        byte[] body = new byte[10_000_000];
        Arrays.fill(body, (byte) ' ');
        String head = RawHttp.post(port, "/generate", "", JSON, "Content-Length: " + body.length);
        try (Socket socket = RawHttp.open(port)) {
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.UTF_8));
            out.write(body);
            assertThat(RawHttp.read(socket.getInputStream()).status()).isEqualTo(413);
        }
    }

    @Test
    void aBodyInChunksIsCountedWhileItComes() throws IOException {
        int port = server.port();
        System.gc();
        long before = used();
        String head = RawHttp.post(port, "/generate", "", JSON, "Transfer-Encoding: chunked");
        byte[] chunk =
                ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.UTF_8);
        int most = Server.Config.BODY_BYTES / 0x10000 + 2;
        try (Socket socket = RawHttp.open(port)) {
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < most; i++) {
                out.write(chunk);
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(RawHttp.read(socket.getInputStream()).status()).isEqualTo(413);
        }
        System.gc();
        assertThat(used() - before).isLessThan(HEAP_GROWTH);
    }

    /// Four million characters are no fewer than a hundred thousand tokens: nobody has to count.
    @Test
    void aPromptOfAMillionTokensIsRefusedUncounted() throws IOException {
        int port = server.port();
        String words = "word ".repeat(800_000);
        for (String[] way :
                new String[][] {
                    {"/generate", "{\"prompt\": \"%s\"}"},
                    {"/v1/completions", "{\"prompt\": \"%s\"}"},
                    {
                        "/v1/chat/completions",
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"%s\"}]}"
                    }
                }) {
            String request = RawHttp.post(port, way[0], way[1].formatted(words), JSON);
            long best = Long.MAX_VALUE; // of several: classes are loaded, others use the machine
            for (int i = 0; i < 6; i++) {
                long asked = System.nanoTime();
                RawHttp.Answer answer = RawHttp.send(port, request);
                best = Math.min(best, System.nanoTime() - asked);
                assertThat(answer.status()).as(way[0]).isEqualTo(400);
                assertThat(answer.body()).contains("context_length_exceeded", "4096");
            }
            assertThat(best).isLessThan(ANSWER_NANOS);
        }
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /// Both could be meant, and a proxy in front may take the other one.
    @Test
    void twoLengthsAreRefused() throws IOException {
        int port = server.port();
        String request = RawHttp.post(port, "/generate", "{}", JSON, "Transfer-Encoding: chunked");
        assertThat(RawHttp.send(port, request).status()).isEqualTo(400);
    }
}
