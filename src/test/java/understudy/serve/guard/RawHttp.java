package understudy.serve.guard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Sends bytes as they are: HTTP clients correct what a test wants to be wrong.
final class RawHttp {
    private static final int TIMEOUT_MILLIS = 20_000;

    private RawHttp() {}

    /// @param head status line and headers
    record Answer(int status, String head, String body) {
        List<String> headers(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip())
                    .toList();
        }

        Optional<String> header(String name) {
            return headers(name).stream().findFirst();
        }
    }

    static Socket open(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /// Sends `request` and reads until the other side closes; `request` should ask for that.
    static Answer send(int port, String request) throws IOException {
        try (Socket socket = open(port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return read(socket.getInputStream());
        }
    }

    static Answer read(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[1 << 14];
        int read = in.read(part);
        while (read >= 0) {
            all.write(part, 0, read);
            read = in.read(part);
        }
        return parse(all.toString(StandardCharsets.UTF_8));
    }

    static Answer parse(String text) {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return new Answer(0, text, "");
        }
        String head = text.substring(0, end);
        int status = Integer.parseInt(head.split(" ", 3)[1].strip());
        return new Answer(status, head, text.substring(end + 4));
    }

    static String get(int port, String path, String... headers) {
        return request("GET", path, "127.0.0.1:" + port, "", headers);
    }

    static String post(int port, String path, String body, String... headers) {
        return request("POST", path, "127.0.0.1:" + port, body, headers);
    }

    static String request(String method, String path, String host, String body, String... headers) {
        StringBuilder text = new StringBuilder();
        text.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
        text.append("Host: ").append(host).append("\r\nConnection: close\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        if (!body.isEmpty()) {
            int length = body.getBytes(StandardCharsets.UTF_8).length;
            text.append("Content-Length: ").append(length).append("\r\n");
        }
        return text.append("\r\n").append(body).toString();
    }
}
