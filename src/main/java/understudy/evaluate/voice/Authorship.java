package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import understudy.evaluate.Bootstrap;
import understudy.evaluate.Estimate;

/// Whose words are these? A classifier that learned the person's turns and other people's from the
/// training conversations.
///
/// There are five of it, each without a fifth of the conversations: what one says of a training
/// turn, the others' were trained on, is thus about a conversation it never saw. New replies are
/// shared out among the five in turn, so that they meet the same classifiers as the person's own.
final class Authorship {
    private static final int FOLDS = 5;

    /// How much errors count. On the demo, 3, 10 and 30 are right alike, within
    /// 0.6 points; 0.3 and 1 are less right, and more takes longer.
    private static final double C = 3;

    /// Texts of each class that are learned from.
    private static final int MOST_TEXTS = 4000;

    /// Texts of each class below which nothing can be learned.
    private static final int LEAST_TEXTS = 40;

    private final List<LogisticRegression> folds;
    private final Map<Exchange, Integer> foldOf;
    private final Quality quality;

    /// How good the classifier is on training conversations it did not see.
    ///
    /// @param accuracy mean of the shares of own and of other turns that are told right; 0.5 is
    ///     chance
    /// @param auc      chance that an own turn gets a higher score than another's; 0.5 is chance
    /// @param brier    mean squared error of the probabilities, classes weighted alike; 0.25 for
    ///     always saying one half
    /// @param own      turns of the person learned from
    /// @param others   turns of others learned from
    record Quality(Estimate accuracy, double auc, double brier, int own, int others) {}

    private Authorship(
            List<LogisticRegression> folds, Map<Exchange, Integer> foldOf, Quality quality) {
        this.folds = folds;
        this.foldOf = foldOf;
        this.quality = quality;
    }

    /// A turn with its class.
    private record Text(Exchange exchange, boolean own, int fold, CharacterGrams grams) {}

    /// @param own    the person's turns in the training conversations
    /// @param others turns of others there
    /// @return null where there is too little to learn from
    static @Nullable Authorship learn(List<Exchange> own, List<Exchange> others, long seed) {
        Map<String, Integer> conversations = new LinkedHashMap<>();
        own.forEach(e -> conversations.putIfAbsent(e.conversation(), 0));
        others.forEach(e -> conversations.putIfAbsent(e.conversation(), 0));
        if (own.size() < LEAST_TEXTS
                || others.size() < LEAST_TEXTS
                || conversations.size() < 2 * FOLDS) {
            return null;
        }
        List<String> shuffled = new ArrayList<>(conversations.keySet());
        Collections.shuffle(shuffled, new Random(seed));
        for (int i = 0; i < shuffled.size(); i++) {
            conversations.put(shuffled.get(i), i % FOLDS);
        }
        List<Text> texts = new ArrayList<>();
        some(own, seed).forEach(e -> texts.add(text(e, true, conversations)));
        some(others, seed).forEach(e -> texts.add(text(e, false, conversations)));
        // a second each, and none needs another
        List<LogisticRegression> folds =
                IntStream.range(0, FOLDS)
                        .parallel()
                        .mapToObj(fold -> fit(texts.stream().filter(t -> t.fold != fold).toList()))
                        .toList();
        Map<Exchange, Integer> foldOf = new HashMap<>();
        own.forEach(e -> foldOf.put(e, conversations.getOrDefault(e.conversation(), 0)));
        return new Authorship(folds, foldOf, quality(texts, folds, seed));
    }

    private static Text text(Exchange exchange, boolean own, Map<String, Integer> conversations) {
        return new Text(
                exchange,
                own,
                conversations.getOrDefault(exchange.conversation(), 0),
                CharacterGrams.of(exchange.answer()));
    }

