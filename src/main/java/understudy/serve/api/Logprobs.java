package understudy.serve.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.generate.TokenScore;
import understudy.serve.wire.Field;

/// How likely tokens were, in the two forms of OpenAI's API.
final class Logprobs {
    /// JSON knows no infinity; OpenAI writes this for what has no chance.
    private static final double LEAST = -9999;

    private Logprobs() {}

    @Field("How likely the tokens of an answer were.")
    record ChatLogprobs(
            @Field("Every token.") List<TokenLogprob> content,
            @Field("Always null: there are no refusals apart from the text.")
                    @Nullable List<TokenLogprob> refusal) {}

    @Field("A token, and the likeliest ones at its place.")
    record TokenLogprob(
            @Field("Its text; U+FFFD where it is part of a character.") String token,
            @Field("Natural logarithm of its chance.") double logprob,
            @Field("Its bytes in UTF-8.") List<Integer> bytes,
            @Field("The likeliest tokens at this place.") List<TopLogprob> topLogprobs) {}

    @Field("A token that might have stood there.")
    record TopLogprob(
            @Field("Its text; U+FFFD where it is part of a character.") String token,
            @Field("Natural logarithm of its chance.") double logprob,
            @Field("Its bytes in UTF-8.") List<Integer> bytes) {}

    @Field("How likely the tokens of a text were.")
    record TextLogprobs(
            @Field("Every token's text.") List<String> tokens,
            @Field("Natural logarithms of their chances.") List<Double> tokenLogprobs,
            @Field("At every place the likeliest tokens; null where none were asked for.")
                    @Nullable List<Map<String, Double>> topLogprobs,
            @Field("Characters of the text before every token.") List<Integer> textOffset) {}

    /// @param wanted whether they were asked for
    static @Nullable ChatLogprobs chat(boolean wanted, List<TokenScore> scores) {
        return wanted
                ? new ChatLogprobs(scores.stream().map(Logprobs::token).toList(), null)
                : null;
    }

    private static TokenLogprob token(TokenScore score) {
        return new TokenLogprob(
                score.text(),
                finite(score.logprob()),
                bytes(score),
                score.top().stream()
                        .map(t -> new TopLogprob(t.text(), finite(t.logprob()), bytes(t)))
                        .toList());
    }

    /// @param top    how many likeliest tokens; null where nothing was asked for
    /// @param offset characters of the text before the first of `scores`
    static @Nullable TextLogprobs text(@Nullable Integer top, List<TokenScore> scores, int offset) {
        if (top == null) {
            return null;
        }
        List<Integer> offsets = new ArrayList<>();
        int at = offset;
        for (TokenScore score : scores) {
            offsets.add(at);
            at += score.text().length();
        }
        return new TextLogprobs(
                scores.stream().map(TokenScore::text).toList(),
                scores.stream().map(s -> finite(s.logprob())).toList(),
                top == 0 ? null : scores.stream().map(Logprobs::likeliest).toList(),
                offsets);
    }

    private static Map<String, Double> likeliest(TokenScore score) {
        Map<String, Double> all = new LinkedHashMap<>();
        // several can be shown alike, such as parts of characters: the likeliest comes first
        score.top().forEach(t -> all.putIfAbsent(t.text(), finite(t.logprob())));
        return all;
    }

    private static List<Integer> bytes(TokenScore score) {
        List<Integer> all = new ArrayList<>();
        for (byte each : score.bytes()) {
            all.add(Byte.toUnsignedInt(each));
        }
        return all;
    }

    private static double finite(double logprob) {
        return logprob >= LEAST ? logprob : LEAST;
    }
}
