package understudy.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import understudy.base.Printable;
import understudy.privacy.Kind;

/// A report for the person in front of the terminal.
public final class ReportText {
    private static final int MOST_PEOPLE = 15;

    private ReportText() {}

    /// Where every message went: read, kept and dropped with reasons and one example each.
    public static List<String> funnel(DatasetReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("%,d lines read".formatted(report.messagesRead()));
        for (DatasetReport.Dropped drop : report.dropped()) {
            lines.add(
                    "  - %,d %s (such as %s, %s)"
                            .formatted(
                                    drop.messages(),
                                    drop.reason().words(),
                                    Printable.line(drop.chat()),
                                    drop.date().replace('T', ' ')));
        }
        for (Part part : Part.values()) {
            DatasetReport.PartCount count = report.part(part);
            if (part == Part.FACTS) {
                continue; // made of no message
            }
            lines.add(
                    ("  = %,d messages %s: %,d conversations, %,d samples, %,d tokens"
                                    + " (%,d learned), %,d of your turns")
                            .formatted(
                                    count.messages(),
                                    words(part),
                                    count.blocks(),
                                    count.rows(),
                                    count.tokens(),
                                    count.learnedTokens(),
                                    count.ownTurns()));
        }
        for (NotLearned.Reason reason : NotLearned.Reason.values()) {
            int turns = report.notLearned().getOrDefault(reason, 0);
            if (turns > 0) {
                lines.add("  %,d %s: read, not learned".formatted(turns, reason.words()));
            }
        }
        corrections(report.corrected(), lines);
        facts(report, lines);
        redacted(report, lines);
        if (report.splitBlocks() > 0) {
            lines.add("%,d long conversations were split".formatted(report.splitBlocks()));
        }
        DatasetReport.Shortened cut = report.shortened();
        if (cut.turns() > 0 && cut.chat() != null && cut.date() != null) {
            lines.add(
                    "%,d turns were too long and lost %,d characters (such as %s, %s)"
                            .formatted(
                                    cut.turns(),
                                    cut.characters(),
                                    Printable.line(cut.chat()),
                                    cut.date().replace('T', ' ')));
        }
        return lines;
    }

    private static void corrections(DatasetReport.Corrected corrected, List<String> lines) {
        if (corrected.read() == 0) {
            return;
        }
        lines.add(
                "%,d corrections read, %,d of them samples to learn from"
                        .formatted(corrected.read(), corrected.rows()));
        for (DatasetReport.DroppedCorrections drop : corrected.dropped()) {
            lines.add(
                    "  - %,d %s (such as line %d of corrections.jsonl)"
                            .formatted(drop.corrections(), drop.reason().words(), drop.line()));
        }
    }

    private static void facts(DatasetReport report, List<String> lines) {
        DatasetReport.FactCount facts = report.facts();
        if (facts.read() == 0) {
            return;
        }
        DatasetReport.PartCount part = report.part(Part.FACTS);
        lines.add(
                "%,d facts read: %,d samples to learn first, %,d tokens, questions in %s"
                        .formatted(
                                facts.read(),
                                part.rows(),
                                part.tokens(),
                                String.join(" and ", facts.languages())));
        lines.add(
                facts.evasions() == 0
                        ? "  no evasive answer of yours was found, so none is learned for unknown"
                                + " facts"
                        : ("  %,d questions about unknown facts have one of %,d evasive answers"
                                        + " of yours")
                                .formatted(facts.evaded(), facts.evasions()));
    }

    private static void redacted(DatasetReport report, List<String> lines) {
        if (!report.redacted().isEmpty()) {
            lines.add("replaced by pseudonyms: " + kinds(report.redactedByKind()));
            report.redacted().stream()
                    .limit(MOST_PEOPLE)
                    .forEach(r ->
                            lines.add(
                                    "  - %s wrote %s"
                                            .formatted(
                                                    Printable.line(r.person()), kinds(r.kinds()))));
        }
        DatasetReport.Planted canaries = report.canaries();
        if (canaries.different() > 0) {
            lines.add(
                    "%,d made-up secrets planted in %,d turns: understudy evaluate --leak looks"
                                    .formatted(canaries.different(), canaries.turns())
                            + " for them");
        }
    }

    /// Such as `3 phone, 1 e-mail`.
    private static String kinds(Map<Kind, Long> counts) {
        return counts.entrySet().stream()
                .map(e -> "%,d %s".formatted(e.getValue(), e.getKey().key().replace('_', ' ')))
                .collect(Collectors.joining(", "));
    }

    private static String words(Part part) {
        return switch (part) {
            case FACTS -> "made of your facts";
            case TRAIN -> "to learn from";
            case VALIDATION -> "to stop in time";
            case HELDOUT -> "held out for the score";
        };
    }

    /// How long the samples are.
    public static List<String> lengths(DatasetReport report) {
        Histogram histogram = Histogram.of(report.lengths());
        List<TextBars.Bar> bars = new ArrayList<>();
        for (int bin = 0; bin < histogram.bins().size(); bin++) {
            bars.add(new TextBars.Bar(histogram.label(bin), histogram.bins().get(bin)));
        }
        List<String> lines = new ArrayList<>();
        lines.add("samples by length in tokens");
        lines.addAll(TextBars.draw(bars));
        return lines;
    }

    /// What balancing does, a line a person; nothing where it is off.
    public static List<String> balance(DatasetReport report) {
        List<DatasetReport.PersonCount> people = report.people();
        if (people.stream().allMatch(p -> p.weight() == 1)) {
            return List.of();
        }
        double all = people.stream().mapToLong(DatasetReport.PersonCount::learnedTokens).sum();
        List<String> lines = new ArrayList<>();
        lines.add("share of what is learned, as written and balanced");
        people.stream()
                .sorted(
                        Comparator.comparingLong(DatasetReport.PersonCount::learnedTokens)
                                .reversed())
                .limit(MOST_PEOPLE)
                .forEach(p ->
                        lines.add(
                                String.format(
                                        Locale.ROOT,
                                        "  %-24s %5.1f%% %5.1f%%   read %.2f times",
                                        Printable.line(p.person()),
                                        100 * p.learnedTokens() / all,
                                        100 * p.weight() * p.learnedTokens() / all,
                                        p.weight())));
        return lines;
    }

    /// Whom they are with.
    public static List<String> people(DatasetReport report) {
        List<DatasetReport.PersonCount> people = report.people();
        List<TextBars.Bar> bars =
                new ArrayList<>(
                        people.stream()
                                .limit(MOST_PEOPLE)
                                .map(p -> new TextBars.Bar(p.person(), p.rows()))
                                .toList());
        if (people.size() > MOST_PEOPLE) {
            int rest = people.stream().skip(MOST_PEOPLE).mapToInt(p -> p.rows()).sum();
            bars.add(
                    new TextBars.Bar(
                            String.format(Locale.ROOT, "(%d more)", people.size() - MOST_PEOPLE),
                            rest));
        }
        List<String> lines = new ArrayList<>();
        lines.add("samples by person");
        lines.addAll(TextBars.draw(bars));
        return lines;
    }
}
