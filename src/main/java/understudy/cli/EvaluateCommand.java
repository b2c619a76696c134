package understudy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.evaluate.HeldOutScore;
import understudy.evaluate.leak.LeakTest;

/// Measures a run on what it never saw.
@CommandLine.Command(
        name = "evaluate",
        description = "Measure how much a run sounds like you, on what you wrote later.",
        footer = {
            "",
            "Scores your held-out messages, answers them with the clone, its base model and the"
                    + " base",
            "model with a prompt, and compares style and authorship with your own replies. Leaves",
            "voice.json and the page voice.html in the run's folder report.",
            "",
            "Examples:",
            "  understudy evaluate",
            "  understudy evaluate --quick",
            "  understudy evaluate --blind",
            "  understudy evaluate --scores-only --json",
            "  understudy evaluate --against 20261124-231502-ab3"
        })
final class EvaluateCommand extends Command {
    /// Replies that make style distances steady.
    private static final int REPLIES = 240;

    private static final int QUICK_REPLIES = 50;
    private static final int MOST_REPLIES = 10_000;
    private static final int MOST_PORT = 65_535;

    @Mixin RunOptions chosen = new RunOptions();

    @Option(
            names = "--rows",
            paramLabel = "FILE",
            description =
                    "Only score, and write the rows that were scored, as JSON lines, for another"
                            + " judge; with --quick or --replies the replies are made, too.")
    @Nullable Path rowsFile;

    @Option(
            names = "--leak",
            description =
                    "Try to get out what was put in: planted secrets, passages, data of others.")
    boolean leak;

    @Option(
            names = "--facts",
            description =
                    "Ask for facts of yours, known and unknown, in words that training never saw.")
    boolean facts;

    @Option(names = "--scores-only", description = "Only bits per character: no replies, no page.")
    boolean scoresOnly;

    @Option(
            names = "--against",
            paramLabel = "RUN",
            description =
                    "Compare with another run, or with a PEFT folder that another program trained"
                            + " on the same base, on the same conversations; scores only.")
    @Nullable Path against;

    @Option(
            names = "--quick",
            description = "50 replies instead of 240: a few minutes, wider intervals.")
    boolean quick;

    @Option(
            names = "--replies",
            paramLabel = "N",
            description = "How many held-out messages to answer (default: 240, or all).")
    @Nullable Integer replies;

    @Option(
            names = "--blind",
            description =
                    "A blind test: guess in 20 held-out conversations which reply is the real one.")
    boolean blind;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description =
                    "With --blind: show the test as a page at this address, such as this machine's"
                            + " in your network, instead of in the terminal.")
    @Nullable String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8090",
            description = "Port of that page; 0 for any that is free (default: ${DEFAULT-VALUE}).")
    int port = 8090;

    @Option(
            names = "--samples",
            description =
                    "Show messages and replies on the page, which otherwise has numbers only; with"
                            + " --facts here.")
    boolean samples;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Of the draw, the replies and the intervals (default: ${DEFAULT-VALUE}).")
    long seed = 42;

    /// What was measured, rounded as in `--json`.
    record Outcome(double before, double after, long characters) {}

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        if (against != null) {
            compare(workspace, console, against);
            return ExitCode.OK;
        }
        boolean rowsOnly =
                rowsFile != null && !quick && replies == null && !blind && !leak && !facts;
        if (scoresOnly || rowsOnly) {
            evaluate(workspace, console);
            return ExitCode.OK;
        }
        VoiceEvaluation.Plan plan = new VoiceEvaluation.Plan(most(), seed, samples);
        Evaluated evaluated = open(workspace, console);
        if (leak) {
            console.result(
                    new LeakEvaluation(workspace, console)
                            .run(evaluated.run(), chosen.device, LeakTest.Effort.STANDARD));
            return ExitCode.OK;
        }
        if (facts) {
            new FactEvaluation(console, evaluated, chosen.device, seed, samples).run();
            return ExitCode.OK;
        }
        if (port < 0 || port > MOST_PORT) {
            throw new UserError("there is no port " + port, "--port", "choose 0 to " + MOST_PORT);
        }
        if (blind) {
            int trials = replies == null ? BlindEvaluation.TRIALS : plan.replies();
            BlindEvaluation test =
                    new BlindEvaluation(console, evaluated, chosen.device, trials, seed);
            if (host == null) {
                test.run();
            } else {
                test.serve(host, port);
            }
            return ExitCode.OK;
        }
        new VoiceEvaluation(workspace, console, evaluated, chosen.device, plan).run();
        return ExitCode.OK;
    }

    private void compare(Workspace workspace, Console console, Path other) throws IOException {
        if (blind || leak || facts || quick || replies != null) {
            throw new UserError(
                    "two runs are compared by their scores only",
                    "--against",
                    "leave out --blind, --leak, --facts, --quick and --replies");
        }
        new RunComparison(workspace, console, open(workspace, console), chosen.device, seed)
                .run(other);
    }

    private int most() {
        int most = quick ? QUICK_REPLIES : REPLIES;
        if (replies != null) {
            most = replies;
        }
        if (most < 1 || most > MOST_REPLIES) {
            throw new UserError(
                    "cannot answer " + most + " messages",
                    "--replies",
                    "choose 1 to " + MOST_REPLIES);
        }
        return most;
    }

    private Evaluated open(Workspace workspace, Console console) throws IOException {
        Evaluated evaluated = Evaluated.open(workspace, chosen.run);
        if (!leak) {
            evaluated.warn(console); // a leak report is refused then
        }
        if (rowsFile != null) {
            HeldOutScore.writeRows(evaluated.heldout(), rowsFile);
        }
        return evaluated;
    }

    /// Scores only.
    Outcome evaluate(Workspace workspace, Console console) throws IOException {
        Evaluated evaluated = open(workspace, console);
        console.say("run " + evaluated.run().id() + " against its base " + evaluated.base().id());
        HeldOutScore.Scores before;
        HeldOutScore.Scores after;
        try (RunModels models = RunModels.of(evaluated, chosen.device)) {
            // the clone first: a damaged one is then found before minutes of scoring
            after = models.after(model -> HeldOutScore.of(model, evaluated.heldout()));
            before = models.before(model -> HeldOutScore.of(model, evaluated.heldout()));
        }
        ScoreText scores = ScoreText.of(ScoreText.Beside.BASE, before, after, seed);
        evaluated.report("heldout.json", scores.report(evaluated.run().id()));
        scores.show(console);
        Map<String, Object> json = scores.json(evaluated.run().id());
        json.put("dataset_changed", evaluated.changed());
        console.result(json);
        return new Outcome(
                Numbers.round(before.all().bitsPerCharacter(), 4),
                Numbers.round(after.all().bitsPerCharacter(), 4),
                after.all().characters());
    }
}
