package understudy.serve.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server in a process of its own, as the system sees it.
@Timeout(120)
class ShutdownTest {
    private static final String STREAM =
            "{\"messages\": [{\"role\": \"user\", \"content\": \"forever\"}], \"stream\": true}";

    @TempDir Path folder;

    private static Process start(String... before) throws IOException {
        List<String> command = new ArrayList<>(List.of(before));
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1", // it lives for some seconds
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServeProcess.class.getName()));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static int port(BufferedReader out) throws IOException {
        String line = out.readLine();
        assertThat(line).startsWith("port ");
        return Integer.parseInt(line.substring("port ".length()));
    }

    private static Socket stream(int port) throws IOException {
        Socket socket = RawHttp.open(port);
        socket.getOutputStream()
                .write(
                        RawHttp.post(
                                        port,
                                        "/v1/chat/completions",
                                        STREAM,
                                        "Content-Type: application/json")
                                .getBytes(UTF_8));
        return socket;
    }

    @Test
    void asksOfTheSystemEndAStreamAndThenTheProcess() throws Exception {
        Process process = start();
        try (BufferedReader out = process.inputReader()) {
            int port = port(out);
            try (Socket socket = stream(port)) {
                InputStream in = socket.getInputStream();
                byte[] begun = in.readNBytes(500);
                assertThat(new String(begun, UTF_8)).contains("200").contains("data: {");
                long asked = System.nanoTime();
                process.toHandle().destroy(); // SIGTERM; Process.destroy would close our end
                String rest = new String(in.readAllBytes(), UTF_8);
                assertThat(Duration.ofNanos(System.nanoTime() - asked))
                        .isLessThan(Duration.ofSeconds(10));
                List<String> events = List.of(rest.split("\n\n"));
                assertThat(events.getLast()).isEqualTo("data: [DONE]");
                assertThat(events.get(events.size() - 2)).contains("\"server_stopping\"");
                assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
                assertThat(Duration.ofNanos(System.nanoTime() - asked))
                        .isLessThan(Duration.ofSeconds(15));
            }
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(out.readLine()).isEqualTo("stopped []");
            try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(again.isBound()).as("the port is free").isTrue();
            }
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void whileStoppingItSaysSo() throws Exception {
        try (Guarded server = new Guarded();
                Socket socket = stream(server.port())) {
            socket.getInputStream().readNBytes(200);
            // a connection from before: new ones may be refused
            try (Socket early = RawHttp.open(server.port())) {
                Thread stopping = Thread.startVirtualThread(server::close);
                org.awaitility.Awaitility.await().until(server.server.inFlight()::stopping);
                early.getOutputStream().write(RawHttp.get(server.port(), "/ready").getBytes(UTF_8));
                RawHttp.Answer answer = RawHttp.read(early.getInputStream());
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.header("Retry-After")).isPresent();
                socket.close(); // the last one: nothing to wait for any more
                stopping.join();
            }
        }
        org.awaitility.Awaitility.await()
                .untilAsserted(() ->
                        assertThat(ServeProcess.lively())
                                .noneMatch(n -> n.contains("Jetty") || n.contains("qtp")));
    }

    /// Watches every connection that the process opens.
    @Test
    void opensNoConnectionToAnotherMachine() throws Exception {
        Path strace = Path.of("/usr/bin/strace");
        Assumptions.assumeTrue(Files.isExecutable(strace), "strace is not here");
        Path log = folder.resolve("calls");
        Process process =
                start(
                        strace.toString(),
                        "-f",
                        "-qq",
                        "-e",
                        "trace=connect,sendto,sendmsg",
                        "-o",
                        log.toString());
        try (BufferedReader out = process.inputReader()) {
            int port = port(out);
            RawHttp.send(port, RawHttp.get(port, "/docs"));
            RawHttp.send(port, RawHttp.get(port, "/metrics"));
            RawHttp.send(
                    port,
                    RawHttp.post(
                            port,
                            "/generate",
                            Guarded.generate("hi", 5),
                            "Content-Type: application/json"));
            ProcessHandle java = process.descendants().findFirst().orElseThrow();
            java.destroy();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(log).isNotEmptyFile();
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains("AF_INET"))
                .allMatch(line ->
                        line.contains("127.0.0.1")
                                || line.contains("\"::1\"")
                                || line.contains("::ffff:127.0.0.1"));
    }

    /// In a place where there is no other machine, everything works.
    @Test
    void worksWhereThereIsNoNetwork() throws Exception {
        Path unshare = Path.of("/usr/bin/unshare");
        Assumptions.assumeTrue(Files.isExecutable(unshare), "unshare is not here");
        Process probe = new ProcessBuilder(unshare.toString(), "-rn", "true").start();
        Assumptions.assumeTrue(probe.waitFor() == 0, "no namespaces for this user");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String script =
                "ip link set lo up && exec '%s' -Xmx256m -XX:TieredStopAtLevel=1 -cp '%s' '%s'"
                        .formatted(
                                java,
                                System.getProperty("java.class.path"),
                                AskedProcess.class.getName());
        Process process =
                new ProcessBuilder(unshare.toString(), "-rn", "sh", "-c", script)
                        .redirectErrorStream(true)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        Assumptions.assumeFalse(out.contains("ip: not found"), "ip is not here");
        assertThat(out.lines().toList()).contains("answers [200, 200, 200]");
        assertThat(process.waitFor()).isZero();
    }

    /// Serves, asks itself, and ends.
    static final class AskedProcess {
        private AskedProcess() {}

        public static void main(String[] arguments) throws IOException {
            try (Guarded server = new Guarded()) {
                int port = server.port();
                String body = Guarded.generate("hi", 5);
                List<Integer> statuses =
                        List.of(
                                RawHttp.send(port, RawHttp.get(port, "/docs")).status(),
                                RawHttp.send(port, RawHttp.get(port, "/ready")).status(),
                                RawHttp.send(
                                                port,
                                                RawHttp.post(
                                                        port,
                                                        "/generate",
                                                        body,
                                                        "Content-Type: application/json"))
                                        .status());
                System.out.println("answers " + statuses);
            }
        }
    }
}
