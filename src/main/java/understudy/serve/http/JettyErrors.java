package understudy.serve.http;

import java.nio.ByteBuffer;
import java.util.Set;
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
    /// How Jetty says that a request does not name the server.
    private static final Set<String> NO_NAME = Set.of("No Host", "Blank Host");

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
        if (status == 400
                && NO_NAME.contains(String.valueOf(request.getAttribute(ERROR_MESSAGE)))) {
            error = nameless();
            response.setStatus(error.status());
        }
        SafeHeaders.put(response.getHeaders());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, ByteBuffer.wrap(Errors.bytes(error)), callback);
        return true;
    }

    /// The same as for a request that names another server.
    private static ApiError nameless() {
        return new ApiError(
                403,
                "the request has no Host header",
                "permission_error",
                null,
                "host_not_allowed",
                0);
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
