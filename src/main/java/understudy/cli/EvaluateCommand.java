package understudy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import understudy.base.ExitCode;
import understudy.base.PrivateFiles;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.dataset.Dataset;
import understudy.dataset.DatasetConfig;
import understudy.dataset.DatasetRow;
import understudy.dataset.Part;
import understudy.evaluate.HeldOutScore;
import understudy.evaluate.leak.LeakTest;
import understudy.model.Adapter;
import understudy.model.PeftFolder;
import understudy.run.RunFolder;
import understudy.text.TemplateEncoder;

/// Measures a run on what it never saw.
@CommandLine.Command(
        name = "evaluate",
        description = "Measure how well a run foresees what you wrote later.")
final class EvaluateCommand extends Command {
    /// People shown; the rest is in `--json`.
    private static final int SHOWN = 12;

    @Mixin RunOptions chosen = new RunOptions();

    @Option(
            names = "--rows",
            paramLabel = "FILE",
            description = "Write the rows that were scored, as JSON lines, for another judge.")
    @Nullable Path rowsFile;

    @Option(
            names = "--leak",
            description =
                    "Try to get out what was put in: planted secrets, passages, data of others.")
    boolean leak;

    /// What was measured, rounded as in `--json`.
    record Outcome(double before, double after, long characters) {}

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        if (leak) {
            RunFolder run = RunFolder.open(workspace, chosen.run);
            console.result(
                    new LeakEvaluation(workspace, console)
                            .run(run, chosen.device, LeakTest.Effort.STANDARD));
            return ExitCode.OK;
        }
        evaluate(workspace, console);
        return ExitCode.OK;
    }

    Outcome evaluate(Workspace workspace, Console console) throws IOException {
        RunFolder run = RunFolder.open(workspace, chosen.run);
        RunSetup setup = RunSetup.of(run);
        Dataset dataset = Datasets.open(workspace, setup.dataset());
        BaseModel base = BaseModel.find(workspace, setup.base());
        boolean seed = dataset.config().template() == DatasetConfig.Template.SEED;
        TemplateEncoder encoder = TemplateEncoder.load(base.path(), seed);
        List<DatasetRow> rows = dataset.rows(Part.HELDOUT, encoder);
        if (rows.stream().allMatch(r -> r.ownCharacters() == 0)) {
            throw new UserError(
                    "nothing was held out to measure with",
                    dataset.folder().toString(),
                    "import more chats, or prepare with a larger heldout_share");
        }
        if (rowsFile != null) {
            HeldOutScore.writeRows(rows, rowsFile);
        }
        console.say("run " + run.id() + " against its base " + base.id());
        Both scores = score(run, setup, base.path(), rows);
        HeldOutScore.Scores before = scores.before;
        HeldOutScore.Scores after = scores.after;
        Map<String, Object> json = json(run, before, after);
        PrivateFiles.createFolders(run.report());
        byte[] text =
                understudy.base.Json.json()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsBytes(json);
        PrivateFiles.write(run.report().resolve("heldout.json"), out -> out.write(text));
        show(console, before, after);
        console.result(json);
        return new Outcome(
                Numbers.round(before.all().bitsPerCharacter(), 4),
                Numbers.round(after.all().bitsPerCharacter(), 4),
                after.all().characters());
    }

    private record Both(HeldOutScore.Scores before, HeldOutScore.Scores after) {}

    /// The clone first: a damaged one is then found before minutes of scoring. Where all weights
    /// learned, it and its base are never in memory together.
    private Both score(RunFolder run, RunSetup setup, Path base, List<DatasetRow> rows) {
        HeldOutScore.Scores after;
        try (LoadedModel engine = LoadedModel.learned(run, setup, base, chosen.device)) {
            if (!setup.full()) {
                try (Adapter adapter = PeftFolder.load(engine.model(), run.adapter(), false)) {
                    after = HeldOutScore.of(engine.model(), rows);
                    engine.model().detachAdapter();
                }
                return new Both(HeldOutScore.of(engine.model(), rows), after);
            }
            after = HeldOutScore.of(engine.model(), rows);
        }
        try (LoadedModel engine = LoadedModel.as(setup.train(), base, chosen.device)) {
            return new Both(HeldOutScore.of(engine.model(), rows), after);
        }
    }

    private static void show(
            Console console, HeldOutScore.Scores before, HeldOutScore.Scores after) {
        HeldOutScore.Score all = after.all();
        console.say(
                "bits per character of "
                        + Numbers.grouped(all.characters())
                        + " characters you wrote later, which training never saw; lower is better");
        console.say("");
        console.say(
                String.format(
                        Locale.ROOT,
                        "  %-24s %10s %8s %8s %8s",
                        "with",
                        "characters",
                        "base",
                        "clone",
                        "change"));
        line(console, "everybody", before.all(), all);
        int shown = 0;
        for (Map.Entry<String, HeldOutScore.Score> person : after.perPerson().entrySet()) {
            if (shown++ == SHOWN) {
                console.say("  ... and " + (after.perPerson().size() - SHOWN) + " more");
                break;
            }
            HeldOutScore.Score was = before.perPerson().get(person.getKey());
            if (was != null && person.getValue().characters() > 0) {
                line(console, person.getKey(), was, person.getValue());
            }
        }
        console.say("");
    }

    private static void line(
            Console console, String name, HeldOutScore.Score before, HeldOutScore.Score after) {
        double was = before.bitsPerCharacter();
        double is = after.bitsPerCharacter();
        console.say(
                String.format(
                        Locale.ROOT,
                        "  %-24s %10s %8.3f %8.3f %+7.1f%%",
                        Shown.safe(name, 24),
                        Numbers.grouped(after.characters()),
                        was,
                        is,
                        100 * (is / was - 1)));
    }

    private static Map<String, Object> json(
            RunFolder run, HeldOutScore.Scores before, HeldOutScore.Scores after) {
        List<Map<String, Object>> people = new ArrayList<>();
        after.perPerson()
                .forEach((name, score) -> {
                    HeldOutScore.Score was = before.perPerson().get(name);
                    if (was != null && score.characters() > 0) {
                        Map<String, Object> person = new LinkedHashMap<>();
                        person.put("person", name);
                        person.put("own_characters", score.characters());
                        person.put("bpc_before", Numbers.round(was.bitsPerCharacter(), 4));
                        person.put("bpc_after", Numbers.round(score.bitsPerCharacter(), 4));
                        people.add(person);
                    }
                });
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", run.id());
        json.put("bpc_before", Numbers.round(before.all().bitsPerCharacter(), 4));
        json.put("bpc_after", Numbers.round(after.all().bitsPerCharacter(), 4));
        json.put("own_characters", after.all().characters());
        json.put("own_tokens", after.all().tokens());
        json.put("per_person", people);
        return json;
    }
}
