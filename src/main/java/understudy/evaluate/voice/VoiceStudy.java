package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.dataset.DatasetRow;
import understudy.evaluate.Bootstrap;
import understudy.evaluate.Estimate;
import understudy.text.ConversationEncoder;
import understudy.text.Tokenizer;

/// The comparison from its questions to its report.
///
/// The person's held-out turns are the yardstick. The clone, the base model alone and the base
/// model with a [Persona] in its prompt answer the same messages; the person's earlier turns show
/// how near anybody can come, other people's how far strangers are. All sets hold one reply a
/// message and are cut to the same number of tokens, so no figure profits from its sample's size.
public final class VoiceStudy {
    /// Replies of a person from which on they get figures of their own.
    static final int LEAST_REPLIES = 20;

    private final VoiceSample sample;
    private final Persona persona;
    private final Tokenizer tokenizer;
    private final long seed;

    private VoiceStudy(VoiceSample sample, Persona persona, Tokenizer tokenizer, long seed) {
        this.sample = sample;
        this.persona = persona;
        this.tokenizer = tokenizer;
        this.seed = seed;
    }

    /// What to ask.
    ///
    /// @param me   the person's name in first lines
    /// @param most questions, 1 or more
    /// @param seed of the draw, the replies and the intervals
    public record Plan(String me, int most, long seed) {}

    /// @param training rows of the parts train and validation
    /// @throws UserError where the held-out part has no own turn that answers another
    public static VoiceStudy of(
            Plan plan,
            List<DatasetRow> training,
            List<DatasetRow> heldout,
            ConversationEncoder encoder) {
        VoiceSample sample = VoiceSample.draw(training, heldout, encoder, plan.most, plan.seed);
        if (sample.questions().isEmpty()) {
            throw new UserError(
                    "no held-out message of yours answers another one",
                    null,
                    "import more chats, or evaluate with --scores-only");
        }
        Persona persona = new Persona(plan.me, sample.own(), sample.ofOthers());
        return new VoiceStudy(sample, persona, encoder.tokenizer(), plan.seed);
    }

    /// What is to be answered.
    public List<Exchange> questions() {
        return sample.questions();
    }

    /// What the person answered, as long as a reply can be.
    public List<String> truth() {
        return sample.truth();
    }

    public Persona persona() {
        return persona;
    }

    /// Replies of one source with what the classifier says of each.
    private record Judged(List<String> texts, double unfinished, double @Nullable [] chances) {}

    /// @param written replies to [#questions()] of [Source#CLONE], [Source#BASE] and
    ///     [Source#PROMPT]
    public VoiceReport report(Map<Source, ReplyWriter.Written> written) {
        Authorship authorship = Authorship.learn(sample.own(), sample.ofOthers(), seed);
        Map<Source, Judged> judged = judge(written, authorship);
        Bootstrap bootstrap = new Bootstrap(sample.conversations(), Bootstrap.RESAMPLES, seed);
        StyleProfile profile = StyleProfile.of(answers(sample.own()), answers(sample.ofOthers()));
        StyleComparison style =
                new StyleComparison(profile, sample.truth(), sample.clusters(), bootstrap);
        Map<Source, VoiceReport.Figures> figures = figures(judged, style, bootstrap);
        VoiceReport.Classifier classifier = authorship == null ? null : classifier(authorship);
        VoiceReport report =
                new VoiceReport(
                        sample.questions().size(),
                        sample.conversations(),
                        seed,
                        figures,
                        classifier,
                        closeness(judged, style),
                        halfway(judged, bootstrap),
                        gain(judged, style),
                        takenGain(judged, bootstrap),
                        people(judged, profile),
                        List.of());
        return VoiceNotes.added(report);
    }

    private static List<String> answers(List<Exchange> exchanges) {
        return exchanges.stream().map(Exchange::answer).toList();
    }

    private List<String> beginnings(List<Exchange> exchanges) {
        return exchanges.stream().map(e -> ReplyWriter.beginning(e.answer(), tokenizer)).toList();
    }

