package understudy.bot;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import understudy.chat.Person;
import understudy.generate.GenerateOptions;
import understudy.privacy.OthersWords;
import understudy.privacy.OutputFilter;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Prompt;
import understudy.reply.Replier;
import understudy.reply.Voice;
import understudy.store.Corrections;

/// A bot's manners with a real store and outbox, a model and a network that tests look into, and a
/// clock that they set.
final class Stage implements AutoCloseable {
    static final long OWNER = 1000;
    static final long ANNA = 2000;
    static final long GROUP = -500;
    static final long ME = 1;

    final Path folder;
    final SetClock clock = new SetClock();
    final Model model = new Model();
    final BotStore store;
    final Outbox outbox;
    final KillSwitch killSwitch;
    final Network network = new Network();
    final Manners manners;
    final Pairing pairing;
    final List<ChatTransport.Outgoing> sent = new ArrayList<>();

    /// Of all stages together: a restarted bot meets new numbers.
    private static final AtomicInteger UPDATES = new AtomicInteger();

    private static final AtomicInteger MESSAGES = new AtomicInteger(1);

    Stage(Path folder, Function<BotRules, BotRules> change) {
        this(folder, change, List.of(), OthersWords.none());
    }

    Stage(
            Path folder,
            Function<BotRules, BotRules> change,
            List<Person> people,
            OthersWords others) {
        this.folder = folder;
        this.store = BotStore.open(folder.resolve("telegram.db"));
        this.outbox = new Outbox(store, clock);
        this.killSwitch = new KillSwitch(folder.resolve("stop"));
        this.pairing = new Pairing(clock);
        this.manners =
                new Manners(
                        change.apply(rules(Mode.OWNER, OWNER)),
                        new Manners.Parts(
                                store,
                                outbox,
                                network,
                                killSwitch,
                                new Replier(model, "", 3000),
                                new OutputFilter(others, List.of(), List.of()),
                                new People(() -> people),
                                new Corrections(folder.resolve("corrections.jsonl")),
                                Rhythm.USUAL,
                                pairing,
                                "annabot",
                                clock));
    }

    static BotRules rules(Mode mode, @Nullable Long owner, Long... allowed) {
        return new BotRules(
                mode,
                owner,
                Set.of(allowed),
                new Voice("Bea", ""),
                "",
                true,
                false,
                20,
                time -> true,
                Duration.ofHours(12),
                Duration.ZERO,
                GenerateOptions.CHAT);
    }

    Update.Message text(long person, String text) {
        return message(person, person, text, "", false, null, false, null);
    }

    Update.Message message(
            long chat,
            long person,
            String text,
            String medium,
            boolean forwarded,
            Update.@Nullable Answered answers,
            boolean mentions,
            @Nullable String business) {
        return new Update.Message(
                UPDATES.incrementAndGet(),
                new Update.ChatRef(
                        chat,
                        chat < 0 ? Update.ChatKind.GROUP : Update.ChatKind.PRIVATE,
                        chat < 0 ? "The group" : ""),
                MESSAGES.incrementAndGet(),
                new Update.Sender(person, "N" + person, "", "en", false),
                clock.instant(),
                text,
                medium,
                forwarded,
                answers,
                mentions,
                business);
    }

    Update.ButtonPressed press(long person, ChatTransport.Button button) {
        return new Update.ButtonPressed(
                UPDATES.incrementAndGet(),
                "p" + UPDATES.get(),
                new Update.Sender(person, "N" + person, "", "en", false),
                new Update.ChatRef(person, Update.ChatKind.PRIVATE, ""),
                1,
                button.data());
    }

    long nextUpdate() {
        return UPDATES.incrementAndGet();
    }

    /// Hands a batch to the manners, sends what comes of it, and gives what was sent by it.
    List<ChatTransport.Outgoing> give(Update... batch) {
        manners.handle(List.of(batch), new TestDesk(List.of(batch)));
        return deliver();
    }

    /// Hands over what came too late.
    List<ChatTransport.Outgoing> late(Update... batch) {
        TestDesk desk = new TestDesk(List.of(batch));
        manners.missed(List.of(batch), desk);
        desk.skip("too old");
        return deliver();
    }

    List<ChatTransport.Outgoing> say(long person, String text) {
        return give(text(person, text));
    }

    List<ChatTransport.Outgoing> deliver() {
        List<ChatTransport.Outgoing> now = new ArrayList<>();
        for (Outbox.Lane lane : outbox.lanes()) {
            for (Outbox.Entry entry = outbox.next(lane).orElse(null);
                    entry != null;
                    entry = outbox.next(lane).orElse(null)) {
                Answer answer = entry.answer();
                for (int i = 0; i < answer.bubbles().size(); i++) {
                    int n = entry.next() + i;
                    String text = answer.bubbles().get(i).text();
                    outbox.sending(entry.id(), n);
                    outbox.sent(entry, n, text, MESSAGES.incrementAndGet());
                    boolean last = i == answer.bubbles().size() - 1;
                    now.add(
                            new ChatTransport.Outgoing(
                                    answer.chat(),
                                    text,
                                    i == 0 ? answer.replyTo() : null,
                                    answer.businessConnection(),
                                    last ? answer.buttons() : List.of()));
                }
            }
        }
        sent.addAll(now);
        return now;
    }

