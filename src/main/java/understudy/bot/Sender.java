package understudy.bot;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import understudy.base.UserError;

/// Sends what is in the [Outbox]: in order within a chat, chats beside each other, never faster
/// than [Rates] allow, and nothing that may have been sent a second time.
final class Sender {
    /// How often the kill switch and the end are looked for.
    private static final Duration SLICE = Duration.ofMillis(KillSwitch.POLL_MS);

    private final ChatTransport transport;
    private final BotStore store;
    private final Outbox outbox;
    private final KillSwitch killSwitch;
    private final BotListener listener;
    private final Notices notices;
    private final Pace pace;
    private final Duration maxAge;
    private final RandomGenerator random;
    private final Consumer<UserError> onFatal;
    private final Rates rates;
    private final AtomicLong answered = new AtomicLong();

    /// When a chat may be sent to again that had too much, as [Pace] counts.
    private final Map<Long, Long> floods = new ConcurrentHashMap<>();

    private final Set<Outbox.Lane> running = new HashSet<>(); // guarded by itself
    private final AtomicInteger sending = new AtomicInteger(); // lanes under way
    private final Semaphore work = new Semaphore(0);
    private volatile boolean ending;

    Sender(
            BotRunner.Parts parts,
            BotListener listener,
            Notices notices,
            Pace pace,
            RandomGenerator random,
            Duration maxAge,
            Consumer<UserError> onFatal) {
        this.transport = parts.transport();
        this.store = parts.store();
        this.outbox = parts.outbox();
        this.killSwitch = parts.killSwitch();
        this.listener = listener;
        this.notices = notices;
        this.pace = pace;
        this.random = random;
        this.maxAge = maxAge;
        this.onFatal = onFatal;
        this.rates = new Rates(pace);
    }

    /// What became of one try.
    private enum Outcome {
        SENT,
        AGAIN,
        ENDED
    }

    /// It must not leave after all: dropped, stopped, or the process ends.
    @SuppressWarnings("serial") // never serialised
    private static final class Withdrawn extends RuntimeException {
        Withdrawn() {
            super(null, null, false, false);
        }
    }

    /// Settles what the process before left, and starts.
    void start() {
        if (outbox.resolveInterrupted() > 0) {
            listener.ambiguous(outbox.ambiguous().size());
        }
        outbox.warmUp();
        outbox.onNew(work::release);
        killSwitch.onStop(() -> outbox.dropAll("stopped"));
        Thread.ofVirtual().name("sender").start(this::run);
    }

