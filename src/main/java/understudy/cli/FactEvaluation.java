package understudy.cli;

import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.dataset.facts.FactQuestion;
import understudy.dataset.facts.FactQuestions;
import understudy.evaluate.Estimate;
import understudy.evaluate.facts.FactReport;
import understudy.evaluate.voice.Exchange;
import understudy.evaluate.voice.ReplyWriter;
import understudy.evaluate.voice.Source;
import understudy.generate.Generator;
import understudy.reply.Voice;
import understudy.text.Line;
import understudy.text.SystemLine;
import understudy.text.Tokenizer;

/// `evaluate --facts`: what a run says to questions about its owner, kept as `report/facts.json`.
final class FactEvaluation {
    private static final List<Source> SOURCES = List.of(Source.CLONE, Source.PROMPT, Source.BASE);

    private final Console console;
    private final Evaluated evaluated;
    private final String device;
    private final long seed;
    private final boolean samples;

    /// @param samples whether questions and answers are shown
    FactEvaluation(
            Console console, Evaluated evaluated, String device, long seed, boolean samples) {
        this.console = console;
        this.evaluated = evaluated;
        this.device = device;
        this.seed = seed;
        this.samples = samples;
    }

    void run() throws IOException {
        FactQuestions questions = FactQuestions.read(evaluated.dataset().folder());
        if (questions.all().isEmpty()) {
            throw new UserError(
                    "the dataset has no facts to ask for",
                    evaluated.dataset().folder().toString(),
                    "write facts.md (understudy facts init), then prepare and train again");
        }
        Map<Source, List<String>> answers = answers(questions);
        FactReport report = FactReport.of(questions, answers, seed);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", evaluated.run().id());
        json.put("base", evaluated.base().shown());
        json.put("facts", report.tree());
        evaluated.report("facts.json", json);
        if (samples) {
            show(questions, answers);
        }
        show(report);
        console.result(json);
    }

    private Map<Source, List<String>> answers(FactQuestions questions) {
        Voice voice = evaluated.setup().voice();
        int all = questions.all().size();
        ReplyProgress progress = new ReplyProgress(console, SOURCES.size() * all);
        Map<Source, List<String>> answers = new EnumMap<>(Source.class);
        String own = first(voice);
        String told = SystemLine.with(first(voice.withoutFacts()), questions.line());
        String bare = first(voice.withoutFacts());
        console.say("run " + evaluated.run().id() + " against its base " + evaluated.base().id());
        try (RunModels models = RunModels.of(evaluated, device)) {
            models.after(model -> {
                try (Generator generator = new Generator(model, tokenizer())) {
                    ask(Source.CLONE, exchanges(questions, own), generator, answers, progress);
                    return answers;
                }
            });
            models.before(model -> {
                try (Generator generator = new Generator(model, tokenizer())) {
                    ask(Source.PROMPT, exchanges(questions, told), generator, answers, progress);
                    ask(Source.BASE, exchanges(questions, bare), generator, answers, progress);
                    return answers;
                }
            });
        }
        return answers;
    }

    private Tokenizer tokenizer() {
        return evaluated.encoder().tokenizer();
    }

    /// As somebody whom the owner does not know would be answered.
    private String first(Voice voice) {
        LocalDate date = LocalDate.ofInstant(evaluated.run().created(), ZoneOffset.UTC);
        return voice.firstLine(Voice.Partner.STRANGER, date);
    }

    private static List<Exchange> exchanges(FactQuestions questions, String first) {
        List<Exchange> exchanges = new ArrayList<>();
        for (FactQuestion question : questions.all()) {
            List<Line> lines = new ArrayList<>();
            if (!first.isEmpty()) {
                lines.add(Line.of(Role.SYSTEM, first));
            }
            lines.add(Line.of(Role.USER, question.text()));
            exchanges.add(new Exchange("somebody", "facts", exchanges.size(), lines, "-"));
        }
        return exchanges;
    }

    private void ask(
            Source source,
            List<Exchange> exchanges,
            Generator generator,
            Map<Source, List<String>> answers,
            ReplyProgress progress) {
        ReplyWriter writer = new ReplyWriter(generator, evaluated.encoder(), seed);
        int all = exchanges.size();
        ReplyWriter.Written written =
                writer.write(
                        exchanges,
                        Exchange::before,
                        done -> progress.wrote(source.shown(), done, all));
        answers.put(source, written.texts());
    }

    private void show(FactReport report) {
        console.say(
                String.format(
                        Locale.ROOT,
                        "%d questions about %d known facts, %d about %d unknown ones, in words"
                                + " that training never saw",
                        report.known().questions(),
                        report.known().facts(),
                        report.unknown().questions(),
                        report.unknown().facts()));
        console.say("");
        console.say(
                String.format(
                        Locale.ROOT, "  %-26s %-22s %s", "of", "known, told", "unknown, evaded"));
        report.sources()
                .forEach((source, shares) ->
                        console.say(
                                String.format(
                                        Locale.ROOT,
                                        "  %-26s %-22s %s",
                                        source.shown(),
                                        words(shares.known()),
                                        words(shares.unknown()))));
        console.say("");
        if (!report.known().tells() || !report.unknown().tells()) {
            console.say("  too small to tell: fewer than five facts of a kind");
            console.say("");
        }
    }

    private static String words(Estimate share) {
        if (Double.isNaN(share.value())) {
            return "-";
        }
        String value = String.format(Locale.ROOT, "%3.0f%%", 100 * share.value());
        return share.hasInterval()
                ? value
                        + String.format(
                                Locale.ROOT,
                                " (%.0f to %.0f)",
                                100 * share.low(),
                                100 * share.high())
                : value;
    }

    private void show(FactQuestions questions, Map<Source, List<String>> answers) {
        List<String> values = questions.values();
        for (int i = 0; i < questions.all().size(); i++) {
            FactQuestion question = questions.all().get(i);
            console.say((question.known() ? "known: " : "unknown: ") + Shown.safe(question.text()));
            for (Source source : SOURCES) {
                List<String> texts = answers.getOrDefault(source, List.of());
                String text = i < texts.size() ? texts.get(i) : "";
                console.say(
                        String.format(
                                Locale.ROOT,
                                "  %s %-26s %s",
                                question.right(text, values) ? "+" : "-",
                                source.shown(),
                                Shown.safe(text.replace('\n', ' '), 100)));
            }
        }
        console.say("");
    }
}
