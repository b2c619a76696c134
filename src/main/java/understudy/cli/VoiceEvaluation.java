package understudy.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import understudy.base.Workspace;
import understudy.evaluate.HeldOutScore;
import understudy.evaluate.voice.Exchange;
import understudy.evaluate.voice.PreviousVoice;
import understudy.evaluate.voice.ReplyWriter;
import understudy.evaluate.voice.Source;
import understudy.evaluate.voice.VoicePage;
import understudy.evaluate.voice.VoiceReport;
import understudy.evaluate.voice.VoiceStudy;
import understudy.generate.Generator;
import understudy.model.LanguageModel;
import understudy.text.Line;

/// The voice report: scores, replies, comparison, page.
final class VoiceEvaluation {
    private final Workspace workspace;
    private final Console console;
    private final Evaluated evaluated;
    private final String device;
    private final Plan plan;

    /// @param replies to answer with each source
    /// @param samples whether the page shows texts
    record Plan(int replies, long seed, boolean samples) {}

    VoiceEvaluation(
            Workspace workspace, Console console, Evaluated evaluated, String device, Plan plan) {
        this.workspace = workspace;
        this.console = console;
        this.evaluated = evaluated;
        this.device = device;
        this.plan = plan;
    }

    /// What the engine made.
    private record Made(
            HeldOutScore.Scores before,
            HeldOutScore.Scores after,
            Map<Source, ReplyWriter.Written> written) {}

    void run() throws IOException {
        VoiceStudy study =
                VoiceStudy.of(
                        new VoiceStudy.Plan(evaluated.setup().me(), plan.replies, plan.seed),
                        evaluated.training(),
                        evaluated.heldout(),
                        evaluated.encoder());
        Made made = make(study);
        ScoreText scores = ScoreText.of(ScoreText.Beside.BASE, made.before, made.after, plan.seed);
        VoiceReport report = study.report(made.written).noted(evaluated.notes());
        PreviousVoice previous =
                PreviousVoice.of(
                        workspace, evaluated.run(), evaluated.heldoutDigest(), report.replies());
        Map<String, Object> json = new LinkedHashMap<>(scores.json(evaluated.run().id()));
        evaluated.report("heldout.json", scores.report(evaluated.run().id()));
        json.put("base", evaluated.base().shown());
        json.put("heldout_sha256", evaluated.heldoutDigest());
        json.put("dataset_changed", evaluated.changed());
        json.put("voice", report.tree());
        if (previous != null) {
            json.put("previous_run", previous.tree());
        }
        evaluated.report("voice.json", json);
        Path page = page(study, made, scores, report, previous);
        scores.show(console);
        new VoiceText(console).show(report, previous);
        console.say("the page: " + page);
        if (plan.samples) {
            console.warn("the page shows messages, yours and others'; mind who sees it");
        }
        json.put("page", page.toString());
        console.result(json);
    }

    private Made make(VoiceStudy study) {
        List<Exchange> questions = study.questions();
        ReplyProgress progress = new ReplyProgress(console, 3 * questions.size());
        Map<Source, ReplyWriter.Written> written = new EnumMap<>(Source.class);
        try (RunModels models = RunModels.of(evaluated, device)) {
            console.say(
                    "run " + evaluated.run().id() + " against its base " + evaluated.base().id());
            // the clone first: a damaged one is then found before minutes of scoring
            HeldOutScore.Scores after =
                    models.after(model -> {
                        HeldOutScore.Scores scores = HeldOutScore.of(model, evaluated.heldout());
                        try (Generator generator = generator(model)) {
                            write(
                                    written,
                                    Source.CLONE,
                                    generator,
                                    questions,
                                    Exchange::before,
                                    progress);
                        }
                        return scores;
                    });
            HeldOutScore.Scores before =
                    models.before(model -> {
                        HeldOutScore.Scores scores = HeldOutScore.of(model, evaluated.heldout());
                        try (Generator generator = generator(model)) {
                            Function<Exchange, List<Line>> persona = study.persona()::lines;
                            write(
                                    written,
                                    Source.BASE,
                                    generator,
                                    questions,
                                    Exchange::before,
                                    progress);
                            write(written, Source.PROMPT, generator, questions, persona, progress);
                        }
                        return scores;
                    });
            return new Made(before, after, written);
        }
    }

    private Generator generator(LanguageModel model) {
        return new Generator(model, evaluated.encoder().tokenizer());
    }

    private void write(
            Map<Source, ReplyWriter.Written> written,
            Source source,
            Generator generator,
            List<Exchange> questions,
            Function<Exchange, List<Line>> prompt,
            ReplyProgress progress) {
        ReplyWriter writer = new ReplyWriter(generator, evaluated.encoder(), plan.seed);
        written.put(
                source,
                writer.write(
                        questions,
                        prompt,
                        done -> progress.wrote(source.shown(), done, questions.size())));
    }

    private Path page(
            VoiceStudy study,
            Made made,
            ScoreText scores,
            VoiceReport report,
            @Nullable PreviousVoice previous)
            throws IOException {
        VoicePage page =
                new VoicePage(
                        evaluated.run().id(),
                        evaluated.base().shown(),
                        scores.before(),
                        scores.after(),
                        scores.all(),
                        scores.perPerson(),
                        report,
                        previous);
        String html =
                plan.samples
                        ? page.html(study.questions(), study.truth(), made.written)
                        : page.html();
        return evaluated.report("voice.html", html.getBytes(StandardCharsets.UTF_8));
    }
}
