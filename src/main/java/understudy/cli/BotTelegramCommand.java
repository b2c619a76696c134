package understudy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import understudy.base.ExitCode;
import understudy.base.Hours;
import understudy.base.UserError;
import understudy.base.Workspace;
import understudy.bot.BotListener;
import understudy.bot.BotRules;
import understudy.bot.BotRunner;
import understudy.bot.BotStore;
import understudy.bot.ChatTransport;
import understudy.bot.KillSwitch;
import understudy.bot.Manners;
import understudy.bot.Mode;
import understudy.bot.Outbox;
import understudy.bot.Pairing;
import understudy.bot.People;
import understudy.bot.Rhythm;
import understudy.bot.TelegramTransport;
import understudy.chat.Message;
import understudy.chat.Person;
import understudy.generate.GenerateOptions;
import understudy.privacy.OthersWords;
import understudy.privacy.OutputFilter;
import understudy.reply.Completer;
import understudy.reply.Replier;
import understudy.reply.UpstreamConfig;
import understudy.reply.Voice;
import understudy.run.RunFolder;
import understudy.store.ChatStore;
import understudy.store.Corrections;

/// `understudy bot telegram`: the clone as a Telegram bot.
@CommandLine.Command(
        name = "telegram",
        description = "Let the clone answer as a Telegram bot.",
        footer = {
            "",
            "The token comes from $TELEGRAM_BOT_TOKEN or a file with mode 0600; see"
                    + " docs/telegram.md.",
            "By default it answers its owner only: whoever sends it the code that is shown. It"
                    + " says",
            "that it is a program. Ctrl-C ends it; /stop, or the file HOME/bots/stop, silences it."
        })