    private Map<Source, Judged> judge(
            Map<Source, ReplyWriter.Written> written, @Nullable Authorship authorship) {
        Map<Source, Judged> judged = new EnumMap<>(Source.class);
        written.forEach((source, replies) ->
                judged.put(
                        source,
                        new Judged(
                                replies.texts(),
                                (double) replies.unfinished() / replies.texts().size(),
                                chances(authorship, replies.texts()))));
        judged.put(
                Source.TRUE,
                new Judged(sample.truth(), Double.NaN, chances(authorship, sample.truth())));
        if (!sample.earlier().isEmpty()) {
            List<String> texts = beginnings(sample.earlier());
            double[] chances =
                    authorship == null ? null : authorship.ofEarlier(texts, sample.earlier());
            judged.put(Source.EARLIER, new Judged(texts, Double.NaN, chances));
        }
        if (!sample.others().isEmpty()) {
            List<String> texts = beginnings(sample.others());
            judged.put(Source.OTHERS, new Judged(texts, Double.NaN, chances(authorship, texts)));
        }
        return judged;
    }

    private static double @Nullable [] chances(
            @Nullable Authorship authorship, List<String> texts) {
        return authorship == null ? null : authorship.ofNew(texts);
    }

    private Map<Source, VoiceReport.Figures> figures(
            Map<Source, Judged> judged, StyleComparison style, Bootstrap bootstrap) {
        List<Source> sources = List.copyOf(judged.keySet());
        List<Copying> copying =
                Copying.of(
                        Stream.concat(
                                sample.own().stream().map(Exchange::answer),
                                sample.ofOthers().stream().map(Exchange::answer)),
                        sources.stream().map(s -> texts(judged, s)).toList());
        Map<Source, VoiceReport.Figures> figures = new EnumMap<>(Source.class);
        for (int i = 0; i < sources.size(); i++) {
            Source source = sources.get(i);
            Judged of = judged.get(source);
            if (of != null) {
                figures.put(source, figures(source, of, copying.get(i), style, bootstrap));
            }
        }
        return figures;
    }

    private static List<String> texts(Map<Source, Judged> judged, Source source) {
        Judged of = judged.get(source);
        return of == null ? List.of() : of.texts;
    }

