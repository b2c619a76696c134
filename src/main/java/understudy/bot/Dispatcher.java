package understudy.bot;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// Brings updates to the [Behaviour]: those of one chat one after the other, chats beside each
/// other, urgent ones on a lane of their own.
final class Dispatcher implements Decision.Room {
    /// How often the kill switch and the end are looked for while waiting.
    private static final Duration SLICE = Duration.ofMillis(KillSwitch.POLL_MS);

    private static final Duration RETRY = Duration.ofSeconds(1);

    /// A wait goes on at most this many times as long as the behaviour asks for.
    private static final int PATIENCE_TIMES = 4;

    /// Batches in the behaviour's hands at once, and urgent ones beside them. They have threads of
    /// the system's: a decoder's native code would hold on to those that all virtual threads share.
    private static final int AT_ONCE = 32;

    private static final int URGENT_AT_ONCE = 8;

    /// @param maxAge  of an update that is still answered
    /// @param perChat updates that wait in one chat at most; the oldest give way
    /// @param inAll   updates that wait at most; more are not taken
    record Limits(Duration maxAge, int perChat, int inAll) {}

    private record Key(long chat, boolean business, boolean urgent) {}

    /// The updates of one chat that wait; guarded by the dispatcher.
    private static final class Lane {
        private final Deque<Update> waiting = new ArrayDeque<>();
        private long first; // nanoseconds, as Pace counts them: when the oldest wait began
        private long ready; // when the batch is to be taken
        private boolean running;
    }

    private final BotStore store;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Behaviour behaviour;
    private final ChatTransport transport;
    private final KillSwitch killSwitch;
    private final Notices notices;
    private final Pace pace;
    private final Limits limits;
    private final Consumer<UserError> onFatal;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Semaphore urgentPlaces = new Semaphore(URGENT_AT_ONCE);
    private final Map<Key, Lane> lanes = new HashMap<>(); // guarded by this
    private int waiting; // guarded by this
    private volatile boolean ending;

    Dispatcher(
            BotRunner.Parts parts,
            Inbox inbox,
            Notices notices,
            Pace pace,
            Limits limits,
            Consumer<UserError> onFatal) {
        this.store = parts.store();
        this.outbox = parts.outbox();
        this.behaviour = parts.behaviour();
        this.transport = parts.transport();
        this.killSwitch = parts.killSwitch();
        this.inbox = inbox;
        this.notices = notices;
        this.pace = pace;
        this.limits = limits;
        this.onFatal = onFatal;
    }

    /// Takes up again what the process before left.
    void resume() {
        accept(inbox.waiting().stream().map(Inbox.Waiting::update).toList());
    }

    /// Takes updates that are in the inbox.
    void accept(List<Update> updates) {
        List<Update> refused = new ArrayList<>();
        for (Update update : updates) {
            offer(update, refused);
        }
        if (!refused.isEmpty()) {
            inbox.skip(refused, "too many at once");
            notices.warn(refused.size() + " messages are left out: too many at once");
        }
    }

    private void offer(Update update, List<Update> refused) {
        boolean urgent = asked(() -> behaviour.urgent(update), false);
        long patience =
                urgent ? 0 : asked(() -> behaviour.patience(update), Duration.ZERO).toNanos();
        Key key = new Key(Inbox.chat(update), business(update), urgent);
        synchronized (this) {
            if (waiting >= limits.inAll()) {
                refused.add(update);
                return;
            }
            Lane lane = lanes.computeIfAbsent(key, k -> new Lane());
            long now = pace.nanos();
            if (lane.waiting.isEmpty()) {
                lane.first = now;
            }
            lane.ready = Math.min(now + patience, lane.first + PATIENCE_TIMES * patience);
            lane.waiting.add(update);
            waiting++;
            if (lane.waiting.size() > limits.perChat()) {
                refused.add(lane.waiting.remove());
                waiting--;
            }
            if (!lane.running && !ending) {
                lane.running = true;
                Thread.ofVirtual().name("chat").start(() -> run(key, lane));
            }
        }
    }

    /// An error in a question about an update is an answer, too: polling goes on.
    private <T> T asked(Supplier<T> question, T otherwise) {
        try {
            return question.get();
        } catch (RuntimeException e) {
            notices.warn("an update could not be judged: " + e.getClass().getSimpleName());
            return otherwise;
        }
    }

    private static boolean business(Update update) {
        return switch (update) {
            case Update.Message m -> m.businessConnection() != null;
            case Update.Edited e -> e.businessConnection() != null;
            case Update.Deleted _ -> true;
            default -> false;
        };
    }

