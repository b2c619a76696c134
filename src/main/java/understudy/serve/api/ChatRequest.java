package understudy.serve.api;

import java.util.List;
import org.jspecify.annotations.Nullable;
import understudy.chat.Role;
import understudy.generate.GenerateOptions;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.Field;
import understudy.serve.wire.Refused;
import understudy.text.Line;

/// The body of `POST /v1/chat/completions`: OpenAI's fields, some that vLLM added, and what makes
/// a conversation fit.
@Field("A conversation to answer, and how.")
@Refused(
        value = {"tools", "functions", "function_call", "parallel_tool_calls"},
        because = "the model calls no tools")
@Refused(
        value = {"audio", "web_search_options", "prediction", "moderation"},
        because = "the model reads and writes text, and nothing else is done with it")
record ChatRequest(
        @Field(value = "The conversation, oldest first.", least = 1, most = 10_000)
                List<Message> messages,
        @Field(
                        value = "Id of a model of `GET /v1/models`; the first where it is absent.",
                        most = Sampling.MOST_NAME)
                @Nullable String model,
        @Field(
                        value = "0 takes the likeliest token always; 1 is as varied as learned.",
                        standard = Sampling.TEMPERATURE,
                        min = 0,
                        max = Sampling.MOST_TEMPERATURE,
                        nullable = true)
                double temperature,
        @Field(
                        value = "Choose among the likeliest tokens that together have this chance.",
                        standard = Sampling.TOP_P,
                        min = 0,
                        max = 1,
                        nullable = true)
                double topP,
        @Field(
                        value = "Tokens of an answer at most.",
                        min = 1,
                        max = Sampling.MOST_TOKENS,
                        nullable = true)
                @Nullable Integer maxCompletionTokens,
        @Field(
                        value = "The older name of `max_completion_tokens`; 512 without either.",
                        min = 1,
                        max = Sampling.MOST_TOKENS,
                        nullable = true)
                @Nullable Integer maxTokens,
        @Field(
                        value = "How many answers to write.",
                        standard = "1",
                        min = 1,
                        max = Sampling.MOST_CHOICES,
                        nullable = true)
                int n,
        @Field(value = "Texts that end the answer and are not part of it.", nullable = true)
                @Nullable StopTexts stop,
        @Field(
                        value =
                                "The same seed gives the same text. Answer number i of several"
                                        + " takes the seed plus i.",
                        nullable = true)
                @Nullable Long seed,
        @Field(
                        value = "Send the answer as it is written, in server-sent events.",
                        standard = "false",
                        nullable = true)
                boolean stream,
        @Field(value = "How to stream; only together with `stream`.", nullable = true)
                @Nullable StreamOptions streamOptions,
        @Field(
                        value = "Taken off a token's score for every time it was written.",
                        standard = "0",
                        min = -Sampling.MOST_PENALTY,
                        max = Sampling.MOST_PENALTY,
                        nullable = true)
                double frequencyPenalty,
        @Field(
                        value = "Taken off a token's score once it was written.",
                        standard = "0",
                        min = -Sampling.MOST_PENALTY,
                        max = Sampling.MOST_PENALTY,
                        nullable = true)
                double presencePenalty,
        @Field(
                        value =
                                "Divides the score of tokens that already stand there; 1 for none."
                                        + " Not of OpenAI's API, but of vLLM's.",
                        standard = Sampling.REPETITION_PENALTY,
                        min = 0.1,
                        max = 10,
                        nullable = true)
                double repetitionPenalty,
        @Field(
                        value =
                                "Choose among this many likeliest tokens; 0 for no bound. Not of"
                                        + " OpenAI's API, but of vLLM's.",
                        standard = "0",
                        min = 0,
                        max = Integer.MAX_VALUE,
                        nullable = true)
                int topK,
        @Field(
                        value =
                                "Leave out tokens less likely than this times the likeliest. Not"
                                        + " of OpenAI's API, but of vLLM's.",
                        standard = "0",
                        min = 0,
                        max = 1,
                        nullable = true)
                double minP,
        @Field(value = "Added to the scores of single tokens, by their ids.", nullable = true)
                @Nullable LogitBias logitBias,
        @Field(
                        value = "Tell how likely every token of the answer was.",
                        standard = "false",
                        nullable = true)
                boolean logprobs,
        @Field(
                        value =
                                "How many likeliest tokens to tell of at every place; only"
                                        + " together with `logprobs`.",
                        min = 0,
                        max = 20,
                        nullable = true)
                @Nullable Integer topLogprobs,
        @Field(
                        value =
                                "What to do with a conversation that does not fit: `disabled`"
                                    + " refuses it, `auto` leaves out the oldest messages that are"
                                    + " not of the system; `truncated` in the answer says how many."
                                    + " Of OpenAI's Responses API.",
                        standard = "\"disabled\"",
                        choices = {"disabled", "auto"},
                        nullable = true)
                String truncation,
        @Field(
                        value =
                                "`person` names who is talking: somebody of `understudy people`."
                                        + " Other entries are ignored.",
                        nullable = true)
                @Nullable Metadata metadata,
        @Field(
                        value = "Who asks; those who ask take turns.",
                        most = Sampling.MOST_NAME,
                        nullable = true)
                @Nullable String user,
        @Field(value = "The newer name of `user`.", most = Sampling.MOST_NAME, nullable = true)
                @Nullable String safetyIdentifier,
        @Field(value = "The form of the answer: text.", nullable = true)
                @Nullable ResponseFormat responseFormat,
        @Field(value = "What comes out: text.", least = 1, most = 1, nullable = true)
                @Nullable List<Modality> modalities,
        @Field(
                        value = "Whether to call tools: there are none to call.",
                        choices = "none",
                        nullable = true)
                @Nullable String toolChoice,
        @Field(
                        value = "How long to think first: the model does not.",
                        choices = "none",
                        nullable = true)
                @Nullable String reasoningEffort,
        @Field(
                        value = "How much to say: as much as was learned.",
                        choices = "medium",
                        nullable = true)
                @Nullable String verbosity,
        @Field(value = "Nothing is stored, so only false is taken.", nullable = true)
                @Nullable Never store,
        @Field(value = "Ignored: there is one tier of service.", most = 64, nullable = true)
                @Nullable String serviceTier,
        @Field(value = "Ignored: what can be cached is cached.", most = 512, nullable = true)
                @Nullable String promptCacheKey,
        @Field(value = "Ignored, as `prompt_cache_key` is.", nullable = true)
                @Nullable Anything promptCacheOptions,
        @Field(value = "Ignored, as `prompt_cache_key` is.", most = 64, nullable = true)
                @Nullable String promptCacheRetention)
        implements Sampling {
    private static final int STANDARD_TOKENS = 512;

    /// A message.
    @Field("A message of the conversation.")
    @Refused(
            value = {"tool_calls", "tool_call_id", "function_call"},
            because = "the model calls no tools")
    @Refused(
            value = {"audio", "refusal", "annotations"},
            because = "only 'content' is read")
    record Message(
            @Field(
                            value =
                                    "`user` is the one who is answered, `assistant` the person who"
                                        + " is imitated. `developer` is the same as `system`: what"
                                        + " it says follows the first line of the training.",
                            choices = {"system", "developer", "user", "assistant"})
                    String role,
            @Field("What was said: text, or a list of parts `{\"type\": \"text\", \"text\": …}`.")
                    MessageText content,
            @Field(
                            value = "The speaker's name, for the few templates that show it.",
                            pattern = "[A-Za-z0-9_-]{1,64}",
                            nullable = true)
                    @Nullable String name) {

        Line line() {
            Role by =
                    switch (role) {
                        case "user" -> Role.USER;
                        case "assistant" -> Role.ASSISTANT;
                        default -> Role.SYSTEM;
                    };
            return new Line(by, name, content.text());
        }
    }

    /// The only form there is.
    @Field("The form of the answer.")
    @Refused(value = "json_schema", because = "the model writes text")
    record ResponseFormat(
            @Field(value = "Only text can be written.", choices = "text") String type) {}

    List<Line> lines() {
        return messages.stream().map(Message::line).toList();
    }

    boolean mayTruncate() {
        return truncation.equals("auto");
    }

    /// The options of one answer.
    GenerateOptions options() {
        if (topLogprobs != null && topLogprobs > 0 && !logprobs) {
            throw ApiError.field(
                    "top_logprobs",
                    "'top_logprobs' is only allowed where 'logprobs' is true",
                    "invalid_value");
        }
        if (maxTokens != null
                && maxCompletionTokens != null
                && !maxTokens.equals(maxCompletionTokens)) {
            throw ApiError.field(
                    "max_tokens",
                    "'max_tokens' and 'max_completion_tokens' say different numbers",
                    "invalid_value");
        }
        int most =
                maxCompletionTokens != null
                        ? maxCompletionTokens
                        : maxTokens != null ? maxTokens : STANDARD_TOKENS;
        return options(most, !logprobs ? -1 : topLogprobs == null ? 0 : topLogprobs);
    }

    /// Who asks; null where the request does not say.
    @Nullable String client() {
        return safetyIdentifier == null ? user : safetyIdentifier;
    }
}
