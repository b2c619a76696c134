package understudy.evaluate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import understudy.evaluate.HeldOutScore.Conversation;
import understudy.evaluate.HeldOutScore.Score;
import understudy.evaluate.HeldOutScore.Scores;

/// Bits per character of two models on the same conversations, with intervals over these.
///
/// @param before        the model that is compared with, such as the base
/// @param after         the run's
/// @param change        `after - before`, drawn in pairs: below 0 where the run foresees better
/// @param conversations held-out ones with an own turn
public record HeldOutIntervals(
        Estimate before, Estimate after, Estimate change, int conversations) {

    /// Of one conversation.
    private record Pair(Score before, Score after) {}

    /// @param before scores of the conversations of `after`
    /// @throws IllegalArgumentException where they are not the same conversations
    public static HeldOutIntervals of(Scores before, Scores after, long seed) {
        return of(before.perConversation(), after.perConversation(), seed);
    }

    /// The same for each person, in the order of `after`.
    public static Map<String, HeldOutIntervals> perPerson(Scores before, Scores after, long seed) {
        Map<String, HeldOutIntervals> people = new LinkedHashMap<>();
        for (String person : after.perPerson().keySet()) {
            people.put(person, of(with(person, before), with(person, after), seed));
        }
        return people;
    }

    private static HeldOutIntervals of(
            Map<Conversation, Score> before, Map<Conversation, Score> after, long seed) {
        if (!before.keySet().equals(after.keySet())) {
            throw new IllegalArgumentException("scores of other conversations");
        }
        List<Pair> pairs = new ArrayList<>();
        after.forEach((key, score) -> pairs.add(new Pair(before.getOrDefault(key, score), score)));
        Bootstrap bootstrap = new Bootstrap(pairs.size(), Bootstrap.RESAMPLES, seed);
        return new HeldOutIntervals(
                bootstrap.estimate(draw -> bits(pairs, draw, Pair::before)),
                bootstrap.estimate(draw -> bits(pairs, draw, Pair::after)),
                bootstrap.estimate(
                        draw -> bits(pairs, draw, Pair::after) - bits(pairs, draw, Pair::before)),
                pairs.size());
    }

    private static Map<Conversation, Score> with(String person, Scores scores) {
        Map<Conversation, Score> theirs = new LinkedHashMap<>();
        scores.perConversation()
                .forEach((key, score) -> {
                    if (key.person().equals(person)) {
                        theirs.put(key, score);
                    }
                });
        return theirs;
    }

    private static double bits(List<Pair> pairs, double[] draw, Function<Pair, Score> side) {
        double nats = 0;
        double characters = 0;
        for (int i = 0; i < draw.length; i++) {
            Score score = side.apply(pairs.get(i));
            nats += draw[i] * score.nats();
            characters += draw[i] * score.characters();
        }
        return nats / Math.log(2) / characters;
    }
}