    private void run(Key key, Lane lane) {
        try {
            for (List<Update> batch = next(key, lane); batch != null; batch = next(key, lane)) {
                process(batch, key.urgent() ? urgentPlaces : places);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UserError e) {
            onFatal.accept(e); // the store cannot be written
        } catch (RuntimeException e) { // not to be printed: its words may be somebody's
            notices.warn("an error of the program: " + e.getClass().getSimpleName());
        } finally {
            synchronized (this) {
                lane.running = false;
                if (lane.waiting.isEmpty()) {
                    lanes.remove(key, lane);
                }
            }
        }
    }

    /// Waits until what is there may be taken; null where nothing is there, or it ends.
    private @Nullable List<Update> next(Key key, Lane lane) throws InterruptedException {
        while (!ending) {
            long left;
            synchronized (this) {
                if (lane.waiting.isEmpty()) {
                    lanes.remove(key, lane);
                    lane.running = false;
                    return null;
                }
                boolean message = lane.waiting.peek() instanceof Update.Message;
                left = message && !key.urgent() ? lane.ready - pace.nanos() : 0;
                if (left <= 0) {
                    return take(lane, key.urgent());
                }
            }
            pace.sleep(Duration.ofNanos(Math.min(left, SLICE.toNanos())));
        }
        return null;
    }

    /// Messages that follow each other are one batch; everything else, and what is urgent, alone.
    private List<Update> take(Lane lane, boolean alone) {
        List<Update> batch = new ArrayList<>();
        batch.add(lane.waiting.remove());
        while (!alone
                && batch.getFirst() instanceof Update.Message
                && lane.waiting.peek() instanceof Update.Message) {
            batch.add(lane.waiting.remove());
        }
        waiting -= batch.size();
        lane.first = pace.nanos();
        return batch;
    }

    private void process(List<Update> batch, Semaphore turns) throws InterruptedException {
        boolean passes = asked(() -> batch.stream().allMatch(behaviour::passesStop), false);
        keepUp(batch);
        if (!passes && stopped()) {
            inbox.skip(batch, "stopped");
            return;
        }
        if (batch.getFirst() instanceof Update.Other) {
            inbox.handled(batch);
            return;
        }
        List<Update> late = batch.stream().filter(this::tooOld).toList();
        List<Update> now = batch.stream().filter(u -> !tooOld(u)).toList();
        if (!late.isEmpty() && !attempt(late, true, passes, turns)) {
            inbox.skip(late, "too old");
        }
        if (!now.isEmpty() && !attempt(now, false, passes, turns)) {
            for (Update update : now) { // one of them is at fault: the others get their answer
                for (int tries = 0; tries < Inbox.ATTEMPTS && !ending; tries++) {
                    pace.sleep(RETRY);
                    if (attempt(List.of(update), false, passes, turns)) {
                        break;
                    }
                }
            }
        }
    }

    /// What holds for every chat, whoever is answered there.
    private void keepUp(List<Update> batch) {
        for (Update update : batch) {
            switch (update) {
                case Update.Moved m -> store.move(m.from(), m.to());
                case Update.Membership m when m.member() -> store.unpark(m.chat().id());
                case Update.Membership m -> store.park(m.chat().id(), pace.clock().instant());
                case Update.Message m when store.parked(m.chat().id()) ->
                        store.unpark(m.chat().id());
                case Update.Edited e ->
                        store.amend(
                                e.chat().id(),
                                e.businessConnection() != null,
                                e.message(),
                                e.text());
                case Update.Deleted d ->
                        d.messages().forEach(id -> store.amend(d.chat().id(), true, id, null));
                default -> {}
            }
        }
    }

    private boolean tooOld(Update update) {
        Instant sentAt = Inbox.sentAt(update);
        return sentAt != null && sentAt.isBefore(pace.clock().instant().minus(limits.maxAge()));
    }

    /// @return false where it failed and may be tried again
    private boolean attempt(List<Update> batch, boolean late, boolean passes, Semaphore turns)
            throws InterruptedException {
        List<Update> left = inbox.attempt(batch);
        if (left.isEmpty()) {
            return true;
        }
        turns.acquire();
        try {
            return handle(new Decision(this, left, late, passes), left, late);
        } finally {
            turns.release();
        }
    }

    private boolean handle(Decision decision, List<Update> batch, boolean late)
            throws InterruptedException {
        FutureTask<Boolean> task =
                new FutureTask<>(
                        () -> {
                            if (late) {
                                behaviour.missed(batch, decision);
                            } else {
                                behaviour.handle(batch, decision);
                            }
                        },
                        true);
        Thread.ofPlatform().daemon().name("answer").start(task);
        try {
            task.get();
            decision.close();
            return true;
        } catch (ExecutionException e) {
            if (ending) {
                inbox.unattempt(batch);
                return true;
            }
            inbox.failed(batch);
            // the class only: a message may hold what somebody wrote
            Throwable cause = e.getCause() == null ? e : e.getCause();
            notices.warn("an update could not be handled: " + cause.getClass().getSimpleName());
            return false;
        }
    }

    /// Ends it: nothing more is begun, and what is under way is told so by its desk.
    void end() {
        ending = true;
    }

    /// Whether nothing is under way.
    synchronized boolean idle() {
        return lanes.values().stream().noneMatch(lane -> lane.running);
    }

    @Override
    public BotStore store() {
        return store;
    }

    @Override
    public Inbox inbox() {
        return inbox;
    }

    @Override
    public Outbox outbox() {
        return outbox;
    }

    @Override
    public Typing typing(long chat, @Nullable String businessConnection) {
        return new Typing(
                transport, chat, businessConnection, pace, () -> ending || killSwitch.on());
    }

    @Override
    public boolean ending() {
        return ending;
    }

    @Override
    public boolean stopped() {
        return killSwitch.on();
    }
}