    private static List<Exchange> some(List<Exchange> all, long seed) {
        List<Exchange> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(seed));
        return shuffled.subList(0, Math.min(MOST_TEXTS, shuffled.size()));
    }

    private static LogisticRegression fit(List<Text> texts) {
        boolean[] own = new boolean[texts.size()];
        for (int i = 0; i < own.length; i++) {
            own[i] = texts.get(i).own;
        }
        return LogisticRegression.fit(
                CharacterGrams.PLACES, texts.stream().map(Text::grams).toList(), own, C);
    }

    private static Quality quality(List<Text> texts, List<LogisticRegression> folds, long seed) {
        double[] score = new double[texts.size()];
        double brier = 0;
        int own = (int) texts.stream().filter(Text::own).count();
        for (int i = 0; i < score.length; i++) {
            Text text = texts.get(i);
            score[i] = folds.get(text.fold).logOdds(text.grams);
            double error = probability(score[i]) - (text.own ? 1 : 0);
            brier += error * error / (text.own ? own : texts.size() - own) / 2;
        }
        return new Quality(
                accuracy(texts, score, seed), auc(texts, score), brier, own, texts.size() - own);
    }

    private static Estimate accuracy(List<Text> texts, double[] score, long seed) {
        Map<String, Integer> number = new HashMap<>();
        for (Text text : texts) {
            number.putIfAbsent(text.exchange.conversation(), number.size());
        }
        // of each conversation: own told right, own, others told right, others
        double[][] counts = new double[number.size()][4];
        for (int i = 0; i < score.length; i++) {
            Text text = texts.get(i);
            double[] count = counts[number.getOrDefault(text.exchange.conversation(), 0)];
            int at = text.own ? 0 : 2;
            count[at] += score[i] > 0 == text.own ? 1 : 0;
            count[at + 1]++;
        }
        return new Bootstrap(counts.length, Bootstrap.RESAMPLES, seed)
                .estimate(draw -> {
                    double[] sum = new double[4];
                    for (int i = 0; i < draw.length; i++) {
                        for (int j = 0; j < sum.length; j++) {
                            sum[j] += draw[i] * counts[i][j];
                        }
                    }
                    return (sum[0] / sum[1] + sum[2] / sum[3]) / 2;
                })
                .within(0, 1);
    }

    /// The Mann–Whitney statistic; equal scores count half.
    private static double auc(List<Text> texts, double[] score) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < score.length; i++) {
            order.add(i);
        }
        order.sort((a, b) -> Double.compare(score[a], score[b]));
        double ranks = 0;
        double own = 0;
        for (int i = 0; i < score.length; ) {
            int to = i;
            while (to < score.length && score[order.get(to)] == score[order.get(i)]) {
                to++;
            }
            for (int j = i; j < to; j++) {
                boolean mine = texts.get(order.get(j)).own;
                ranks += mine ? (i + to + 1) / 2.0 : 0;
                own += mine ? 1 : 0;
            }
            i = to;
        }
        return (ranks - own * (own + 1) / 2) / (own * (score.length - own));
    }

    Quality quality() {
        return quality;
    }

    /// The chance that the person wrote each of some new replies; 0 for one without words, which
    /// nobody writes.
    double[] ofNew(List<String> replies) {
        double[] chances = new double[replies.size()];
        for (int i = 0; i < chances.length; i++) {
            chances[i] = chance(replies.get(i), i % FOLDS);
        }
        return chances;
    }

    /// The same for replies of the training conversations, by the classifier that did not see them.
    ///
    /// @param replies  what to judge, such as the beginning of each turn
    /// @param earlier  the own exchanges that `replies` were taken from
    double[] ofEarlier(List<String> replies, List<Exchange> earlier) {
        double[] chances = new double[replies.size()];
        for (int i = 0; i < chances.length; i++) {
            chances[i] = chance(replies.get(i), foldOf.getOrDefault(earlier.get(i), 0));
        }
        return chances;
    }

    private double chance(String reply, int fold) {
        return reply.isBlank() ? 0 : probability(folds.get(fold).logOdds(CharacterGrams.of(reply)));
    }

    private static double probability(double logOdds) {
        return 1 / (1 + Math.exp(-logOdds));
    }
}
