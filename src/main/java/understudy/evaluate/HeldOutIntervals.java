package understudy.evaluate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import understudy.dataset.DatasetRow;

/// Bits per character before and after training, with intervals over conversations.
///
/// @param before        the base model's
/// @param after         the run's
/// @param change        `after - before`, drawn in pairs: below 0 where the run foresees better
/// @param conversations held-out ones with an own turn
public record HeldOutIntervals(
        Estimate before, Estimate after, Estimate change, int conversations) {

    /// Of one conversation.
    private record Pair(HeldOutScore.Score before, HeldOutScore.Score after) {}

    /// @param before scores of `rows`
    /// @param after  scores of `rows` by another model
    public static HeldOutIntervals of(
            List<DatasetRow> rows,
            HeldOutScore.Scores before,
            HeldOutScore.Scores after,
            long seed) {
        Map<String, Pair> blocks = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            DatasetRow row = rows.get(i);
            if (row.ownCharacters() > 0) {
                blocks.merge(
                        row.chat() + '\n' + row.block(),
                        new Pair(before.perRow().get(i), after.perRow().get(i)),
                        (a, b) -> new Pair(a.before.plus(b.before), a.after.plus(b.after)));
            }
        }
        List<Pair> pairs = new ArrayList<>(blocks.values());
        Bootstrap bootstrap = new Bootstrap(pairs.size(), Bootstrap.RESAMPLES, seed);
        return new HeldOutIntervals(
                bootstrap.estimate(draw -> bits(pairs, draw, p -> p.before.nats())),
                bootstrap.estimate(draw -> bits(pairs, draw, p -> p.after.nats())),
                bootstrap.estimate(
                        draw -> bits(pairs, draw, p -> p.after.nats() - p.before.nats())),
                pairs.size());
    }

    /// The same for each person, in the order of `after`.
    public static Map<String, HeldOutIntervals> perPerson(
            List<DatasetRow> rows,
            HeldOutScore.Scores before,
            HeldOutScore.Scores after,
            long seed) {
        Map<String, HeldOutIntervals> people = new LinkedHashMap<>();
        for (String person : after.perPerson().keySet()) {
            List<DatasetRow> theirs = new ArrayList<>();
            List<HeldOutScore.Score> was = new ArrayList<>();
            List<HeldOutScore.Score> is = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                if (rows.get(i).person().equals(person)) {
                    theirs.add(rows.get(i));
                    was.add(before.perRow().get(i));
                    is.add(after.perRow().get(i));
                }
            }
            people.put(
                    person,
                    of(
                            theirs,
                            new HeldOutScore.Scores(before.all(), Map.of(), was),
                            new HeldOutScore.Scores(after.all(), Map.of(), is),
                            seed));
        }
        return people;
    }

    private static double bits(List<Pair> pairs, double[] draw, ToDoubleFunction<Pair> nats) {
        double sum = 0;
        double characters = 0;
        for (int i = 0; i < draw.length; i++) {
            sum += draw[i] * nats.applyAsDouble(pairs.get(i));
            characters += draw[i] * pairs.get(i).after.characters();
        }
        return sum / Math.log(2) / characters;
    }
}
