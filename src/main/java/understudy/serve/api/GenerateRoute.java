package understudy.serve.api;

import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import understudy.generate.GenerateOptions;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Prompt;
import understudy.serve.http.InFlight;
import understudy.serve.http.Route;
import understudy.serve.wire.ApiError;
import understudy.serve.wire.Field;
import understudy.serve.wire.Fields;

/// The endpoint of the article: raw text in, the same text continued out.
final class GenerateRoute {
    /// As many as the transformers library takes where nobody says; the article's server did not.
    private static final int TOP_K = 50;

    private static final int MOST_STOPS = 16;

    /// A turn in the template of the article's training, and the opening of the answer.
    private static final String EXAMPLE =
            """
            {"prompt": "<|start_header_id|>user<|end_header_id|>\\nHow was your day?<|eot_id|>\
            <|start_header_id|>system<|end_header_id|>\\n", "temperature": 0.5,
            "max_new_tokens": 100, "repetition_penalty": 1.15, "custom_stop_tokens": "<|eot_id|>"}
            """;

    private final Writing writing;

    GenerateRoute(Writing writing) {
        this.writing = writing;
    }

    @Field("A text to continue, and how.")
    record GenerateRequest(
            @Field(
                            value =
                                    "The text to continue, in the template of the training; the"
                                        + " names of control tokens in it stand for the tokens.",
                            least = 1)
                    String prompt,
            @Field(
                            value =
                                    "0 takes the likeliest token always; 1 is as varied as"
                                            + " learned.",
                            standard = "0.5",
                            min = 0,
                            max = 5)
                    double temperature,
            @Field(value = "Tokens to write at most.", standard = "100", min = 1, max = 100_000)
                    int maxNewTokens,
            @Field(
                            value =
                                    "Divides the score of tokens that already stand there; 1 for"
                                            + " none.",
                            standard = "1.15",
                            min = 0.1,
                            max = 10)
                    double repetitionPenalty,
            @Field(
                            value =
                                    "Texts that end the answer and are not part of it, with commas"
                                            + " between them.",
                            standard = "\"<|eot_id|>\"",
                            most = 4096)
                    String customStopTokens) {

        List<String> stops() {
            List<String> stops =
                    Arrays.stream(customStopTokens.split(",")).filter(s -> !s.isEmpty()).toList();
            if (stops.size() > MOST_STOPS) {
                throw ApiError.field(
                        "custom_stop_tokens",
                        "'custom_stop_tokens' takes at most " + MOST_STOPS + " texts",
                        "invalid_value");
            }
            return stops;
        }
    }

    @Field("The text and how it goes on.")
    record GenerateAnswer(
            @Field("The prompt and what was written after it.") String generatedText) {}

    Route route() {
        return Route.post("/generate", "generate", GenerateRequest.class)
                .tag("Article")
                .says(
                        "Continue a text",
                        "Continues raw text with the first of the models; `/generate/` is the"
                                + " same.")
                .example("a question", EXAMPLE)
                .answer(Route.Answer.json(200, "The text, continued.", GenerateAnswer.class))
                .writes()
                .handler(this::handle);
    }

    private void handle(Context context) {
        GenerateRequest asked = writing.body().read(context, GenerateRequest.class);
        List<String> stops = asked.stops();
        Completer.ModelInfo model = writing.model(null);
        Writing.checkLength(model, asked.prompt().length(), "prompt");
        GenerateOptions options =
                new GenerateOptions.Builder()
                        .temperature(asked.temperature())
                        .maxTokens(asked.maxNewTokens())
                        .repetitionPenalty(asked.repetitionPenalty())
                        .stopStrings(stops)
                        .topK(TOP_K)
                        .topP(1)
                        .build();
        try (InFlight.Request request = writing.inFlight().open(context.req())) {
            Writing.Job job =
                    new Writing.Job(model, options, null, Writing.client(context), request);
            Completion done = writing.write(job, new Prompt.Raw(asked.prompt()), 0, piece -> {});
            GenerateAnswer answer = new GenerateAnswer(asked.prompt() + done.text());
            context.result(Fields.mapper().writeValueAsString(answer));
        }
    }
}
