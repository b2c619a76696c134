package understudy.dataset;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How often rows are read so that one person does not own the voice.
///
/// With the share `s` of the learned tokens that a person has, and a temperature T from 0 to 1, the
/// person's rows count `s^T / Σ s^T` of what is learned in place of `s`: as they are for T = 1, all
/// people alike for T = 0. It is the temperature sampling of multilingual pre-training (Arivazhagan
/// et al. 2019, "Massively Multilingual Neural Machine Translation in the Wild", section 3.4) over
/// people in place of languages. Nobody's rows are read more than four times as often as without
/// it: a few lines that are read again and again are known by heart, and nothing else is.
public final class PersonBalance {
    /// Times that a row may be read in place of once.
    static final double MOST = 4;

    private PersonBalance() {}

    /// @param learned     tokens of each person that are learned
    /// @param temperature 0 to 1
    /// @return how often each person's rows are read in place of once; the sum of learned tokens
    ///     stays as it was
    static Map<String, Double> weights(Map<String, Long> learned, double temperature) {
        double all = learned.values().stream().mapToLong(Long::longValue).sum();
        Map<String, Double> weights = new LinkedHashMap<>();
        learned.keySet().forEach(person -> weights.put(person, 1.0));
        if (temperature == 1 || all == 0) {
            return weights;
        }
        Map<String, Double> wished = new LinkedHashMap<>();
        learned.forEach((person, tokens) -> {
            if (tokens > 0) {
                wished.put(person, Math.pow(tokens / all, temperature));
            }
        });
        double left = all;
        // who reaches the most is settled first; the others share what is left
        for (boolean settled = true; settled && !wished.isEmpty(); ) {
            settled = false;
            double sum = wished.values().stream().mapToDouble(Double::doubleValue).sum();
            for (String person : List.copyOf(wished.keySet())) {
                double share = left * wished.getOrDefault(person, 0.0) / sum;
                double tokens = learned.getOrDefault(person, 0L);
                if (share > MOST * tokens) {
                    weights.put(person, MOST);
                    wished.remove(person);
                    left -= MOST * tokens;
                    settled = true;
                    break;
                }
            }
            if (!settled) {
                double rest = left;
                wished.forEach((person, wish) ->
                        weights.put(person, rest * wish / sum / learned.getOrDefault(person, 1L)));
            }
        }
        return weights;
    }

    /// How often each row is to be read, in the order of `rows`.
    public static List<Double> of(List<DatasetRow> rows, DatasetConfig config) {
        Map<String, Long> learned = new LinkedHashMap<>();
        rows.forEach(
                row -> learned.merge(row.person(), (long) row.learned().cardinality(), Long::sum));
        Map<String, Double> weights = weights(learned, config.selection().balance());
        return rows.stream().map(row -> weights.getOrDefault(row.person(), 1.0)).toList();
    }
}
