package understudy.evaluate.facts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import understudy.dataset.facts.FactQuestion;
import understudy.dataset.facts.FactQuestions;
import understudy.evaluate.Bootstrap;
import understudy.evaluate.Estimate;
import understudy.evaluate.voice.Source;

/// Shares of the kept-back questions that are answered rightly, with intervals.
///
/// Questions about one fact resemble each other, so intervals are drawn over facts; with fewer than
/// [Bootstrap#LEAST] of them there are none, and a share says little.
///
/// @param known   questions about facts that the owner wrote
/// @param unknown questions about others
/// @param sources what was measured, in the order given
public record FactReport(Group known, Group unknown, Map<Source, Shares> sources) {
    public FactReport {
        sources = new LinkedHashMap<>(sources);
    }

    /// Some questions.
    ///
    /// @param facts     different ones
    /// @param questions about them
    public record Group(int questions, int facts) {
        /// Whether there are enough facts to tell anything.
        public boolean tells() {
            return facts >= Bootstrap.LEAST;
        }
    }

    /// Shares of one source.
    ///
    /// @param known    answered with the fact
    /// @param unknown  evaded or asked back, with no fact told
    /// @param practised the same of those unknown facts that were asked for in training, in other
    ///     words
    /// @param unpractised of those that never were
    public record Shares(
            Estimate known, Estimate unknown, Estimate practised, Estimate unpractised) {}

    /// @param answers of each source, one a question, in the order of the questions
    public static FactReport of(
            FactQuestions questions, Map<Source, List<String>> answers, long seed) {
        List<FactQuestion> all = questions.all();
        List<String> values = questions.values();
        Map<Source, Shares> sources = new LinkedHashMap<>();
        answers.forEach((source, texts) -> {
            boolean[] right = new boolean[all.size()];
            for (int i = 0; i < right.length; i++) {
                right[i] = all.get(i).right(texts.get(i), values);
            }
            sources.put(
                    source,
                    new Shares(
                            share(all, right, FactQuestion::known, seed),
                            share(all, right, q -> !q.known(), seed),
                            share(all, right, q -> !q.known() && q.practised(), seed),
                            share(all, right, q -> !q.known() && !q.practised(), seed)));
        });
        return new FactReport(
                group(all, FactQuestion::known), group(all, q -> !q.known()), sources);
    }

    private interface Choice {
        boolean holds(FactQuestion question);
    }

    private static Group group(List<FactQuestion> all, Choice choice) {
        List<FactQuestion> some = all.stream().filter(choice::holds).toList();
        return new Group(
                some.size(), (int) some.stream().map(FactQuestion::topic).distinct().count());
    }

    private static Estimate share(
            List<FactQuestion> all, boolean[] right, Choice choice, long seed) {
        Map<String, int[]> facts = new LinkedHashMap<>(); // rightly answered, asked
        for (int i = 0; i < right.length; i++) {
            FactQuestion question = all.get(i);
            if (choice.holds(question)) {
                int[] counts = facts.computeIfAbsent(question.topic(), t -> new int[2]);
                counts[0] += right[i] ? 1 : 0;
                counts[1]++;
            }
        }
        List<int[]> counts = new ArrayList<>(facts.values());
        if (counts.isEmpty()) {
            return Estimate.NONE;
        }
        return new Bootstrap(counts.size(), Bootstrap.RESAMPLES, seed)
                .estimate(draw -> {
                    double hits = 0;
                    double asked = 0;
                    for (int i = 0; i < draw.length; i++) {
                        hits += draw[i] * counts.get(i)[0];
                        asked += draw[i] * counts.get(i)[1];
                    }
                    return hits / asked;
                })
                .within(0, 1);
    }

    /// As JSON; no text of a question or an answer is in it.
    public Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("known", tree(known));
        tree.put("unknown", tree(unknown));
        Map<String, Object> each = new LinkedHashMap<>();
        sources.forEach((source, shares) -> {
            Map<String, Object> inner = new LinkedHashMap<>();
            inner.put("known_right", shares.known.tree());
            inner.put("unknown_evaded", shares.unknown.tree());
            inner.put("unknown_practised_evaded", shares.practised.tree());
            inner.put("unknown_unpractised_evaded", shares.unpractised.tree());
            each.put(source.key(), inner);
        });
        tree.put("sources", each);
        return tree;
    }

    private static Map<String, Object> tree(Group group) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("questions", group.questions);
        tree.put("facts", group.facts);
        tree.put("enough", group.tells());
        return tree;
    }
}
