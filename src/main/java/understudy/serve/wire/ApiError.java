package understudy.serve.wire;

import org.jspecify.annotations.Nullable;

/// Why a request is not answered as asked, as its caller sees it.
///
/// The form is OpenAI's. Nothing in it quotes what the caller wrote but names of fields.
@SuppressWarnings("serial") // errors are never serialised
public final class ApiError extends RuntimeException {
    private final int status;
    private final String type;
    private final @Nullable String param;
    private final @Nullable String code;
    private final int retryAfter;

    /// @param status     of HTTP
    /// @param type       kind of error, such as `invalid_request_error`
    /// @param param      the field at fault; null where there is none
    /// @param code       a word for programs; null where the type says enough
    /// @param retryAfter seconds after which to try again; 0 where that would not help
    public ApiError(
            int status,
            String message,
            String type,
            @Nullable String param,
            @Nullable String code,
            int retryAfter) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /// A field that is wrong.
    public static ApiError field(String param, String message, String code) {
        return new ApiError(400, message, "invalid_request_error", param, code, 0);
    }

    /// A request that is wrong, though no one field is.
    public static ApiError request(int status, String message, String code) {
        return new ApiError(status, message, "invalid_request_error", null, code, 0);
    }

    /// Not now.
    ///
    /// @param retryAfter seconds
    public static ApiError later(int status, String message, String code, int retryAfter) {
        String type = status == 429 ? "rate_limit_error" : "server_error";
        return new ApiError(status, message, type, null, code, retryAfter);
    }

    public int status() {
        return status;
    }

    /// Seconds after which to try again; 0 where that would not help.
    public int retryAfter() {
        return retryAfter;
    }

    public @Nullable String code() {
        return code;
    }

    public ErrorBody body() {
        return new ErrorBody(new ErrorBody.ErrorDetail(message(), type, param, code));
    }

    private String message() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
