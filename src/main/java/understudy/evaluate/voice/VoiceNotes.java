package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import understudy.evaluate.Bootstrap;
import understudy.evaluate.Estimate;

/// Says in words where the numbers are too weak to tell.
final class VoiceNotes {
    private static final int FEW_REPLIES = 200;
    private static final int FEW_CONVERSATIONS = 10;

    /// Width of the interval of a share above which it hardly says anything.
    private static final double WIDE = 0.25;

    private VoiceNotes() {}

    static VoiceReport added(VoiceReport report) {
        List<String> notes = new ArrayList<>();
        size(report, notes);
        classifier(report, notes);
        verdicts(report, notes);
        return report.noted(notes);
    }

    private static void size(VoiceReport report, List<String> notes) {
        if (report.conversations() < Bootstrap.LEAST) {
            notes.add(
                    "Too small to tell: %d held-out conversations; intervals need %d."
                            .formatted(report.conversations(), Bootstrap.LEAST));
        } else if (report.conversations() < FEW_CONVERSATIONS) {
            notes.add(
                    "Only %d held-out conversations: the intervals are rough."
                            .formatted(report.conversations()));
        }
        if (report.replies() < FEW_REPLIES) {
            notes.add(
                    "%d replies; from %d on, style distances are steadier."
                            .formatted(report.replies(), FEW_REPLIES));
        }
        notes.add(
                "Distances of samples of this size are never 0: compare with \"%s\", not with 0."
                        .formatted(Source.EARLIER.shown()));
        notes.add("Delays are not measured: a run writes words, not times.");
    }

    private static void classifier(VoiceReport report, List<String> notes) {
        VoiceReport.Classifier classifier = report.classifier();
        if (classifier == null) {
            notes.add("Too few turns to learn whose words they are: no authorship share.");
            return;
        }
        if (!(classifier.accuracy().low() > 0.5)) {
            notes.add(
                    "The classifier does not tell you from others surely (%s right): its shares"
                                    .formatted(percent(classifier.accuracy()))
                            + " say nothing here.");
        }
        VoiceReport.Figures clone = report.sources().get(Source.CLONE);
        if (clone != null && clone.taken().high() - clone.taken().low() > WIDE) {
            notes.add("The authorship share is uncertain; more held-out chats would help.");
        }
    }

    private static void verdicts(VoiceReport report, List<String> notes) {
        verdict("style", report.styleGain(), notes);
        verdict("authorship", report.takenGain(), notes);
        boolean both =
                report.sources().containsKey(Source.OTHERS)
                        && report.sources().containsKey(Source.EARLIER);
        if (both && report.conversations() >= Bootstrap.LEAST && unknown(report.closeness())) {
            notes.add(
                    "By style, other people here are not surely farther from you than you are from"
                            + " yourself: it tells a model from people, authorship tells who.");
        }
        if (report.classifier() != null
                && report.conversations() >= Bootstrap.LEAST
                && unknown(report.halfway())) {
            notes.add(
                    "The prompt's replies are not surely taken for yours less often than your own:"
                            + " no place between them can be given.");
        }
    }

    private static void verdict(String what, Estimate gain, List<String> notes) {
        if (gain.hasInterval() && !gain.clearOf(0)) {
            notes.add(
                    "By %s, too close to tell the clone from the base model with a prompt."
                            .formatted(what));
        }
    }

    private static boolean unknown(Estimate place) {
        return Double.isNaN(place.value());
    }

    private static String percent(Estimate share) {
        return String.format(Locale.ROOT, "%.0f%%", 100 * share.value());
    }
}
