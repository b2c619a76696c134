package understudy.serve.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.serve.wire.Field;

/// The body of an answer to `POST /v1/chat/completions`.
@Field("Answers to a conversation.")
record ChatAnswer(
        @Field("A name for this answer.") String id,
        @Field(value = "The kind of object.", choices = "chat.completion") String object,
        @Field("Seconds since 1970.") long created,
        @Field("Id of the model.") String model,
        @Field("The answers.") List<ChatChoice> choices,
        @Field("What it took.") Usage usage,
        @Field("Messages left out because they did not fit; 0 for none.") int truncated) {
    @Field("One answer.")
    record ChatChoice(
            @Field("Its number, from 0.") int index,
            @Field("What is said.") Said message,
            @Field("How likely its tokens were; null where that was not asked for.")
                    Logprobs.@Nullable ChatLogprobs logprobs,
            @Field(
                            value = "`stop` where it came to its end, `length` where it was cut.",
                            choices = {"stop", "length"})
                    String finishReason) {}

    @Field("A message of the person who is imitated.")
    record Said(
            @Field(value = "Who says it.", choices = "assistant") String role,
            @Field("The text.") String content,
            @Field("Always null: there are no refusals apart from the text.")
                    @Nullable String refusal) {}

    /// An event of a stream.
    @Field("A part of an answer, as the events of a stream hold it.")
    record ChatChunk(
            @Field("A name for this answer.") String id,
            @Field(value = "The kind of object.", choices = "chat.completion.chunk") String object,
            @Field("Seconds since 1970.") long created,
            @Field("Id of the model.") String model,
            @Field("Parts of answers; none in the event that tells the usage.")
                    List<ChunkChoice> choices,
            @Field("In the last event of an answer: messages left out.")
                    @JsonInclude(JsonInclude.Include.NON_NULL)
                    @Nullable Integer truncated,
            @Field(
                            value =
                                    "Where it was asked for: in an event of its own, and null in"
                                            + " all others.",
                            nullable = true)
                    @JsonInclude(JsonInclude.Include.NON_NULL)
                    @Nullable Usage usage) {}

    @Field("A part of one answer.")
    record ChunkChoice(
            @Field("The answer's number, from 0.") int index,
            @Field("What comes on.") Delta delta,
            @Field("How likely its tokens were; null where that was not asked for.")
                    Logprobs.@Nullable ChatLogprobs logprobs,
            @Field("In the last part `stop` or `length`, else null.")
                    @Nullable String finishReason) {}

    @Field("What comes on: first the role, then text.")
    record Delta(
            @Field("Who says it.") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String role,
            @Field("Text that follows what came before.") @JsonInclude(JsonInclude.Include.NON_NULL)
                    @Nullable String content) {}
}
