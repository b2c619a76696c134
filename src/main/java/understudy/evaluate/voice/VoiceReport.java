package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.evaluate.Estimate;

/// How much a run's replies sound like the person's own. Numbers only: no text of anybody.
///
/// @param replies       messages that were answered
/// @param conversations they come from; intervals are over these
/// @param sources       what each source's replies measure, the clone first
/// @param classifier    how well the authorship classifier tells the person from others; null where
///     there was too little to learn from
/// @param closeness     where the clone's style stands between other people's, 0, and the person's
///     own earlier one, 1
/// @param halfway       where the clone's share of replies taken for the person stands between the
///     prompt's, 0, and the person's own earlier replies', 1
/// @param styleGain     how much nearer the clone's style is than the prompt's; above 0 is nearer
/// @param takenGain     how many more of the clone's replies are taken for the person than of the
///     prompt's, as a share
/// @param people        those with enough replies
/// @param notes         what the numbers cannot tell
public record VoiceReport(
        int replies,
        int conversations,
        long seed,
        Map<Source, Figures> sources,
        @Nullable Classifier classifier,
        Estimate closeness,
        Estimate halfway,
        Estimate styleGain,
        Estimate takenGain,
        List<PersonFigures> people,
        List<String> notes) {

    /// This with `more` before its notes.
    public VoiceReport noted(List<String> more) {
        List<String> all = new ArrayList<>(more);
        all.addAll(notes);
        return new VoiceReport(
                replies,
                conversations,
                seed,
                sources,
                classifier,
                closeness,
                halfway,
                styleGain,
                takenGain,
                people,
                all);
    }

    /// What one source's replies measure.
    ///
    /// @param style      mean Jensen–Shannon distance over all measures
    /// @param measures   each measure's
    /// @param taken      share that the classifier takes for the person
    /// @param chance     mean chance that the classifier gives them of being the person's
    /// @param distinct1  see `Distinctness`
    /// @param distinct2  see `Distinctness`
    /// @param same       share that repeat another one of the same source
    /// @param copied     share of those with eight words or more that copy eight in a row from the
    ///     training conversations
    /// @param eligible   replies with eight words or more
    /// @param longest    words of the longest copied stretch
    /// @param empty      share without words
    /// @param unfinished share that had to be cut off
    /// @param characters a reply, the mean
    public record Figures(
            Estimate style,
            Map<StyleMeasure, Measure> measures,
            Estimate taken,
            double chance,
            double distinct1,
            double distinct2,
            double same,
            Estimate copied,
            int eligible,
            int longest,
            double empty,
            double unfinished,
            double characters) {}

    /// One measure of style.
    ///
    /// @param distance Jensen–Shannon distance to the true replies
    /// @param mean     of the measure's number a reply; NaN where it has none
    /// @param trueMean the true replies'
    /// @param cohen    Cohen's d of it
    public record Measure(double distance, double mean, double trueMean, double cohen) {}

    /// @param accuracy balanced, in conversations not seen; 0.5 is chance
    /// @param auc      0.5 is chance
    /// @param brier    0.25 for always saying one half
    /// @param own      turns of the person learned from
    /// @param others   turns of others
    public record Classifier(Estimate accuracy, double auc, double brier, int own, int others) {}

    /// @param style   the clone's, as in [Figures]
    /// @param earlier the person's own earlier replies', at the same number of replies
    /// @param taken   the clone's
    public record PersonFigures(
            String person,
            int replies,
            int conversations,
            Estimate style,
            Estimate earlier,
            Estimate taken) {}

    /// As it is written to `voice.json`.
    public Map<String, Object> tree() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("replies", replies);
        tree.put("conversations", conversations);
        tree.put("seed", seed);
        tree.put("reply_tokens", ReplyWriter.REPLY_TOKENS);
        Map<String, Object> all = new LinkedHashMap<>();
        sources.forEach((source, figures) -> all.put(source.key(), tree(figures)));
        tree.put("sources", all);
        List<Map<String, Object>> measures = new ArrayList<>();
        for (StyleMeasure measure : StyleMeasure.values()) {
            measures.add(Map.of("name", measure.title(), "over", measure.over()));
        }
        tree.put("measures", measures);
        tree.put("classifier", classifier == null ? null : tree(classifier));
        tree.put("closeness", closeness.tree());
        tree.put("halfway", halfway.tree());
        tree.put("style_gain", styleGain.tree());
        tree.put("taken_gain", takenGain.tree());
        tree.put("per_person", people.stream().map(VoiceReport::tree).toList());
        tree.put("notes", notes);
        return json(tree);
    }

    @SuppressWarnings({"NullAway", "unchecked"}) // a tree of JSON may hold null
    private static Map<String, Object> json(Map<String, @Nullable Object> tree) {
        return (Map<String, Object>) (Map<String, ?>) tree;
    }

    private static Map<String, Object> tree(Figures figures) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("style_distance", figures.style.tree());
        tree.put("taken_for_person", figures.taken.tree());
        tree.put("mean_chance", Estimate.rounded(figures.chance));
        tree.put("distinct_1", Estimate.rounded(figures.distinct1));
        tree.put("distinct_2", Estimate.rounded(figures.distinct2));
        tree.put("same_as_another", Estimate.rounded(figures.same));
        tree.put("copied", figures.copied.tree());
        tree.put("copied_of", figures.eligible);
        tree.put("longest_copy_words", figures.longest);
        tree.put("empty", Estimate.rounded(figures.empty));
        tree.put("unfinished", Estimate.rounded(figures.unfinished));
        tree.put("characters", Estimate.rounded(figures.characters));
        Map<String, Object> measures = new LinkedHashMap<>();
        figures.measures.forEach((measure, value) -> measures.put(measure.title(), tree(value)));
        tree.put("measures", measures);
        return json(tree);
    }

    private static Map<String, Object> tree(Measure measure) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("distance", Estimate.rounded(measure.distance));
        tree.put("mean", Estimate.rounded(measure.mean));
        tree.put("true_mean", Estimate.rounded(measure.trueMean));
        tree.put("cohen_d", Estimate.rounded(measure.cohen));
        return json(tree);
    }

    private static Map<String, Object> tree(Classifier classifier) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("accuracy", classifier.accuracy.tree());
        tree.put("auc", Estimate.rounded(classifier.auc));
        tree.put("brier", Estimate.rounded(classifier.brier));
        tree.put("own_turns", classifier.own);
        tree.put("other_turns", classifier.others);
        return json(tree);
    }

    private static Map<String, Object> tree(PersonFigures figures) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("person", figures.person);
        tree.put("replies", figures.replies);
        tree.put("conversations", figures.conversations);
        tree.put("style_distance", figures.style.tree());
        tree.put("own_earlier_style_distance", figures.earlier.tree());
        tree.put("taken_for_person", figures.taken.tree());
        return tree;
    }
}
