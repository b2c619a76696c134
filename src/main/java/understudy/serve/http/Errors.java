package understudy.serve.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.reply.Refusal;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.Fields;

/// Turns whatever is thrown into an answer that has a reason and no stack trace.
///
/// @param faults told of what nobody expected, for a file that only the owner reads
public record Errors(Consumer<Throwable> faults) {
    /// The client has closed the request; no client sees it, but logs and counters do.
    private static final int CLIENT_CLOSED = 499;

    /// Answers for everything that a handler throws, and for what no handler takes.
    public void install(JavalinConfig config) {
        config.routes.exception(
                ClientGone.class, (e, context) -> context.status(CLIENT_CLOSED).result(""));
        config.routes.exception(ApiError.class, (e, context) -> answer(context, e));
        config.routes.exception(
                HttpResponseException.class, (e, context) -> answer(context, http(e, context)));
        config.routes.exception(Exception.class, (e, context) -> answer(context, of(e)));
        config.router.javaLangErrorHandler((response, error) -> {
            faults.accept(error);
            answer(response, fault());
        });
    }

    private static void answer(Context context, ApiError error) {
        if (!context.res().isCommitted()) { // else the answer had begun; its connection is closed
            headers(context.res(), error);
            context.status(error.status()).contentType("application/json").result(bytes(error));
        }
    }

    private static void headers(HttpServletResponse response, ApiError error) {
        if (error.retryAfter() > 0) {
            response.setHeader("Retry-After", Integer.toString(error.retryAfter()));
        }
        if (error.status() == 504) {
            response.setHeader("X-Should-Retry", "false"); // OpenAI's clients would, at once
        }
    }

    private static void answer(HttpServletResponse response, ApiError error) {
        if (response.isCommitted()) {
            return;
        }
        byte[] body = bytes(error);
        response.resetBuffer();
        response.setStatus(error.status());
        response.setContentType("application/json");
        response.setContentLength(body.length);
        headers(response, error);
        try {
            response.getOutputStream().write(body);
        } catch (IOException e) {
            // nobody reads it
        }
    }

    /// The body of `error` in JSON.
    public static byte[] bytes(ApiError error) {
        return Fields.mapper().writeValueAsString(error.body()).getBytes(StandardCharsets.UTF_8);
    }

    /// The answer to whatever was thrown.
    public ApiError of(Exception thrown) {
        return switch (thrown) {
            case ApiError error -> error;
            case Refusal refusal -> refused(refusal);
            case UserError error -> ApiError.request(400, text(error), "invalid_value");
            case JsonBody.BodyFailed failed -> body(failed.getCause());
            case EofException gone -> ApiError.request(400, "the connection ended", "incomplete");
            default -> {
                faults.accept(thrown);
                yield fault();
            }
        };
    }

    private static ApiError fault() {
        return new ApiError(
                500,
                "this is a fault in understudy; the logs folder of its home has the details",
                "server_error",
                null,
                "internal_error",
                0);
    }

    private static ApiError refused(Refusal refusal) {
        String text = text(refusal);
        int later = refusal.retryAfter();
        return switch (refusal.reason()) {
            case UNKNOWN_MODEL ->
                    new ApiError(404, text, "invalid_request_error", "model", "model_not_found", 0);
            case TOO_LONG -> ApiError.request(400, text, "context_length_exceeded");
            case INVALID -> ApiError.request(400, text, "invalid_value");
            case BUSY -> ApiError.later(429, text, "rate_limit_exceeded", Math.max(1, later));
            case UNAVAILABLE -> ApiError.later(503, text, "unavailable", Math.max(1, later));
            case UPSTREAM -> ApiError.later(502, text, "upstream_error", later);
        };
    }

    private static String text(UserError error) {
        String where = error.where() == null ? "" : " (" + error.where() + ")";
        return error.what() + where + "; " + error.fix();
    }

    /// Jetty says with exceptions of its own that a body is too slow, too short or malformed.
    private static ApiError body(@Nullable Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof HttpException bad && bad.getCode() == 413) {
                return ApiError.request(413, "the body is too large", "too_large");
            }
            if (t instanceof TimeoutException
                    || (t instanceof HttpException bad && bad.getCode() == 408)) {
                return ApiError.request(408, "the body did not come in time", "too_slow");
            }
        }
        return ApiError.request(400, "the body ended early or is malformed", "incomplete");
    }

    private static ApiError http(HttpResponseException thrown, Context context) {
        int status = thrown.getStatus();
        return switch (status) {
            case 404 ->
                    ApiError.request(
                            404,
                            "there is nothing at this address; GET /openapi.json lists what is",
                            "not_found");
            case 405 -> {
                String allowed = thrown.getDetails().getOrDefault("availableMethods", "").strip();
                context.header("Allow", allowed);
                yield ApiError.request(
                        405, "this address takes another method: " + allowed, "wrong_method");
            }
            case 413 -> ApiError.request(413, "the body is too large", "too_large");
            default ->
                    ApiError.request(
                            status,
                            HttpStatus.forStatus(status).getMessage().toLowerCase(Locale.ROOT),
                            "http_" + status);
        };
    }
}
