package understudy.generate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import understudy.base.UserError;

/// How to write.
///
/// @param maxTokens         tokens at most, 1 to 100,000
/// @param temperature       0 takes the likeliest token always; 1 as the model learned it; to 5
/// @param topK              choose among this many likeliest; 0 for no bound
/// @param topP              choose among the likeliest that together have this chance, 0 to 1
/// @param minP              leave out tokens less likely than this times the likeliest, 0 to 1
/// @param repetitionPenalty divides the score of tokens that already stand there; 1 for none
/// @param frequencyPenalty  taken off a token's score for every time it was written, -2 to 2
/// @param presencePenalty   taken off a token's score once it was written, -2 to 2
/// @param logitBias         added to the scores of single tokens, -100 to 100
/// @param stopIds           tokens that end the text and are not part of it
/// @param stopStrings       texts that end it and are not part of it
/// @param seed              of the choices; the same seed gives the same text
/// @param topLogprobs       how many likeliest tokens to tell of for each token written, 0 to 20;
///     -1 to tell nothing
public record GenerateOptions(
        int maxTokens,
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double frequencyPenalty,
        double presencePenalty,
        Map<Integer, Double> logitBias,
        Set<Integer> stopIds,
        List<String> stopStrings,
        long seed,
        int topLogprobs) {

    /// Defaults for chatting.
    public static final GenerateOptions CHAT = new Builder().build();

    public GenerateOptions {
        logitBias = Map.copyOf(logitBias);
        stopIds = Set.copyOf(stopIds);
        stopStrings = List.copyOf(stopStrings);
        range("max tokens", maxTokens, 1, 100_000);
        range("temperature", temperature, 0, 5);
        range("top k", topK, 0, Integer.MAX_VALUE);
        range("top p", topP, 1e-6, 1);
        range("min p", minP, 0, 1);
        range("repetition penalty", repetitionPenalty, 0.1, 10);
        range("frequency penalty", frequencyPenalty, -2, 2);
        range("presence penalty", presencePenalty, -2, 2);
        range("top logprobs", topLogprobs, -1, 20);
        logitBias.values().forEach(bias -> range("logit bias", bias, -100, 100));
        if (stopStrings.stream().anyMatch(String::isEmpty)) {
            throw new UserError("a stop text is empty", null, "leave it out");
        }
    }

    private static void range(String what, double value, double low, double high) {
        if (!(value >= low && value <= high)) {
            throw new UserError(
                    what + " " + value + " is out of range",
                    null,
                    "choose a number from %s to %s".formatted(plain(low), plain(high)));
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /// Whether to tell how likely each written token was.
    public boolean logprobs() {
        return topLogprobs >= 0;
    }

    /// The same with more ends: those of a model's turns.
    public GenerateOptions alsoStoppingAt(Set<Integer> ids, List<String> strings) {
        Set<Integer> allIds = new HashSet<>(stopIds);
        allIds.addAll(ids);
        List<String> allStrings = new ArrayList<>(stopStrings);
        strings.stream().filter(s -> !allStrings.contains(s)).forEach(allStrings::add);
        return new Builder(this).stopIds(allIds).stopStrings(allStrings).build();
    }

    public GenerateOptions withSeed(long seed) {
        return new Builder(this).seed(seed).build();
    }

    /// Options that differ from [#CHAT] in what is set here.
    public static final class Builder {
        private int maxTokens = 200;
        private double temperature = 0.7;
        private int topK;
        private double topP = 0.95;
        private double minP;
        private double repetitionPenalty = 1.05;
        private double frequencyPenalty;
        private double presencePenalty;
        private Map<Integer, Double> logitBias = Map.of();
        private Set<Integer> stopIds = Set.of();
        private List<String> stopStrings = List.of();
        private long seed = 42;
        private int topLogprobs = -1;

        public Builder() {}

        /// Starts from `options`.
        public Builder(GenerateOptions options) {
            maxTokens = options.maxTokens;
            temperature = options.temperature;
            topK = options.topK;
            topP = options.topP;
            minP = options.minP;
            repetitionPenalty = options.repetitionPenalty;
            frequencyPenalty = options.frequencyPenalty;
            presencePenalty = options.presencePenalty;
            logitBias = options.logitBias;
            stopIds = options.stopIds;
            stopStrings = options.stopStrings;
            seed = options.seed;
            topLogprobs = options.topLogprobs;
        }

        public Builder maxTokens(int value) {
            maxTokens = value;
            return this;
        }

        public Builder temperature(double value) {
            temperature = value;
            return this;
        }

        public Builder topK(int value) {
            topK = value;
            return this;
        }

        public Builder topP(double value) {
            topP = value;
            return this;
        }

        public Builder minP(double value) {
            minP = value;
            return this;
        }

        public Builder repetitionPenalty(double value) {
            repetitionPenalty = value;
            return this;
        }

        public Builder frequencyPenalty(double value) {
            frequencyPenalty = value;
            return this;
        }

        public Builder presencePenalty(double value) {
            presencePenalty = value;
            return this;
        }

        public Builder logitBias(Map<Integer, Double> value) {
            logitBias = value;
            return this;
        }

        public Builder stopIds(Set<Integer> value) {
            stopIds = value;
            return this;
        }

        public Builder stopStrings(List<String> value) {
            stopStrings = value;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder topLogprobs(int value) {
            topLogprobs = value;
            return this;
        }

        /// @throws UserError where a value is out of its range
        public GenerateOptions build() {
            return new GenerateOptions(
                    maxTokens,
                    temperature,
                    topK,
                    topP,
                    minP,
                    repetitionPenalty,
                    frequencyPenalty,
                    presencePenalty,
                    logitBias,
                    stopIds,
                    stopStrings,
                    seed,
                    topLogprobs);
        }
    }
}