    private VoiceReport.Figures figures(
            Source source,
            Judged judged,
            Copying copying,
            StyleComparison style,
            Bootstrap bootstrap) {
        List<String> texts = judged.texts;
        boolean itself = source == Source.TRUE;
        StyleComparison.Result compared =
                itself ? new StyleComparison.Result(Estimate.NONE, Map.of()) : style.compare(texts);
        Map<StyleMeasure, VoiceReport.Measure> measures = new LinkedHashMap<>();
        compared.measures()
                .forEach((measure, m) ->
                        measures.put(
                                measure,
                                new VoiceReport.Measure(
                                        m.distance(), m.mean(), m.trueMean(), m.cohen())));
        Distinctness distinct = Distinctness.of(texts);
        boolean taken = source == Source.EARLIER; // its turns are what would be copied from
        double[] chances = judged.chances;
        double blank = texts.stream().filter(String::isBlank).count();
        return new VoiceReport.Figures(
                compared.overall().within(0, 1),
                measures,
                taken(chances, sample.clusters(), bootstrap),
                chances == null ? Double.NaN : mean(chances),
                distinct.one(),
                distinct.two(),
                distinct.same(),
                taken ? Estimate.NONE : copying.share(),
                copying.eligible(),
                taken ? 0 : copying.longest(),
                blank / texts.size(),
                judged.unfinished,
                texts.stream().mapToInt(t -> t.codePointCount(0, t.length())).average().orElse(0));
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static Estimate taken(
            double @Nullable [] chances, int[] clusters, Bootstrap bootstrap) {
        return chances == null
                ? Estimate.NONE
                : bootstrap.estimate(draw -> share(chances, clusters, draw)).within(0, 1);
    }

    private static double share(double[] chances, int[] clusters, double[] draw) {
        double taken = 0;
        double all = 0;
        for (int i = 0; i < chances.length; i++) {
            double weight = draw[clusters[i]];
            taken += chances[i] > 0.5 ? weight : 0;
            all += weight;
        }
        return taken / all;
    }

    private static double @Nullable [] chances(Map<Source, Judged> judged, Source source) {
        Judged of = judged.get(source);
        return of == null ? null : of.chances;
    }

    private Estimate halfway(Map<Source, Judged> judged, Bootstrap bootstrap) {
        double[] clone = chances(judged, Source.CLONE);
        double[] prompt = chances(judged, Source.PROMPT);
        double[] own = chances(judged, Source.EARLIER);
        if (clone == null || prompt == null || own == null) {
            return Estimate.NONE;
        }
        Estimate gap =
                bootstrap.estimate(draw ->
                        share(own, sample.clusters(), draw)
                                - share(prompt, sample.clusters(), draw));
        if (!(gap.low() > 0)) {
            return Estimate.NONE;
        }
        return bootstrap.estimate(draw -> {
            double low = share(prompt, sample.clusters(), draw);
            double high = share(own, sample.clusters(), draw);
            return (share(clone, sample.clusters(), draw) - low) / (high - low);
        });
    }

    private Estimate takenGain(Map<Source, Judged> judged, Bootstrap bootstrap) {
        double[] clone = chances(judged, Source.CLONE);
        double[] prompt = chances(judged, Source.PROMPT);
        return clone == null || prompt == null
                ? Estimate.NONE
                : bootstrap.estimate(draw ->
                        share(clone, sample.clusters(), draw)
                                - share(prompt, sample.clusters(), draw));
    }

    private static Estimate gain(Map<Source, Judged> judged, StyleComparison style) {
        List<String> clone = texts(judged, Source.CLONE);
        List<String> prompt = texts(judged, Source.PROMPT);
        return clone.isEmpty() || prompt.isEmpty() ? Estimate.NONE : style.nearer(clone, prompt);
    }

    private static Estimate closeness(Map<Source, Judged> judged, StyleComparison style) {
        List<String> floor = texts(judged, Source.OTHERS);
        List<String> clone = texts(judged, Source.CLONE);
        List<String> ceiling = texts(judged, Source.EARLIER);
        return floor.isEmpty() || clone.isEmpty() || ceiling.isEmpty()
                ? Estimate.NONE
                : style.between(floor, clone, ceiling);
    }

    private static VoiceReport.Classifier classifier(Authorship authorship) {
        Authorship.Quality q = authorship.quality();
        return new VoiceReport.Classifier(q.accuracy(), q.auc(), q.brier(), q.own(), q.others());
    }

    private List<VoiceReport.PersonFigures> people(
            Map<Source, Judged> judged, StyleProfile profile) {
        Map<String, List<Integer>> people = new LinkedHashMap<>();
        for (int i = 0; i < sample.questions().size(); i++) {
            people.computeIfAbsent(sample.questions().get(i).person(), p -> new ArrayList<>())
                    .add(i);
        }
        List<VoiceReport.PersonFigures> figures = new ArrayList<>();
        people.entrySet().stream()
                .filter(e -> e.getValue().size() >= LEAST_REPLIES)
                .sorted((a, b) -> b.getValue().size() - a.getValue().size())
                .forEach(e -> figures.add(person(e.getKey(), e.getValue(), judged, profile)));
        return figures;
    }

    private VoiceReport.PersonFigures person(
            String person, List<Integer> of, Map<Source, Judged> judged, StyleProfile profile) {
        int[] clusters = new int[of.size()];
        Map<Integer, Integer> numbers = new LinkedHashMap<>();
        for (int i = 0; i < clusters.length; i++) {
            int cluster = sample.clusters()[of.get(i)];
            numbers.putIfAbsent(cluster, numbers.size());
            clusters[i] = numbers.getOrDefault(cluster, 0);
        }
        Bootstrap bootstrap = new Bootstrap(numbers.size(), Bootstrap.RESAMPLES, seed);
        StyleComparison style =
                new StyleComparison(profile, some(sample.truth(), of), clusters, bootstrap);
        List<String> clone = texts(judged, Source.CLONE);
        List<String> earlier = texts(judged, Source.EARLIER);
        double[] all = chances(judged, Source.CLONE);
        double[] chances = all == null ? null : of.stream().mapToDouble(i -> all[i]).toArray();
        return new VoiceReport.PersonFigures(
                person,
                of.size(),
                numbers.size(),
                clone.isEmpty() ? Estimate.NONE : style.compare(some(clone, of)).overall(),
                earlier.isEmpty() ? Estimate.NONE : style.compare(some(earlier, of)).overall(),
                taken(chances, clusters, bootstrap));
    }

    private static List<String> some(List<String> all, List<Integer> which) {
        return which.stream().map(all::get).toList();
    }
}
