package understudy.serve.guard;

import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import understudy.base.Json;

/// Why a request does not get in, in the form of OpenAI's errors. Nothing in it quotes the caller.
///
/// @param status     of HTTP
/// @param code       a word for programs
/// @param message    what is wrong and what to do, for people
/// @param retryAfter seconds after which to try again; 0 where that would not help
/// @param close      whether the connection ends with it
record Denial(int status, String code, String message, int retryAfter, boolean close) {
    static Denial of(int status, String code, String message) {
        return new Denial(status, code, message, 0, false);
    }

    static Denial later(int status, String code, String message, int retryAfter) {
        return new Denial(status, code, message, retryAfter, false);
    }

    /// A denial after which the rest of what the client sends is not read.
    static Denial closing(int status, String code, String message) {
        return new Denial(status, code, message, 0, true);
    }

    private String type() {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 429 -> "rate_limit_error";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
    }

    String body() {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", message);
        error.put("type", type());
        error.put("param", null);
        error.put("code", code);
        return Json.json().writeValueAsString(Map.of("error", error));
    }

    /// Answers with it.
    void write(Response response, Callback callback) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        if (status == 401) {
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer realm=\"understudy\"");
        }
        if (retryAfter > 0) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, Integer.toString(retryAfter));
        }
        if (close) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        Content.Sink.write(response, true, body(), callback);
    }
}
