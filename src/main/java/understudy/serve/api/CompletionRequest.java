package understudy.serve.api;

import org.jspecify.annotations.Nullable;
import understudy.generate.GenerateOptions;
import understudy.serve.wire.Field;
import understudy.serve.wire.Refused;

/// The body of `POST /v1/completions`.
@Field("Texts to continue, and how.")
@Refused(value = "best_of", because = "every text that is written is answered; use 'n'")
@Refused(value = "suffix", because = "the model writes on, not in between")
record CompletionRequest(
        @Field(
                        "The texts to continue: text, a list of texts, token ids, or a list of"
                            + " lists of them. The names of control tokens in a text stand for the"
                            + " tokens.")
                PromptInput prompt,
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
                        value = "Tokens to write at most; OpenAI's default.",
                        standard = "16",
                        min = 1,
                        max = Sampling.MOST_TOKENS,
                        nullable = true)
                int maxTokens,
        @Field(
                        value = "How many texts to write for every prompt.",
                        standard = "1",
                        min = 1,
                        max = Sampling.MOST_CHOICES,
                        nullable = true)
                int n,
        @Field(value = "Texts that end the answer and are not part of it.", nullable = true)
                @Nullable StopTexts stop,
        @Field(
                        value =
                                "The same seed gives the same text. Text number i of one prompt"
                                        + " takes the seed plus i.",
                        nullable = true)
                @Nullable Long seed,
        @Field(
                        value = "Send the text as it is written, in server-sent events.",
                        standard = "false",
                        nullable = true)
                boolean stream,
        @Field(value = "How to stream; only together with `stream`.", nullable = true)
                @Nullable StreamOptions streamOptions,
        @Field(
                        value =
                                "Answer the prompt in front of what follows it; not together with"
                                        + " `logprobs`, and not for token ids.",
                        standard = "false",
                        nullable = true)
                boolean echo,
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
                        value =
                                "Tell how likely every token was, and this many likeliest ones at"
                                        + " its place.",
                        min = 0,
                        max = 5,
                        nullable = true)
                @Nullable Integer logprobs,
        @Field(
                        value = "Who asks; those who ask take turns.",
                        most = Sampling.MOST_NAME,
                        nullable = true)
                @Nullable String user)
        implements Sampling {

    GenerateOptions options() {
        return options(maxTokens, logprobs == null ? -1 : logprobs);
    }
}
