package understudy.generate;

import java.util.List;
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
/// @param stopIds           tokens that end the text and are not part of it
/// @param stopStrings       texts that end it and are not part of it
/// @param seed              of the choices; the same seed gives the same text
public record GenerateOptions(
        int maxTokens,
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        Set<Integer> stopIds,
        List<String> stopStrings,
        long seed) {

    /// Defaults for chatting.
    public static final GenerateOptions CHAT =
            new GenerateOptions(200, 0.7, 0, 0.95, 0, 1.05, Set.of(), List.of(), 42);

    public GenerateOptions {
        stopIds = Set.copyOf(stopIds);
        stopStrings = List.copyOf(stopStrings);
        range("max tokens", maxTokens, 1, 100_000);
        range("temperature", temperature, 0, 5);
        range("top k", topK, 0, Integer.MAX_VALUE);
        range("top p", topP, 1e-6, 1);
        range("min p", minP, 0, 1);
        range("repetition penalty", repetitionPenalty, 0.1, 10);
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

    /// The same with the ends of a model's turns.
    public GenerateOptions stoppingAt(Set<Integer> ids, List<String> strings) {
        return new GenerateOptions(
                maxTokens, temperature, topK, topP, minP, repetitionPenalty, ids, strings, seed);
    }

    public GenerateOptions withSeed(long seed) {
        return new GenerateOptions(
                maxTokens,
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                stopIds,
                stopStrings,
                seed);
    }
}
