package understudy.cli;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import understudy.base.ExitCode;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.chat.Person;
import understudy.chat.Role;
import understudy.generate.GenerateOptions;
import understudy.reply.Replier;
import understudy.reply.Voice;
import understudy.run.RunFolder;
import understudy.store.ChatStore;
import understudy.text.Line;

/// Talks to a run in the terminal.
@CommandLine.Command(
        name = "chat",
        description = "Talk to the clone.",
        footer = {
            "",
            "While chatting: /clear forgets the conversation, /again answers anew, /quit ends.",
            "Ctrl-C stops an answer. It is a program that imitates; nothing it says is a promise."
        })
final class ChatCommand extends Command {
    @Mixin RunOptions chosen = new RunOptions();

    @Mixin HeldOption held = new HeldOption();

    @Option(
            names = "--to",
            paramLabel = "PERSON",
            description = "As whom you talk to it: somebody of `understudy people`.")
    @Nullable String to;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Answer this once and exit.")
    @Nullable String prompt;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0.7",
            description =
                    "0 for the likeliest words, 1 for as varied as learned (default:"
                            + " ${DEFAULT-VALUE}).")
    double temperature = 0.7;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "200",
            description = "Length of an answer, tokens at most (default: ${DEFAULT-VALUE}).")
    int maxTokens = 200;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "0.95",
            description =
                    "Choose among the likeliest"
                            + " words with this chance together (default: ${DEFAULT-VALUE}).")
    double topP = 0.95;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Choose among this many likeliest"
                            + " words; 0 for no bound (default: ${DEFAULT-VALUE}).")
    int topK;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            defaultValue = "0",
            description =
                    "Leave out words less likely than"
                            + " this times the likeliest (default: ${DEFAULT-VALUE}).")
    double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            defaultValue = "1.05",
            description = "Over 1: say things" + " less often twice (default: ${DEFAULT-VALUE}).")
    double repetitionPenalty = 1.05;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of the choices; the same seed gives the same answers.")
    @Nullable Long seed;

    @Option(names = "--base-only", description = "Hear the base model without what was learned.")
    boolean baseOnly;

    @Mixin MemoryOption memory = new MemoryOption();

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        if (prompt == null && !console.interactive()) {
            throw new UserError(
                    "there is no terminal to chat in",
                    null,
                    "understudy chat --prompt 'so, how was it?'");
        }
        if (prompt != null && prompt.isBlank()) {
            throw new UserError("there is nothing to answer", "--prompt", "write something");
        }
        options(0); // refuses numbers out of range before a model is read
        Voice.Partner partner = partner(workspace);
        RunFolder run = RunFolder.open(workspace, chosen.run);
        try (Talk talk = Talk.open(workspace, run, chosen.device, held.form(), !baseOnly, memory)) {
            if (prompt != null) {
                once(console, talk, partner, run);
            } else {
                converse(console, talk, partner);
            }
        }
        return ExitCode.OK;
    }

    private Voice.Partner partner(Workspace workspace) {
        if (to == null) {
            return Voice.Partner.STRANGER;
        }
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            Person person = store.person(to);
            return new Voice.Partner(person.name(), person.role());
        }
    }

    private GenerateOptions options(int turn) {
        long start = seed == null ? System.nanoTime() : seed;
        return new GenerateOptions.Builder()
                .maxTokens(maxTokens)
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .minP(minP)
                .repetitionPenalty(repetitionPenalty)
                .seed(start + turn)
                .build();
    }

    private void once(Console console, Talk talk, Voice.Partner partner, RunFolder run) {
        String text = prompt == null ? "" : prompt;
        Replier.Reply reply =
                talk.replier()
                        .reply(
                                new Replier.Request(
                                        List.of(Line.of(Role.USER, text)),
                                        partner,
                                        LocalDate.now(),
                                        List.of(),
                                        options(0),
                                        seed != null,
                                        "terminal"),
                                console.json()
                                        ? piece -> {}
                                        : piece -> console.write(Shown.answer(piece)),
                                () -> false);
        if (!console.json()) {
            console.say("");
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", run.id());
        json.put("reply", reply.text());
        json.put("prompt_tokens", reply.promptTokens());
        json.put("tokens", reply.tokens());
        json.put("complete", reply.complete());
        console.result(json);
    }

    private void converse(Console console, Talk talk, Voice.Partner partner) throws IOException {
        List<Line> history = new ArrayList<>();
        AtomicBoolean stop = new AtomicBoolean();
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            LineReader reader = LineReaderBuilder.builder().terminal(terminal).build();
            reader.setVariable(LineReader.DISABLE_HISTORY, true);
            String name = baseOnly ? talk.setup().base() : talk.setup().me();
            console.say(
                    "You are talking to a program that imitates "
                            + Shown.safe(talk.setup().me(), 40)
                            + ". /clear, /again, /quit");
            int turn = 0;
            while (true) {
                String line = ask(reader);
                if (line == null || line.equals("/quit")) {
                    return;
                }
                if (line.equals("/clear")) {
                    history.clear();
                    console.say("(forgotten)");
                    continue;
                }
                if (line.equals("/again")) {
                    if (!history.isEmpty() && history.getLast().role() == Role.ASSISTANT) {
                        history.removeLast();
                    }
                } else if (!line.isBlank()) {
                    history.add(Line.of(Role.USER, line));
                }
                if (history.isEmpty() || history.getLast().role() != Role.USER) {
                    continue;
                }
                stop.set(false);
                Terminal.SignalHandler before =
                        terminal.handle(Terminal.Signal.INT, signal -> stop.set(true));
                console.write(Shown.safe(name, 24) + ": ");
                Replier.Reply reply =
                        talk.replier()
                                .reply(
                                        new Replier.Request(
                                                history,
                                                partner,
                                                LocalDate.now(),
                                                List.of(),
                                                options(turn++),
                                                seed != null,
                                                "terminal"),
                                        piece -> console.write(Shown.answer(piece)),
                                        stop::get);
                terminal.handle(Terminal.Signal.INT, before);
                console.say("");
                if (!reply.text().isEmpty()) {
                    history.add(Line.of(Role.ASSISTANT, reply.text()));
                }
            }
        }
    }

    /// @return null at the end of input
    private static @Nullable String ask(LineReader reader) {
        try {
            return reader.readLine("you: ").strip();
        } catch (UserInterruptException e) {
            return "/quit";
        } catch (EndOfFileException e) {
            return null;
        }
    }
}
