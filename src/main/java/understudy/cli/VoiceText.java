package understudy.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import understudy.evaluate.Estimate;
import understudy.evaluate.voice.PreviousVoice;
import understudy.evaluate.voice.Source;
import understudy.evaluate.voice.StyleMeasure;
import understudy.evaluate.voice.VoiceReport;

/// The voice report in the terminal.
final class VoiceText {
    /// Measures named as nearest and farthest.
    private static final int EXTREMES = 3;

    private static final int MOST_PEOPLE = 12;

    private final Console console;

    VoiceText(Console console) {
        this.console = console;
    }

    void show(VoiceReport report, @Nullable PreviousVoice previous) {
        console.say(
                report.replies()
                        + " replies to messages of "
                        + report.conversations()
                        + " held-out conversations, with 95% intervals");
        console.say("");
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "  replies of",
                        "style distance",
                        "taken for you",
                        "distinct-2",
                        "copied",
                        "characters"));
        report.sources().forEach((source, figures) -> rows.add(row(source.shown(), figures)));
        if (previous != null) {
            rows.add(
                    List.of(
                            "  previous run",
                            distance(previous.style()),
                            share(previous.taken()),
                            "",
                            "",
                            ""));
        }
        Table.print(rows, console);
        console.say("");
        extremes(report);
        VoiceReport.Classifier classifier = report.classifier();
        if (classifier != null) {
            console.say(
                    String.format(
                            Locale.ROOT,
                            "  the classifier tells your turns from others' with %s right in"
                                    + " conversations it did not see (chance: 50%%)",
                            share(classifier.accuracy())));
        }
        place("by authorship, from a prompt (0%) to yourself (100%)", report.halfway());
        place("by style, from other people (0%) to yourself (100%)", report.closeness());
        people(report);
        console.say("");
        report.notes().forEach(note -> console.say("  note: " + note));
        console.say("");
    }

    private static List<String> row(String name, VoiceReport.Figures figures) {
        return List.of(
                "  " + name,
                distance(figures.style()),
                share(figures.taken()),
                number(figures.distinct2(), "%.2f"),
                number(100 * figures.copied().value(), "%.0f%%"),
                number(figures.characters(), "%.0f"));
    }

    private static String number(double value, String form) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, form, value) : "-";
    }

    private static String distance(Estimate distance) {
        if (!distance.hasInterval()) {
            return number(distance.value(), "%.3f");
        }
        return String.format(
                Locale.ROOT,
                "%.3f (%.3f to %.3f)",
                distance.value(),
                distance.low(),
                distance.high());
    }

    private static String share(Estimate share) {
        if (!share.hasInterval()) {
            return number(100 * share.value(), "%.0f%%");
        }
        return String.format(
                Locale.ROOT,
                "%.0f%% (%.0f to %.0f%%)",
                100 * share.value(),
                100 * share.low(),
                100 * share.high());
    }

    private void place(String what, Estimate place) {
        if (Double.isFinite(place.value())) {
            console.say("  the clone, " + what + ": " + share(place));
        }
    }

    private void extremes(VoiceReport report) {
        VoiceReport.Figures clone = report.sources().get(Source.CLONE);
        VoiceReport.Figures own = report.sources().get(Source.EARLIER);
        if (clone == null || own == null) {
            return;
        }
        List<Map.Entry<StyleMeasure, VoiceReport.Measure>> byExcess =
                clone.measures().entrySet().stream()
                        .filter(e -> own.measures().containsKey(e.getKey()))
                        .sorted(
                                Comparator.comparingDouble(
                                        e -> e.getValue().distance() - distance(own, e.getKey())))
                        .toList();
        int most = Math.min(EXTREMES, byExcess.size() / 2);
        console.say("  most like you:  " + names(byExcess.subList(0, most)));
        console.say(
                "  least like you: "
                        + names(
                                byExcess.subList(byExcess.size() - most, byExcess.size())
                                        .reversed()));
    }

    private static double distance(VoiceReport.Figures figures, StyleMeasure measure) {
        VoiceReport.Measure value = figures.measures().get(measure);
        return value == null ? 0 : value.distance();
    }

    private static String names(List<Map.Entry<StyleMeasure, VoiceReport.Measure>> measures) {
        List<String> names = new ArrayList<>();
        for (Map.Entry<StyleMeasure, VoiceReport.Measure> entry : measures) {
            VoiceReport.Measure m = entry.getValue();
            names.add(
                    entry.getKey().title()
                            + (Double.isFinite(m.mean())
                                    ? String.format(
                                            Locale.ROOT,
                                            " (%s: %.2f, you %.2f)",
                                            entry.getKey().mean(),
                                            m.mean(),
                                            m.trueMean())
                                    : ""));
        }
        return String.join(", ", names);
    }

    private void people(VoiceReport report) {
        if (report.people().isEmpty()) {
            return;
        }
        console.say("");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("  with", "replies", "style distance", "yours, earlier", "taken for you"));
        for (VoiceReport.PersonFigures person : report.people()) {
            if (rows.size() <= MOST_PEOPLE) {
                rows.add(
                        List.of(
                                "  " + Shown.safe(person.person(), 24),
                                "" + person.replies(),
                                distance(person.style()),
                                distance(person.earlier()),
                                share(person.taken())));
            }
        }
        Table.print(rows, console);
    }
}
