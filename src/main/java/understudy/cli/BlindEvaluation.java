package understudy.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.evaluate.voice.BlindTest;
import understudy.evaluate.voice.Exchange;
import understudy.evaluate.voice.ReplyWriter;
import understudy.evaluate.voice.VoiceStudy;
import understudy.generate.Generator;
import understudy.serve.blind.BlindServer;
import understudy.text.Line;

/// The blind test in the terminal: which of two replies is the real one?
final class BlindEvaluation {
    /// Trials of a test: enough for an interval of about ± 20 points.
    static final int TRIALS = 20;

    /// Lines of a conversation that are shown.
    private static final int SHOWN_LINES = 4;

    private static final int MOST_CHARACTERS = 400;

    private final Console console;
    private final Evaluated evaluated;
    private final String device;
    private final int trials;
    private final long seed;

    BlindEvaluation(Console console, Evaluated evaluated, String device, int trials, long seed) {
        this.console = console;
        this.evaluated = evaluated;
        this.device = device;
        this.trials = trials;
        this.seed = seed;
    }

    /// Serves the test to whoever has its link, until Ctrl-C.
    ///
    /// @param host address to listen at
    /// @param port 0 for one that is free
    void serve(String host, int port) throws IOException {
        BlindTest test = prepare();
        CountDownLatch ended = new CountDownLatch(1);
        try (StopSignal signal = new StopSignal(ended::countDown);
                BlindServer server =
                        new BlindServer(
                                host,
                                port,
                                test,
                                result ->
                                        console.progress(
                                                "  %d of %d found"
                                                        .formatted(result.right(), result.of())))) {
            server.start();
            console.say("");
            console.warn(
                    "the page shows your chats' held-out messages to whoever has the link; give it"
                            + " only to people who may read them");
            String shown = host.contains(":") ? "[" + host + "]" : host;
            console.say("link: http://" + shown + ":" + server.port() + server.path());
            console.say("stop: Ctrl-C, which shows the result");
            ended.await();
            console.endProgress();
            console.say(server.visitors() + " opened the link");
            finish(server.result());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void run() throws IOException {
        if (!console.interactive()) {
            throw new UserError(
                    "there is no terminal to guess in",
                    null,
                    "run it in a terminal, or let friends guess: --blind --host 127.0.0.1");
        }
        BlindTest test = prepare();
        console.say("");
        console.say("Which reply is the real one? a or b, s to skip, q to stop.");
        ask(console, test, console::ask);
        finish(test.result());
    }

    /// Lets the clone answer.
    BlindTest prepare() {
        VoiceStudy study =
                VoiceStudy.of(
                        new VoiceStudy.Plan(evaluated.setup().me(), 10 * trials, seed),
                        evaluated.training(),
                        evaluated.heldout(),
                        evaluated.encoder());
        List<Integer> used = BlindTest.usable(study, trials, seed);
        List<Exchange> questions = used.stream().map(study.questions()::get).toList();
        ReplyProgress progress = new ReplyProgress(console, questions.size());
        ReplyWriter.Written written;
        try (RunModels models = RunModels.of(evaluated, device)) {
            written =
                    models.after(model -> {
                        try (Generator generator =
                                new Generator(model, evaluated.encoder().tokenizer())) {
                            return new ReplyWriter(generator, evaluated.encoder(), seed)
                                    .write(
                                            questions,
                                            Exchange::before,
                                            done ->
                                                    progress.wrote(
                                                            "the clone", done, questions.size()));
                        }
                    });
        }
        List<String> truth = used.stream().map(study.truth()::get).toList();
        return BlindTest.of(questions, truth, written.texts(), seed);
    }

    /// Shows one trial after the other.
    ///
    /// @param answers gives what the person says to a question; null where they end the input
    static void ask(Console console, BlindTest test, UnaryOperator<@Nullable String> answers) {
        int number = 1;
        for (BlindTest.Trial trial : test.trials()) {
            show(console, trial, number++, test.trials().size());
            String said = "";
            while (!said.matches("[absq]")) {
                String line = answers.apply("a, b, s or q: ");
                said = line == null ? "q" : line.strip().toLowerCase(Locale.ROOT);
            }
            if (said.equals("q")) {
                return;
            }
            if (!said.equals("s")) {
                boolean found = test.guess(trial, said.equals("a"));
                console.say(found ? "  right" : "  no, the other one");
            }
        }
    }

    private static void show(Console console, BlindTest.Trial trial, int number, int of) {
        console.say("");
        console.say("-- " + number + " of " + of);
        List<Line> before = trial.question().before();
        for (Line line : before.subList(Math.max(0, before.size() - SHOWN_LINES), before.size())) {
            if (line.role() != Role.SYSTEM) {
                String name = line.role() == Role.ASSISTANT ? "you" : trial.question().person();
                say(console, Shown.safe(name, 12), line.content());
            }
        }
        say(console, "a", trial.first());
        say(console, "b", trial.second());
    }

    private static void say(Console console, String who, String text) {
        String margin = " ".repeat(15);
        String shown = Shown.answer(text).strip();
        if (shown.length() > MOST_CHARACTERS) {
            shown = shown.substring(0, MOST_CHARACTERS) + "…";
        }
        console.say("%13s  %s".formatted(who, shown.replace("\n", "\n" + margin)));
    }

    private void finish(BlindTest.Result result) throws IOException {
        console.say("");
        console.say(result.words());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", evaluated.run().id());
        json.put("seed", seed);
        json.putAll(result.tree());
        evaluated.report("blind.json", json);
        console.result(json);
    }
}