final class BotTelegramCommand extends Command {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "RUN",
            defaultValue = RunFolder.LATEST,
            description = "A run's id (default: the newest finished run).")
    String run = RunFolder.LATEST;

    @Mixin CompleterOptions completers = new CompleterOptions();

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "OWNER",
            description =
                    "owner: answers its owner only. approve: drafts for others, sent by your click."
                            + " allow: answers those you let in (default: owner).")
    Mode mode = Mode.OWNER;

    @Option(
            names = "--owner",
            paramLabel = "ID",
            description = "Your number in Telegram (default: who sends the code shown).")
    @Nullable Long owner;

    @Option(
            names = "--allow",
            paramLabel = "ID",
            split = ",",
            description = "Numbers of people to let in; also /allow in the chat.")
    Set<Long> allowed = new TreeSet<>();

    @Option(
            names = "--instant",
            description = "No waiting, no typing time; one message for each message.")
    boolean instant;

    @Option(
            names = "--stream",
            description = "Show answers while they are written, in private chats.")
    boolean stream;

    @Option(
            names = "--api-url",
            paramLabel = "URL",
            defaultValue = TelegramTransport.API_URL,
            description = "A Bot API server of your own (default: Telegram's).")
    String apiUrl = TelegramTransport.API_URL;

    @Option(
            names = "--hourly",
            paramLabel = "N",
            defaultValue = "20",
            description = "Answers that one person gets in an hour (default: ${DEFAULT-VALUE}).")
    int hourly = BotRules.HOURLY;

    @Option(
            names = "--hours",
            paramLabel = "HOURS",
            description = "When it answers, such as '08:00-23:00' (default: always).")
    @Nullable String hours;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Where the token is, mode 0600 (default: HOME/bots/telegram.token).")
    @Nullable Path tokenFile;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0.7",
            description = "0 for the likeliest words (default: ${DEFAULT-VALUE}).")
    double temperature = 0.7;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "200",
            description = "Length of an answer, tokens at most (default: ${DEFAULT-VALUE}).")
    int maxTokens = 200;

    @Option(
            names = "--me",
            paramLabel = "NAME",
            description =
                    "Whom it imitates (default: whose voice the run learned; without a run, the"
                            + " owner of the chats, else the bot's own name).")
    @Nullable String me;

    static Path folder(Workspace workspace) {
        return workspace.home().resolve("bots");
    }

    /// What the bot remembers.
    static Path file(Workspace workspace) {
        return folder(workspace).resolve("telegram.db");
    }

    @Override
    int run(Workspace workspace, Console console) throws IOException {
        if (hourly < 1 || hourly > 10_000) {
            throw new UserError("so many answers cannot be given", "--hourly", "1 to 10000");
        }
        GenerateOptions options =
                new GenerateOptions.Builder().maxTokens(maxTokens).temperature(temperature).build();
        Hours open = hours == null ? null : Hours.parse(hours, "--hours");
        String token =
                BotToken.find(
                        System.getenv(BotToken.VARIABLE),
                        tokenFile,
                        folder(workspace).resolve("telegram.token"));
        ChatTransport transport = TelegramTransport.connect(token, apiUrl, false);
        boolean begun = false;
        try {
            ChatTransport.Account account = account(transport);
            BotRules rules = rules(voice(workspace, account), options, open);
            begun = true;
            return answer(workspace, console, rules, transport, account);
        } finally {
            if (!begun) {
                transport.close();
            }
        }
    }

    private BotRules rules(Voice voice, GenerateOptions options, @Nullable Hours open) {
        return new BotRules(
                mode,
                owner,
                allowed,
                voice,
                server(),
                instant,
                stream,
                hourly,
                open == null ? time -> true : open::contains,
                BotRules.DRAFT_LIFE,
                BotRules.SETTLE,
                options);
    }

    private Voice voice(Workspace workspace, ChatTransport.Account account) throws IOException {
        boolean none =
                completers.upstream != null
                        && run.equals(RunFolder.LATEST)
                        && RunFolder.latestFinished(workspace).isEmpty();
        Voice voice = none ? CompleterOptions.owner(workspace) : trained(workspace);
        if (me != null && !me.isBlank()) {
            String line = voice == null ? "" : voice.systemLine();
            return new Voice(me.strip(), line, false, voice == null ? "" : voice.facts());
        }
        return voice == null ? new Voice(account.username(), "") : voice;
    }

    private Voice trained(Workspace workspace) throws IOException {
        return RunSetup.of(RunFolder.open(workspace, run)).voice();
    }

    /// Host of the other machine that writes the answers; empty for this one.
    private String server() {
        if (completers.upstream == null) {
            return "";
        }
        UpstreamConfig config = UpstreamConfig.of(completers.upstream);
        return config.leavesThisMachine() ? config.base().getHost() : "";
    }

    /// Asks who the bot is: the token is right, and the network is there.
    static ChatTransport.Account account(ChatTransport transport) {
        try {
            return transport.me();
        } catch (ChatTransport.Failed e) {
            if (e.kind() == ChatTransport.Failed.Kind.TOKEN) {
                throw new UserError(
                        "Telegram does not accept the bot's token",
                        null,
                        "ask @BotFather for it (/mybots, API Token) and set " + BotToken.VARIABLE,
                        e);
            }
            throw new UserError(
                    "Telegram cannot be reached",
                    e.getMessage(),
                    "check the connection, and --api-url where it is set",
                    ExitCode.UNEXPECTED_STATE,
                    e);
        }
    }

    private int answer(
            Workspace workspace,
            Console console,
            BotRules rules,
            ChatTransport transport,
            ChatTransport.Account account)
            throws IOException {
        try (BotStore store = BotStore.open(file(workspace));
                Completer completer = completers.open(workspace, List.of(run), console)) {
            Clock clock = Clock.systemUTC();
            Outbox outbox = new Outbox(store, clock);
            KillSwitch killSwitch = new KillSwitch(folder(workspace).resolve("stop"));
            Pairing pairing = new Pairing(clock);
            Manners.Parts parts =
                    chats(
                            workspace,
                            new Manners.Parts(
                                    store,
                                    outbox,
                                    transport,
                                    killSwitch,
                                    new Replier(completer, "", promptTokens(completer)),
                                    new OutputFilter(OthersWords.none(), List.of(), List.of()),
                                    People.none(),
                                    new Corrections(workspace.home().resolve("corrections.jsonl")),
                                    Rhythm.USUAL,
                                    pairing,
                                    account.username(),
                                    clock));
            Manners manners = new Manners(rules, parts);
            Listener listener = new Listener(console);
            BotRunner runner =
                    new BotRunner(
                            new BotRunner.Parts(transport, store, outbox, manners, killSwitch),
                            listener,
                            BotRunner.Options.STANDARD);
            offer(manners, console);
            introduce(console, rules, account, manners.owned() ? null : pairing, killSwitch);
            try (StopSignal _ = new StopSignal(runner::stop)) {
                runner.run();
                // before the signal is let go: the process ends then
                Map<String, Object> json = new LinkedHashMap<>();
                json.put("bot", account.username());
                json.put("answered", listener.answered.get());
                json.put("ambiguous", outbox.ambiguous().size());
                console.result(json);
            }
        }
        return ExitCode.OK;
    }

    private static int promptTokens(Completer completer) {
        int context = completer.models().getFirst().context();
        return context == 0
                ? Replier.PROMPT_TOKENS
                : Math.min(Replier.PROMPT_TOKENS, context / 4 * 3);
    }

    /// What the chats tell: who people are, what others wrote, how fast the owner writes.
    private static Manners.Parts chats(Workspace workspace, Manners.Parts parts) {
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            Long me = store.me().map(Person::id).orElse(null);
            Stream<String> others =
                    store.chats().stream()
                            .flatMap(c -> store.messages(c.id()).stream())
                            .filter(m -> m.kind() == Message.Kind.TEXT)
                            .filter(m -> m.personId() != null && !m.personId().equals(me))
                            .map(m -> m.text());
            OutputFilter filter =
                    new OutputFilter(
                            me == null ? OthersWords.none() : OthersWords.of(others, List.of()),
                            List.of(),
                            List.of());
            return new Manners.Parts(
                    parts.store(),
                    parts.outbox(),
                    parts.transport(),
                    parts.killSwitch(),
                    parts.replier(),
                    filter,
                    new People(() -> people(workspace)),
                    parts.corrections(),
                    Rhythm.of(store),
                    parts.pairing(),
                    parts.botName(),
                    parts.clock());
        }
    }

    private static List<Person> people(Workspace workspace) {
        try (ChatStore store = ChatStore.open(workspace.chats())) {
            return store.people();
        }
    }

    private static void offer(Manners manners, Console console) {
        try {
            manners.offerCommands();
        } catch (ChatTransport.Failed e) {
            console.warn("Telegram does not offer the bot's commands now; they work all the same");
        }
    }

    private static void introduce(
            Console console,
            BotRules rules,
            ChatTransport.Account account,
            @Nullable Pairing pairing,
            KillSwitch killSwitch) {
        String link = "https://t.me/" + account.username();
        console.say("@" + account.username() + " imitates " + Shown.safe(rules.me(), 40));
        console.say("  link: " + link);
        console.say(
                "  mode: "
                        + switch (rules.mode()) {
                            case OWNER -> "owner (answers you only)";
                            case APPROVE -> "approve (drafts for others, sent by your click)";
                            case ALLOW -> "allow (answers those you let in)";
                        });
        if (pairing != null) {
            console.say(
                    "  you:  send it the code %s within %d minutes, or open %s?start=%s"
                            .formatted(
                                    pairing.code(),
                                    Pairing.LIFE.toMinutes(),
                                    link,
                                    pairing.code()));
        }
        console.say("  stop: Ctrl-C here, /stop in the chat, or touch " + killSwitch.file());
        if (killSwitch.on()) {
            console.warn("it is stopped: /start in the chat, or rm " + killSwitch.file());
        }
    }

    /// Prints what happens; never words of a message.
    private static final class Listener implements BotListener {
        private final Console console;
        private final AtomicLong answered = new AtomicLong();

        Listener(Console console) {
            this.console = console;
        }

        @Override
        public void connected(ChatTransport.Account account) {
            console.say("connected");
        }

        @Override
        public void reconnecting(String why, Duration since) {
            console.warn("not connected for " + since.toSeconds() + " s: " + why);
        }

        @Override
        public void answered(long answers) {
            answered.set(answers);
        }

        @Override
        public void ambiguous(long answers) {
            console.warn(
                    (answers == 1 ? "1 answer" : answers + " answers")
                            + " may not have arrived: understudy bot outbox shows which");
        }

        @Override
        public void warned(String what) {
            console.warn(what);
        }
    }
}
