package understudy.serve;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A connection that can do what no HTTP library does: leave, in the middle of anything.
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream input;

    RawClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        input = new BufferedInputStream(socket.getInputStream());
    }

    void post(String path, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head =
                ("POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                                + "Content-Length: %d\r\n\r\n")
                        .formatted(path, socket.getPort(), bytes.length);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(bytes);
    }

    /// Reads until `end` has come, or the connection ends.
    String readUntil(String end) throws IOException {
        StringBuilder all = new StringBuilder();
        InputStream in = input;
        int read = in.read();
        while (read >= 0) {
            all.append((char) read);
            int from = all.length() - end.length();
            if (from >= 0 && all.indexOf(end, from) == from) {
                return all.toString();
            }
            read = in.read();
        }
        return all.toString();
    }

    void shutDownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /// Ends the connection with a reset, as a process that dies may.
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