    /// What was sent to a chat so far.
    List<String> to(long chat) {
        return sent.stream()
                .filter(o -> o.chat() == chat)
                .map(ChatTransport.Outgoing::text)
                .toList();
    }

    static ChatTransport.Button button(ChatTransport.Outgoing message, String label) {
        return message.buttons().stream()
                .flatMap(List::stream)
                .filter(b -> b.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        store.close();
    }

    /// A desk that writes as the real one does.
    private final class TestDesk implements Desk {
        private final List<Update> batch;
        private final List<HistoryLine> notes = new ArrayList<>();
        private boolean made;

        TestDesk(List<Update> batch) {
            this.batch = batch;
        }

        @Override
        public void reply(Answer answer) {
            decide();
            outbox.enqueue(answer, "cause:" + batch.getLast().id());
        }

        @Override
        public void skip(String reason) {
            decide();
        }

        private void decide() {
            if (made) {
                throw new IllegalStateException("decided twice");
            }
            made = true;
            notes.forEach(store::remember);
        }

        @Override
        public void note(HistoryLine line) {
            notes.add(line);
        }

        @Override
        public List<HistoryLine> history(long chat, boolean business, int limit) {
            List<HistoryLine> lines = new ArrayList<>(store.history(chat, business, limit));
            notes.stream()
                    .filter(n -> n.chat() == chat && n.business() == business)
                    .filter(n -> lines.stream().noneMatch(l -> n.message().equals(l.message())))
                    .forEach(lines::add);
            return lines;
        }

        @Override
        public Typing typing(long chat, @Nullable String businessConnection) {
            return new Typing(network, chat, businessConnection, Pace.REAL, () -> true);
        }

        @Override
        public boolean cancelled() {
            return killSwitch.on();
        }
    }

    /// Writes an answer piece by piece.
    @FunctionalInterface
    interface Writing {
        void write(Consumer<String> onText, BooleanSupplier cancelled);
    }

    /// Answers as told, and remembers what it was asked.
    static final class Model implements Completer {
        final AtomicReference<@Nullable Writing> writing = new AtomicReference<>();
        final List<Prompt.Chat> asked = new CopyOnWriteArrayList<>();
        final AtomicReference<Function<Prompt.Chat, String>> answer =
                new AtomicReference<>(prompt -> "well");

        void says(String text) {
            answer.set(prompt -> text);
        }

        @Override
        public List<ModelInfo> models() {
            return List.of(new ModelInfo("m", Kind.RUN, 0, 4096));
        }

        @Override
        public Completion complete(
                Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier cancelled) {
            Prompt.Chat chat = (Prompt.Chat) task.prompt();
            asked.add(chat);
            Writing pieces = writing.get();
            StringBuilder written = new StringBuilder();
            Consumer<String> write =
                    piece -> {
                        written.append(piece);
                        onPiece.accept(new Completion.Piece(piece, List.of()));
                    };
            if (pieces == null) {
                write.accept(answer.get().apply(chat));
            } else {
                pieces.write(write, cancelled);
            }
            String text = written.toString();
            return new Completion(text, 1, 1, 0, Completion.Finish.STOP, List.of());
        }

        @Override
        public int count(String model, String text) {
            return text.length();
        }

        @Override
        public Load load() {
            return new Load(0, 0, 1, 0);
        }

        @Override
        public void close() {}
    }

    /// What is done at once, beside the outbox.
    static final class Network implements ChatTransport {
        final List<String> seen = new CopyOnWriteArrayList<>();
        final List<String> edits = new CopyOnWriteArrayList<>();
        final List<String> drafts = new CopyOnWriteArrayList<>();
        final List<String> commands = new CopyOnWriteArrayList<>();

        @Override
        public Account me() {
            return new Account(ME, "annabot");
        }

        @Override
        public List<Update> updates(long offset, Duration wait) {
            return List.of();
        }

        @Override
        public long send(Outgoing message, Runnable beforeSend) {
            throw new AssertionError("nothing is sent but through the outbox");
        }

        @Override
        public void typing(long chat, @Nullable String businessConnection) {}

        @Override
        public void draft(long chat, long draft, String text) {
            drafts.add(text);
        }

        @Override
        public void edit(long chat, long message, String text, List<List<Button>> buttons) {
            edits.add(text);
        }

        @Override
        public void answerButton(String pressId, String notice) {
            seen.add(notice);
        }

        @Override
        public void react(long chat, long message, String emoji) {}

        @Override
        public void offerCommands(List<CommandEntry> entries, String language) {
            commands.add(language + entries.size());
        }

        @Override
        public void close() {}
    }

    /// A clock that stands still until it is moved.
    static final class SetClock extends Clock {
        private volatile Instant now = Instant.now();

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
