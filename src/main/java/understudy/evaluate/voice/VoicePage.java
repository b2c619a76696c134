package understudy.evaluate.voice;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import understudy.evaluate.Estimate;
import understudy.evaluate.HeldOutIntervals;
import understudy.evaluate.HeldOutScore;

/// The voice report as one page that needs nothing else: no scripts, no fonts, nothing fetched.
///
/// @param run      its id
/// @param base     name of the base model
/// @param before   the base model's scores
/// @param after    the run's
/// @param bits     intervals over all conversations
/// @param people   intervals of each person
/// @param previous an earlier run's figures; null where there are none to compare with
public record VoicePage(
        String run,
        String base,
        HeldOutScore.Scores before,
        HeldOutScore.Scores after,
        HeldOutIntervals bits,
        Map<String, HeldOutIntervals> people,
        VoiceReport report,
        @Nullable PreviousVoice previous) {
    /// People in the chart; the rest is in the JSON.
    private static final int MOST_PEOPLE = 20;

    private static final int MOST_SAMPLES = 40;

    /// What was answered and by whom, where the owner asked to see it.
    private record Samples(
            List<Exchange> questions,
            List<String> truth,
            Map<Source, ReplyWriter.Written> written) {}

    /// The page, with numbers only.
    public String html() {
        return page(null);
    }

    /// The page with messages and replies at its end.
    public String html(
            List<Exchange> questions,
            List<String> truth,
            Map<Source, ReplyWriter.Written> written) {
        return page(new Samples(questions, truth, written));
    }

    private String page(@Nullable Samples samples) {
        StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head>");
        html.append("<meta charset=\"utf-8\"/>");
        html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        html.append("<meta name=\"referrer\" content=\"no-referrer\"/>");
        html.append("<title>Does it sound like you? ").append(Html.escaped(run));
        html.append("</title><style>").append(css()).append("</style></head><body><main>");
        html.append("<h1>Does it sound like you?</h1><p class=\"soft\">");
        html.append(
                Html.escaped(
                        "Run %s on %s. %s replies to messages of %d held-out conversations,"
                                        .formatted(
                                                run, base, report.replies(), report.conversations())
                                + " which training never saw. Bars are 95% intervals over"
                                + " conversations."));
        html.append("</p><p class=\"verdict\">").append(Html.escaped(verdict()));
        html.append("</p>").append(cards());
        notes(html);
        taken(html);
        style(html);
        bits(html);
        variety(html);
        person(html);
        method(html);
        samples(html, samples);
        html.append("<p class=\"foot\">Made by understudy evaluate, seed ");
        html.append(report.seed()).append(". This page loads nothing from anywhere.</p>");
        return html.append("</main></body></html>\n").toString();
    }

    /// What the figures come to, in a sentence or two.
    private String verdict() {
        Estimate style = report.styleGain();
        Estimate taken = report.takenGain();
        String better =
                style.low() > 0 && taken.low() > 0
                        ? "By style and by authorship the clone is nearer to you than the base"
                                + " model with a prompt."
                        : style.low() > 0
                                ? "By style the clone is nearer to you than the base model with a"
                                        + " prompt."
                                : taken.low() > 0
                                        ? "More of the clone's replies are taken for yours than of"
                                                + " the base model's with a prompt."
                                        : "The clone is not surely nearer to you than the base"
                                                + " model with a prompt.";
        Estimate change = bits.change();
        String foresees =
                change.high() < 0
                        ? " It foresees what you write better than before training."
                        : change.low() > 0
                                ? " It foresees what you write worse than before training."
                                : "";
        return better + foresees;
    }

    private static String css() {
        String name = "/understudy/evaluate/voice.css";
        try (InputStream in = VoicePage.class.getResourceAsStream(name)) {
            return new String(
                    Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String cards() {
        StringBuilder html = new StringBuilder("<ul class=\"cards\">");
        VoiceReport.Figures clone = report.sources().get(Source.CLONE);
        VoiceReport.Figures own = report.sources().get(Source.EARLIER);
        if (clone != null) {
            card(
                    html,
                    percent(clone.taken().value()),
                    "of its replies are taken for yours",
                    own == null ? "" : "your own: " + percent(own.taken().value()));
            card(
                    html,
                    number(clone.style().value(), 3),
                    "style distance from you",
                    own == null
                            ? ""
                            : "your own earlier replies: " + number(own.style().value(), 3));
        }
        card(
                html,
                number(bits.after().value(), 2),
                "bits per character of what you wrote",
                "before training: " + number(bits.before().value(), 2));
        if (Double.isFinite(report.closeness().value())) {
            card(
                    html,
                    percent(report.closeness().value()),
                    "of the way from other people's style to yours",
                    interval(report.closeness(), true));
        }
        return html.append("</ul>").toString();
    }

    private static void card(StringBuilder html, String figure, String what, String beside) {
        html.append("<li><b>").append(Html.escaped(figure)).append("</b>");
        html.append(Html.escaped(what)).append("<small>").append(Html.escaped(beside));
        html.append("</small></li>");
    }

    private void notes(StringBuilder html) {
        html.append("<section class=\"notes\" aria-label=\"Notes\"><ul>");
        report.notes()
                .forEach(note -> html.append("<li>").append(Html.escaped(note)).append("</li>"));
        html.append("</ul></section>");
    }

    private void taken(StringBuilder html) {
        VoiceReport.Classifier classifier = report.classifier();
        if (classifier == null) {
            return;
        }
        html.append("<section><h2>Taken for you</h2>");
        html.append(
                Html.paragraph(
                        "Share of replies that a classifier takes for yours. It learned from %d of"
                                        .formatted(classifier.own())
                                + " your turns and %d of other people's, and is right in %s of"
                                        .formatted(
                                                classifier.others(),
                                                percent(classifier.accuracy().value()))
                                + " conversations it did not see"
                                + interval(classifier.accuracy(), true)
                                + "; guessing would be 50%."));
        List<Svg.Row> rows = new ArrayList<>();
        report.sources()
                .forEach((source, f) ->
                        rows.add(row(source.shown(), source.key(), f.taken(), true)));
        PreviousVoice before = previous;
        if (before != null) {
            rows.add(row("run " + before.run(), "previous", before.taken(), true));
        }
        Svg.Axis axis = Svg.Axis.shares("share of replies taken for yours");
        html.append(Svg.dots(rows, axis, "Share of replies taken for yours, by source"));
        Estimate halfway = report.halfway();
        if (Double.isFinite(halfway.value())) {
            html.append(
                    Html.paragraph(
                            "From the base model with a prompt (0%) to your own earlier replies"
                                    + " (100%), the clone stands at "
                                    + percent(halfway.value())
                                    + interval(halfway, true)
                                    + "."));
        }
        html.append("</section>");
    }

    private void style(StringBuilder html) {
        html.append("<section><h2>Style</h2>");
        html.append(
                Html.paragraph(
                        "Distance of each source's replies from what you really answered: the mean"
                                + " over all measures. Further left is more like you; your own"
                                + " earlier replies show how near anybody can come."));
        List<Svg.Row> rows = new ArrayList<>();
        report.sources()
                .forEach((source, f) -> {
                    if (source != Source.TRUE) {
                        rows.add(row(source.shown(), source.key(), f.style(), false));
                    }
                });
        PreviousVoice before = previous;
        if (before != null) {
            rows.add(row("run " + before.run(), "previous", before.style(), false));
        }
        Svg.Axis axis = Svg.Axis.around("style distance", rows, true, false);
        html.append(Svg.dots(rows, axis, "Overall style distance by source"));
        html.append("<h2>Measure by measure</h2>").append(legend());
        List<Svg.Row> measures = new ArrayList<>();
        for (StyleMeasure measure : StyleMeasure.values()) {
            List<Svg.Dot> dots = new ArrayList<>();
            report.sources()
                    .forEach((source, f) -> {
                        VoiceReport.Measure m = f.measures().get(measure);
                        if (m != null) {
                            Estimate at = new Estimate(m.distance(), Double.NaN, Double.NaN);
                            String says =
                                    "%s, %s: %s"
                                            .formatted(
                                                    source.shown(),
                                                    measure.title(),
                                                    number(m.distance(), 3));
                            dots.add(new Svg.Dot(source.key(), at, says));
                        }
                    });
            if (!dots.isEmpty()) {
                measures.add(new Svg.Row(measure.title(), dots));
            }
        }
        Svg.Axis each =
                Svg.Axis.around("Jensen–Shannon distance to your replies", measures, true, false);
        html.append(Svg.dots(measures, each, "Distance by measure and source"));
        html.append(Html.details("The same as numbers", distances() + means()));
        html.append("</section>");
    }

    private String legend() {
        StringBuilder html = new StringBuilder("<ul class=\"legend\">");
        report.sources()
                .forEach((source, f) -> {
                    if (source != Source.TRUE) {
                        html.append(
                                "<li><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><g class=\"");
                        html.append(source.key())
                                .append("\">")
                                .append(Svg.shape(source.key(), 8, 8));
                        html.append("</g></svg>")
                                .append(Html.escaped(source.shown()))
                                .append("</li>");
                    }
                });
        return html.append("</ul>").toString();
    }

    private String distances() {
        List<String> head = new ArrayList<>(List.of("measure"));
        List<List<String>> rows = new ArrayList<>();
        List<Source> sources =
                report.sources().keySet().stream().filter(s -> s != Source.TRUE).toList();
        sources.forEach(source -> head.add(source.shown()));
        for (StyleMeasure measure : StyleMeasure.values()) {
            List<String> row = new ArrayList<>(List.of(measure.title()));
            for (Source source : sources) {
                VoiceReport.Figures f = report.sources().get(source);
                VoiceReport.Measure m = f == null ? null : f.measures().get(measure);
                row.add(m == null ? "–" : number(m.distance(), 3));
            }
            rows.add(row);
        }
        return Html.table("Jensen–Shannon distance to your replies", head, rows);
    }

    private String means() {
        List<List<String>> rows = new ArrayList<>();
        VoiceReport.Figures clone = report.sources().get(Source.CLONE);
        VoiceReport.Figures prompt = report.sources().get(Source.PROMPT);
        if (clone == null || prompt == null) {
            return "";
        }
        clone.measures()
                .forEach((measure, m) -> {
                    VoiceReport.Measure p = prompt.measures().get(measure);
                    if (Double.isFinite(m.trueMean()) && p != null) {
                        rows.add(
                                List.of(
                                        measure.mean(),
                                        number(m.trueMean(), 2),
                                        number(m.mean(), 2),
                                        signed(m.cohen()),
                                        number(p.mean(), 2),
                                        signed(p.cohen())));
                    }
                });
        return Html.table(
                "Means, and Cohen's d from yours",
                List.of("", "you", "clone", "d", "prompt", "d"),
                rows);
    }

    private void bits(StringBuilder html) {
        html.append("<section><h2>Bits per character</h2>");
        html.append(
                Html.paragraph(
                        "How surprised the model is by what you really wrote, in "
                                + String.format(Locale.ROOT, "%,d", after.all().characters())
                                + " characters it never saw. Lower is better. Change "
                                + signed(bits.change().value())
                                + interval(bits.change(), false)
                                + "."));
        List<Svg.Row> rows = new ArrayList<>();
        rows.add(both("everybody", bits));
        people.entrySet().stream()
                .filter(e -> Double.isFinite(e.getValue().after().value()))
                .limit(MOST_PEOPLE)
                .forEach(e -> rows.add(both(e.getKey(), e.getValue())));
        html.append("<ul class=\"legend\"><li><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\">");
        html.append("<g class=\"clone\">").append(Svg.shape("clone", 8, 8));
        html.append("</g></svg>the clone</li><li><svg viewBox=\"0 0 16 16\"");
        html.append(" aria-hidden=\"true\"><g class=\"base\">").append(Svg.shape("base", 8, 8));
        html.append("</g></svg>base model alone</li></ul>");
        Svg.Axis axis = Svg.Axis.around("bits per character", rows, false, false);
        html.append(Svg.dots(rows, axis, "Bits per character by person, before and after"));
        html.append(
                Html.paragraph(
                        "An interval needs five held-out conversations with a person; where there"
                                + " are fewer, only the figure is shown."));
        html.append("</section>");
    }

    private static Svg.Row both(String name, HeldOutIntervals intervals) {
        String shown = name.length() <= 22 ? name : name.substring(0, 21) + "…";
        return new Svg.Row(
                shown,
                List.of(
                        new Svg.Dot(
                                "clone",
                                intervals.after(),
                                name + ", the clone: " + words(intervals.after(), false)),
                        new Svg.Dot(
                                "base",
                                intervals.before(),
                                name + ", base model: " + words(intervals.before(), false))));
    }

    private void variety(StringBuilder html) {
        html.append("<section><h2>Variety and copying</h2>");
        List<List<String>> rows = new ArrayList<>();
        report.sources()
                .forEach((source, f) ->
                        rows.add(
                                List.of(
                                        source.shown(),
                                        number(f.characters(), 0),
                                        number(f.distinct1(), 3),
                                        number(f.distinct2(), 3),
                                        percent(f.same()),
                                        words(f.copied(), true),
                                        f.longest() == 0 ? "–" : f.longest() + " words",
                                        percent(f.empty()),
                                        percent(f.unfinished()))));
        html.append(
                Html.table(
                        "Distinct words and pairs in windows of 100; copies of eight words or more"
                                + " from the training conversations, among replies that long",
                        List.of(
                                "",
                                "characters",
                                "distinct-1",
                                "distinct-2",
                                "repeated",
                                "copied",
                                "longest",
                                "empty",
                                "cut off"),
                        rows));
        html.append("</section>");
    }

    private void person(StringBuilder html) {
        if (report.people().isEmpty()) {
            return;
        }
        html.append("<section><h2>By person</h2>");
        List<List<String>> rows = new ArrayList<>();
        for (VoiceReport.PersonFigures p : report.people()) {
            rows.add(
                    List.of(
                            p.person(),
                            "" + p.replies(),
                            "" + p.conversations(),
                            words(p.style(), false),
                            words(p.earlier(), false),
                            words(p.taken(), true)));
        }
        html.append(
                Html.table(
                        "People with %d replies or more; fewer replies make every distance larger,"
                                        .formatted(VoiceStudy.LEAST_REPLIES)
                                + " so compare with your own",
                        List.of(
                                "with",
                                "replies",
                                "conversations",
                                "style distance",
                                "your own, earlier",
                                "taken for you"),
                        rows));
        html.append("</section>");
    }

    private static void method(StringBuilder html) {
        List<List<String>> rows = new ArrayList<>();
        for (StyleMeasure measure : StyleMeasure.values()) {
            rows.add(List.of(measure.title(), measure.over()));
        }
        StringBuilder inner = new StringBuilder();
        for (String text : VoiceMethod.PARAGRAPHS) {
            inner.append(Html.paragraph(text));
        }
        inner.append(Html.table("What each measure counts", List.of("measure", "over"), rows));
        html.append("<section><h2>How this was measured</h2>");
        html.append(Html.details("Formulas and choices", inner.toString())).append("</section>");
    }

    private static void samples(StringBuilder html, @Nullable Samples samples) {
        if (samples == null) {
            return;
        }
        html.append("<section><h2>Messages and replies</h2>");
        int shown = Math.min(MOST_SAMPLES, samples.questions.size());
        for (int i = 0; i < shown; i++) {
            html.append("<div class=\"sample\">");
            Exchange question = samples.questions.get(i);
            sample(html, question.person(), question.asked());
            sample(html, "you", samples.truth.get(i));
            for (Map.Entry<Source, ReplyWriter.Written> e : samples.written.entrySet()) {
                sample(html, e.getKey().shown(), e.getValue().texts().get(i));
            }
            html.append("</div>");
        }
        html.append("</section>");
    }

    private static void sample(StringBuilder html, String who, String text) {
        html.append("<p><b>").append(Html.escaped(who)).append("</b> ");
        html.append(Html.escaped(text)).append("</p>");
    }

    private static Svg.Row row(String label, String style, Estimate at, boolean percent) {
        String says = label + ": " + words(at, percent);
        return new Svg.Row(label, List.of(new Svg.Dot(style, at, says)));
    }

    private static String words(Estimate estimate, boolean percent) {
        String value = percent ? percent(estimate.value()) : number(estimate.value(), 3);
        return value + interval(estimate, percent);
    }

    private static String interval(Estimate e, boolean percent) {
        if (!e.hasInterval()) {
            return "";
        }
        return percent
                ? " (%s to %s)".formatted(percent(e.low()), percent(e.high()))
                : " (%s to %s)".formatted(number(e.low(), 3), number(e.high(), 3));
    }

    private static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.0f%%", 100 * share) : "–";
    }

    private static String number(double value, int digits) {
        return Double.isFinite(value)
                ? String.format(Locale.ROOT, "%." + digits + "f", value)
                : "–";
    }

    private static String signed(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%+.2f", value) : "–";
    }
}