    private void run() {
        boolean look = true;
        try {
            while (!ending) {
                if (killSwitch.on()) {
                    outbox.dropAll("stopped");
                }
                if (look) {
                    startLanes();
                }
                look = work.tryAcquire(SLICE.toMillis(), TimeUnit.MILLISECONDS);
                work.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UserError e) {
            fatal(e);
        }
    }

    private void fatal(UserError e) {
        ending = true;
        onFatal.accept(e);
    }

    private void startLanes() {
        for (Outbox.Lane lane : outbox.lanes()) {
            synchronized (running) {
                if (running.add(lane)) {
                    sending.incrementAndGet();
                    Thread.ofVirtual().name("send").start(() -> run(lane));
                }
            }
        }
    }

    private void run(Outbox.Lane lane) {
        boolean ended = false;
        try {
            while (!ending) {
                Optional<Outbox.Entry> entry = outbox.next(lane);
                if (entry.isEmpty()) {
                    break;
                }
                deliver(entry.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UserError e) {
            fatal(e);
        } catch (RuntimeException e) { // not to be printed: its words may be somebody's
            notices.warn("an error of the program: " + e.getClass().getSimpleName());
            ended = true;
        } finally {
            sending.decrementAndGet();
            if (!ended) { // else it would end the same way, again and again
                synchronized (running) {
                    running.remove(lane);
                }
                work.release(); // something may have come since this lane looked
            }
        }
    }

    private void deliver(Outbox.Entry entry) throws InterruptedException {
        Answer answer = entry.answer();
        if (store.parked(answer.chat())) {
            outbox.end(entry.id(), -1, Outbox.State.DROPPED, "blocked there");
            return;
        }
        Backoff backoff = new Backoff(random);
        for (int i = 0; i < answer.bubbles().size(); i++) {
            if (!typed(entry, answer.bubbles().get(i).before())) {
                return;
            }
            Outcome outcome = Outcome.AGAIN;
            while (outcome == Outcome.AGAIN) {
                if (!admitted(entry)) {
                    return;
                }
                outcome = attempt(entry, i, backoff);
            }
            if (outcome == Outcome.ENDED) {
                return;
            }
        }
        if (answer.kind() == Answer.Kind.REPLY) {
            listener.answered(answered.incrementAndGet());
        }
    }

    /// Shows typing for a while.
    ///
    /// @return false where it is not to be sent any more
    private boolean typed(Outbox.Entry entry, Duration time) throws InterruptedException {
        if (time.isZero()) {
            return true;
        }
        if (halted(entry)) {
            return false;
        }
        Answer answer = entry.answer();
        try (Typing _ =
                new Typing(
                        transport,
                        answer.chat(),
                        answer.businessConnection(),
                        pace,
                        () -> halted(entry))) {
            return waited(entry, time);
        }
    }

    private boolean waited(Outbox.Entry entry, Duration time) throws InterruptedException {
        long end = pace.nanos() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - pace.nanos()) {
            if (halted(entry)) {
                return false;
            }
            pace.sleep(Duration.ofNanos(Math.min(left, SLICE.toNanos())));
        }
        return !halted(entry);
    }

    private boolean halted(Outbox.Entry entry) {
        if (!entry.passes() && killSwitch.on()) {
            outbox.dropAll("stopped");
            return true;
        }
        return ending;
    }

    /// Waits until the limits let it go.
    ///
    /// @return false where it is not to be sent any more
    private boolean admitted(Outbox.Entry entry) throws InterruptedException {
        long chat = entry.answer().chat();
        while (true) {
            if (halted(entry) || !outbox.waits(entry.id())) {
                return false;
            }
            if (entry.createdAt().isBefore(pace.clock().instant().minus(maxAge))) {
                outbox.end(entry.id(), -1, Outbox.State.DROPPED, "too old");
                return false;
            }
            Long until = floods.get(chat);
            long flood = until == null ? 0 : until - pace.nanos();
            if (until != null && flood <= 0) {
                floods.remove(chat, until);
            }
            Duration wait = flood > 0 ? Duration.ofNanos(flood) : rates.take(chat);
            if (wait.isZero()) {
                return true;
            }
            if (!waited(entry, wait.compareTo(SLICE) < 0 ? wait : SLICE)) {
                return false;
            }
        }
    }

    /// @param i which of the entry's bubbles
    private Outcome attempt(Outbox.Entry entry, int i, Backoff backoff)
            throws InterruptedException {
        Answer answer = entry.answer();
        int n = entry.next() + i;
        String text = answer.bubbles().get(i).text();
        boolean last = i == answer.bubbles().size() - 1;
        ChatTransport.Outgoing message =
                new ChatTransport.Outgoing(
                        answer.chat(),
                        text,
                        n == 0 ? answer.replyTo() : null,
                        answer.businessConnection(),
                        last ? answer.buttons() : List.of());
        boolean[] left = new boolean[1];
        if (!outbox.sending(entry.id(), n)) {
            return Outcome.ENDED;
        }
        long id;
        try {
            id =
                    transport.send(
                            message,
                            () -> {
                                if (halted(entry)) {
                                    throw new Withdrawn();
                                }
                                left[0] = true;
                                outbox.leaving(entry.id());
                            });
        } catch (Withdrawn e) {
            outbox.back(entry.id(), n);
            return Outcome.ENDED;
        } catch (ChatTransport.Failed e) {
            return failed(entry, n, left[0], e, backoff);
        } catch (UserError e) {
            throw e; // the store cannot be written, so nothing left
        } catch (RuntimeException e) {
            notices.warn("an answer could not be sent: " + e.getClass().getSimpleName());
            outbox.end(
                    entry.id(),
                    n,
                    left[0] ? Outbox.State.AMBIGUOUS : Outbox.State.FAILED,
                    "error of the program");
            return Outcome.ENDED;
        }
        rates.arrived(answer.chat());
        outbox.sent(entry, n, text, id);
        backoff.reset();
        return Outcome.SENT;
    }

    private Outcome failed(
            Outbox.Entry entry, int n, boolean left, ChatTransport.Failed e, Backoff backoff)
            throws InterruptedException {
        long chat = entry.answer().chat();
        boolean open =
                switch (e.kind()) {
                    case UNREACHABLE, FLOOD, SERVER, CONFLICT, TOKEN, MOVED -> true;
                    case NETWORK -> !left;
                    case FORBIDDEN, REFUSED -> false;
                };
        if (open) {
            outbox.back(entry.id(), n);
        }
        switch (e.kind()) {
            case FLOOD -> {
                floods.put(chat, pace.nanos() + TimeUnit.SECONDS.toNanos(e.retryAfter()));
                notices.warn("Telegram wants %d s of silence in a chat".formatted(e.retryAfter()));
                return Outcome.AGAIN;
            }
            case MOVED -> {
                store.move(chat, e.movedTo());
                return Outcome.ENDED; // it waits in the lane of the new number
            }
            case TOKEN -> throw BotRunner.wrongToken(e);
            case FORBIDDEN -> {
                store.park(chat, pace.clock().instant());
                outbox.end(entry.id(), n, Outbox.State.FAILED, "blocked there");
                return Outcome.ENDED;
            }
            case REFUSED -> {
                notices.warn("an answer was " + e.getMessage());
                outbox.end(entry.id(), n, Outbox.State.FAILED, "refused");
                return Outcome.ENDED;
            }
            default -> {
                if (!open) {
                    outbox.end(entry.id(), n, Outbox.State.AMBIGUOUS, "no answer came");
                    listener.ambiguous(outbox.ambiguous().size());
                    return Outcome.ENDED;
                }
                notices.warn("an answer waits: " + e.getMessage());
                return waited(entry, backoff.next()) ? Outcome.AGAIN : Outcome.ENDED;
            }
        }
    }

    /// Ends it: what is on its way is waited for by [#idle], nothing else leaves.
    void end() {
        ending = true;
        work.release();
    }

    boolean idle() {
        return sending.get() == 0;
    }
}
