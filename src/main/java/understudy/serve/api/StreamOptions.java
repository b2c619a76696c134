package understudy.serve.api;

import org.jspecify.annotations.Nullable;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.Field;
import understudy.serve.wire.Refused;

/// How to stream.
@Field("How to stream; only together with `stream`.")
@Refused(value = "include_obfuscation", because = "events are sent as they are")
record StreamOptions(
        @Field(
                        value = "Whether a last event tells the tokens read and written.",
                        standard = "false")
                boolean includeUsage) {

    /// Whether usage is wanted.
    static boolean usage(boolean stream, @Nullable StreamOptions options) {
        if (options != null && !stream) {
            throw ApiError.field(
                    "stream_options",
                    "'stream_options' is only allowed where 'stream' is true",
                    "invalid_value");
        }
        return options != null && options.includeUsage;
    }
}
