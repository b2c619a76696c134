package understudy.serve.api;

import understudy.serve.wire.Field;

/// What a request took.
@Field("Tokens that were read and written.")
record Usage(
        @Field("Tokens read.") int promptTokens,
        @Field("Tokens written, of all answers together.") int completionTokens,
        @Field("Both together.") int totalTokens) {
    static Usage of(int read, int written) {
        return new Usage(read, written, read + written);
    }
}
