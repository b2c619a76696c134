package understudy.serve.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.serve.wire.Field;

/// The body of an answer to `POST /v1/completions`, and an event of its stream.
@Field("Texts, continued.")
record CompletionAnswer(
        @Field("A name for this answer.") String id,
        @Field(value = "The kind of object.", choices = "text_completion") String object,
        @Field("Seconds since 1970.") long created,
        @Field("Id of the model.") String model,
        @Field("The texts; none in the event that tells the usage.") List<TextChoice> choices,
        @Field(
                        value =
                                "What it took; of a stream, where it was asked for: in an event of"
                                        + " its own, and null in all others.",
                        nullable = true)
                @JsonInclude(JsonInclude.Include.NON_NULL)
                @Nullable Usage usage) {
    @Field("One text, or a part of it.")
    record TextChoice(
            @Field("What follows the prompt.") String text,
            @Field("Its number, from 0: prompt by prompt, `n` texts each.") int index,
            @Field("How likely its tokens were; null where that was not asked for.")
                    Logprobs.@Nullable TextLogprobs logprobs,
            @Field("`stop` or `length`; null where more follows.") @Nullable String finishReason) {}
}
