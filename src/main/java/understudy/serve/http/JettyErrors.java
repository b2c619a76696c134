package understudy.serve.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import understudy.serve.wire.ApiError;

/// Answers requests so malformed that no route sees them, in the same form as all others; Jetty's
/// own page would name its version and classes.
public final class JettyErrors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus() < 400 ? 500 : response.getStatus();
        ApiError error =
                new ApiError(
                        status,
                        message(status),
                        status < 500 ? "invalid_request_error" : "server_error",
                        null,
                        "http_" + status,
                        0);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, ByteBuffer.wrap(Errors.bytes(error)), callback);
        return true;
    }

    private static String message(int status) {
        return switch (status) {
            case 400 -> "the request is malformed";
            case 431 -> "the headers are too large";
            default -> {
                @Nullable String known = HttpStatus.getMessage(status);
                yield known == null ? "the request failed" : known;
            }
        };
    }
}
