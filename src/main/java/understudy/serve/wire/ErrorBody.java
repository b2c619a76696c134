package understudy.serve.wire;

import org.jspecify.annotations.Nullable;

/// The body of every answer that is an error.
@Field("What went wrong.")
public record ErrorBody(@Field("The error.") ErrorDetail error) {
    /// The error itself.
    @Field("What went wrong, for people and for programs.")
    public record ErrorDetail(
            @Field("What is wrong and what to do, for people.") String message,
            @Field("Kind of error, such as `invalid_request_error` or `server_error`.") String type,
            @Field("The field of the request that is at fault, if one is.") @Nullable String param,
            @Field("A word for programs, such as `context_length_exceeded`.")
                    @Nullable String code) {}
}
