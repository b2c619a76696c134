package understudy.serve.api;

import org.jspecify.annotations.Nullable;
import understudy.generate.GenerateOptions;

/// How to choose tokens, as both of OpenAI's requests say it.
interface Sampling {
    // defaults of requests, as JSON; the same as `understudy chat` has
    String TEMPERATURE = "0.7";
    String TOP_P = "0.95";
    String REPETITION_PENALTY = "1.05";

    double MOST_TEMPERATURE = 2;
    double MOST_PENALTY = 2;
    int MOST_TOKENS = 100_000;
    int MOST_CHOICES = 8;
    int MOST_NAME = 512; // characters of a model's or a client's name

    /// Smallest share that still holds the likeliest token; 0 is meant so.
    double LEAST_TOP_P = 1e-6;

    double temperature();

    double topP();

    int topK();

    double minP();

    double repetitionPenalty();

    double frequencyPenalty();

    double presencePenalty();

    @Nullable LogitBias logitBias();

    @Nullable StopTexts stop();

    @Nullable String user();

    /// @param maxTokens   of the answer
    /// @param topLogprobs as [GenerateOptions#topLogprobs()]
    default GenerateOptions options(int maxTokens, int topLogprobs) {
        GenerateOptions.Builder builder =
                new GenerateOptions.Builder()
                        .maxTokens(maxTokens)
                        .temperature(temperature())
                        .topP(Math.max(LEAST_TOP_P, topP()))
                        .topK(topK())
                        .minP(minP())
                        .repetitionPenalty(repetitionPenalty())
                        .frequencyPenalty(frequencyPenalty())
                        .presencePenalty(presencePenalty())
                        .topLogprobs(topLogprobs);
        LogitBias bias = logitBias();
        if (bias != null) {
            builder.logitBias(bias.byToken());
        }
        StopTexts stops = stop();
        if (stops != null) {
            builder.stopStrings(stops.texts());
        }
        return builder.build();
    }
}
