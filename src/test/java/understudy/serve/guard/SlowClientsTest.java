package understudy.serve.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Clients that send or read too slowly, or are too many.
@Timeout(120)
class SlowClientsTest {
    private static final String JSON = "Content-Type: application/json";
    private static final long HEALTH_NANOS = 500_000_000;

    /// Sends a byte of `text` every `pause`, until the server closes or the text ends.
    private static void drip(Socket socket, String text, Duration pause, Runnable closed) {
        try {
            socket.setSoTimeout((int) pause.toMillis());
            for (byte one : text.getBytes(UTF_8)) {
                socket.getOutputStream().write(one);
                if (ended(socket)) {
                    break;
                }
            }
        } catch (IOException e) {
            // reset: closed too
        }
        closed.run();
    }

    /// Waits as long as the socket's timeout for the end.
    private static boolean ended(Socket socket) throws IOException {
        try {
            int read = socket.getInputStream().read();
            while (read >= 0) {
                read = socket.getInputStream().read();
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        }
    }

    /// With the limits that are in force, and somebody who never reads among them.
    @Test
    void twoHundredSlowSocketsAreClosedAndDelayNobody() throws Exception {
        SlotCompleter completer = new SlotCompleter(2, 8, 1);
        Guarded.Options options = new Guarded.Options();
        options.completer = completer;
        try (Guarded server = new Guarded(options);
                Socket deaf = neverReading(server.port())) {
            int port = server.port();
            long began = System.nanoTime();
            AtomicLong deafUntil = new AtomicLong();
            Thread.startVirtualThread(() -> {
                await().atMost(Duration.ofSeconds(40)).until(() -> completer.ended.get() == 1);
                deafUntil.set(System.nanoTime());
            });
            AtomicInteger closed = new AtomicInteger();
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Socket socket = RawHttp.open(port);
                sockets.add(socket);
                String text =
                        i % 2 == 0 ? RawHttp.get(port, "/health", "X: " + "x".repeat(1000)) : "x";
                if (i % 2 == 1) { // the headers at once, the body slowly
                    String head = RawHttp.post(port, "/generate", "", JSON, "Content-Length: 500");
                    socket.getOutputStream().write(head.getBytes(UTF_8));
                    text = " ".repeat(500);
                }
                String slow = text;
                Thread.startVirtualThread(
                        () -> drip(socket, slow, Duration.ofSeconds(5), closed::incrementAndGet));
            }
            AtomicLong slowest = new AtomicLong();
            await().atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        long asked = System.nanoTime();
                        RawHttp.Answer answer = RawHttp.send(port, RawHttp.get(port, "/health"));
                        assertThat(answer.status()).isEqualTo(200);
                        slowest.accumulateAndGet(System.nanoTime() - asked, Math::max);
                        return closed.get() == 200;
                    });
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(30));
            assertThat(slowest.get()).isLessThan(HEALTH_NANOS);
            assertThat(deaf.isConnected()).isTrue();
            assertThat(completer.ended.get()).isEqualTo(1);
            assertThat(Duration.ofNanos(deafUntil.get() - began))
                    .isLessThan(Duration.ofSeconds(10));
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void aSlowBodyIsToldSo() throws IOException {
        Guarded.Options options = new Guarded.Options();
        options.limits = limits(Duration.ofSeconds(20), Duration.ofMillis(300), 512);
        try (Guarded server = new Guarded(options)) {
            int port = server.port();
            String head = RawHttp.post(port, "/generate", "", JSON, "Content-Length: 500");
            try (Socket socket = RawHttp.open(port)) {
                socket.getOutputStream().write((head + "{").getBytes(UTF_8));
                assertThat(RawHttp.read(socket.getInputStream()).status()).isEqualTo(408);
            }
            assertThat(server.faults).isEmpty();
        }
    }

    /// Each holds a thread that waits for its body; there is no pool of them that could run dry.
    @Test
    void fourHundredUnfinishedBodiesDelayNobody() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try (Guarded server = new Guarded()) {
            int port = server.port();
            String head = RawHttp.post(port, "/generate", "", JSON, "Content-Length: 500");
            for (int i = 0; i < 400; i++) {
                Socket socket = RawHttp.open(port);
                sockets.add(socket);
                socket.getOutputStream().write((head + "{").getBytes(UTF_8));
            }
            for (int i = 0; i < 20; i++) {
                long asked = System.nanoTime();
                RawHttp.Answer answer = RawHttp.send(port, RawHttp.get(port, "/health"));
                assertThat(answer.status()).isEqualTo(200);
                assertThat(System.nanoTime() - asked).isLessThan(HEALTH_NANOS);
            }
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static Limits limits(Duration header, Duration grace, int connections) {
        return limits(header, grace, Limits.STANDARD.writeTime(), connections);
    }

    private static Limits limits(Duration header, Duration grace, Duration write, int connections) {
        Limits all = Limits.STANDARD;
        return new Limits(
                all.headerBytes(),
                connections,
                header,
                grace,
                all.bodyRate(),
                write,
                all.wrongKeys());
    }

    /// A large body on a slow line is not a slow body.
    @Test
    void aBodyThatKeepsComingIsRead() throws IOException {
        Guarded.Options options = new Guarded.Options();
        options.limits = limits(Duration.ofSeconds(20), Duration.ofMillis(300), 512);
        try (Guarded server = new Guarded(options)) {
            int port = server.port();
            String body = Guarded.generate("hi", 2);
            String pad = " ".repeat(16 << 10);
            int parts = 10;
            String head =
                    RawHttp.post(
                            port,
                            "/generate",
                            "",
                            JSON,
                            "Content-Length: " + (body.length() + parts * pad.length()));
            try (Socket socket = RawHttp.open(port)) {
                socket.getOutputStream().write(head.getBytes(UTF_8));
                for (int i = 0; i < parts; i++) {
                    socket.getOutputStream().write(pad.getBytes(UTF_8));
                    LockSupport.parkNanos(100_000_000); // the pace of the line
                }
                socket.getOutputStream().write(body.getBytes(UTF_8));
                assertThat(RawHttp.read(socket.getInputStream()).status()).isEqualTo(200);
            }
        }
    }

    /// A client that asks for an endless text and reads none of it.
    private static Socket neverReading(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096); // before it connects: the window is agreed upon then
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        String body =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"flood\"}], \"stream\":"
                        + " true}";
        String request = RawHttp.post(port, "/v1/chat/completions", body, JSON);
        socket.getOutputStream().write(request.getBytes(UTF_8));
        return socket;
    }

    @Test
    void whoNeverReadsIsCutOffAndTheTextIsCancelled() throws IOException {
        SlotCompleter completer = new SlotCompleter(2, 8, 1);
        Guarded.Options options = new Guarded.Options();
        options.completer = completer;
        options.limits =
                limits(Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofMillis(500), 512);
        try (Guarded server = new Guarded(options);
                Socket socket = neverReading(server.port())) {
            await().atMost(Duration.ofSeconds(10)).until(() -> completer.ended.get() == 1);
            assertThat(completer.running.get()).isZero();
            assertThat(socket.isConnected()).isTrue();
            assertThat(RawHttp.send(server.port(), RawHttp.get(server.port(), "/health")).status())
                    .isEqualTo(200);
            assertThat(server.faults).isEmpty();
        }
    }

    /// A model may think for long; nothing is read or written meanwhile.
    @Test
    void aQuietAnswerIsNotASlowClient() throws IOException {
        Guarded.Options options = new Guarded.Options();
        options.limits =
                limits(Duration.ofMillis(200), Duration.ofMillis(200), Duration.ofMillis(200), 512);
        options.completer = new SlotCompleter(2, 8, 700);
        try (Guarded server = new Guarded(options)) {
            int port = server.port();
            RawHttp.Answer answer =
                    RawHttp.send(
                            port, RawHttp.post(port, "/generate", Guarded.generate("hi", 2), JSON));
            assertThat(answer.status()).isEqualTo(200);
        }
    }

    @Test
    void anUnusedConnectionIsClosed() throws IOException {
        Guarded.Options options = new Guarded.Options();
        options.limits = limits(Duration.ofMillis(500), Duration.ofSeconds(5), 512);
        try (Guarded server = new Guarded(options);
                Socket socket = RawHttp.open(server.port())) {
            String keep =
                    RawHttp.get(server.port(), "/health").replace("Connection: close\r\n", "");
            socket.getOutputStream().write(keep.getBytes(UTF_8));
            RawHttp.Answer answer = RawHttp.read(socket.getInputStream());
            assertThat(answer.status()).isEqualTo(200);
        }
    }

    @Test
    void tooManyConnectionsAreRefused() throws IOException {
        Guarded.Options options = new Guarded.Options();
        options.limits = limits(Duration.ofSeconds(20), Duration.ofSeconds(5), 10);
        List<Socket> open = new ArrayList<>();
        AtomicBoolean busy = new AtomicBoolean();
        try (Guarded server = new Guarded(options)) {
            int port = server.port();
            for (int i = 0; i < 12; i++) {
                open.add(RawHttp.open(port));
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> {
                        RawHttp.Answer answer = RawHttp.send(port, RawHttp.get(port, "/health"));
                        busy.set(answer.header("Retry-After").isPresent());
                        return answer.status() == 503;
                    });
            assertThat(busy).isTrue();
            for (Socket socket : open) {
                socket.close();
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> RawHttp.send(port, RawHttp.get(port, "/health")).status() == 200);
        }
    }
}
