package understudy.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import understudy.base.ExitCode;
import understudy.base.Json;

/// A checkpoint far larger than the heap is fetched through a small one, and lies on the disk once.
class LargeModelIT {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final long MIB = 1 << 20;
    private static final long WEIGHTS = 300 * MIB;

    @TempDir Path folder;

    private final Map<String, byte[]> texts =
            Map.of(
                    "config.json",
                    bytes("{\"model_type\":\"llama\"}"),
                    "tokenizer.json",
                    bytes("{}"));
    private final byte[] header = header();
    private HttpServer server;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Of a safetensors file with one tensor of [#WEIGHTS] bytes.
    private static byte[] header() {
        byte[] json =
                bytes(
                        "{\"w\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
                                .formatted(WEIGHTS, WEIGHTS));
        return ByteBuffer.allocate(8 + json.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    @BeforeEach
    void serve() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] answer = answer();
        server.createContext("/api/", exchange -> answer(exchange, answer));
        server.createContext("/acme/", this::file);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private byte[] answer() throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        weights(digest::update);
        Map<String, Object> large =
                Map.of(
                        "rfilename",
                        "model.safetensors",
                        "size",
                        header.length + WEIGHTS,
                        "lfs",
                        Map.of("sha256", HexFormat.of().formatHex(digest.digest())));
        List<Map<String, Object>> files =
                Stream.concat(texts.entrySet().stream().map(LargeModelIT::text), Stream.of(large))
                        .toList();
        return Json.json().writeValueAsBytes(Map.of("sha", COMMIT, "siblings", files));
    }

    private static Map<String, Object> text(Map.Entry<String, byte[]> file) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(bytes("blob " + file.getValue().length + "\0"));
            String hash = HexFormat.of().formatHex(digest.digest(file.getValue()));
            return Map.of(
                    "rfilename", file.getKey(), "size", file.getValue().length, "blobId", hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Takes a part of the file.
    @FunctionalInterface
    private interface Sink {
        void take(byte[] part) throws IOException;
    }

    /// The file in parts of a MiB, no two alike.
    private void weights(Sink sink) {
        try {
            sink.take(header);
            byte[] part = new byte[(int) MIB];
            for (long i = 0; i < WEIGHTS / MIB; i++) {
                ByteBuffer.wrap(part).putLong(i);
                sink.take(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(content);
        }
    }

    private void file(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] text = texts.get(path.substring(path.lastIndexOf('/') + 1));
        if (text != null) {
            answer(exchange, text);
            return;
        }
        exchange.sendResponseHeaders(200, header.length + WEIGHTS);
        try (OutputStream out = exchange.getResponseBody()) {
            weights(out::write);
        }
    }

    @Test
    void isFetchedThroughASmallHeapAndLiesOnTheDiskOnce() throws Exception {
        int port = server.getAddress().getPort();
        Program program =
                new Program(folder)
                        .with("HF_HUB_OFFLINE", "0")
                        .with("HF_ENDPOINT", "http://localhost:" + port)
                        .with("UNDERSTUDY_JAVA_OPTS", "-Xmx64m");
        Process get = program.start("model", "get", "acme/large");
        long most = 0;
        while (!get.waitFor(50, TimeUnit.MILLISECONDS)) {
            most = Math.max(most, diskBytes());
        }
        String said = new String(get.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(get.exitValue()).as(said).isEqualTo(ExitCode.OK);
        assertThat(said).contains("acme/large is at ");
        long end = diskBytes();
        System.out.printf("%d MiB on the disk at most, %d at the end%n", most / MIB, end / MIB);
        assertThat(end).isBetween(WEIGHTS, WEIGHTS + MIB);
        assertThat(most).isLessThan(WEIGHTS + MIB);
    }

    /// Of all regular files below the folder; links are no copies.
    private long diskBytes() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !Files.isSymbolicLink(path))
                    .mapToLong(LargeModelIT::size)
                    .sum();
        } catch (UncheckedIOException e) {
            return 0; // a file was renamed meanwhile
        }
    }

    private static long size(Path path) {
        try {
            return Files.isRegularFile(path) ? Files.size(path) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
