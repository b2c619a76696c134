package understudy.bot;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;

/// Runs a bot: updates in, the behaviour's decisions, answers out, until it is told to stop.
public final class BotRunner {
    /// How long the parts may take to end, in order: 15 s in all, with some to spare.
    private static final Duration HANDLERS_END = Duration.ofSeconds(6);

    private static final Duration SENDER_ENDS = Duration.ofSeconds(5);
    private static final Duration CALLS_END = Duration.ofSeconds(2);

    private static final Duration PRUNED = Duration.ofHours(6);

    private final Parts parts;
    private final BotListener listener;
    private final Options options;
    private final Pace pace;
    private final RandomGenerator random;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicReference<@Nullable RuntimeException> fatal = new AtomicReference<>();

    /// What a bot consists of. All of it stays the caller's to close, but for the transport, which
    /// is closed when the bot ends.
    public record Parts(
            ChatTransport transport,
            BotStore store,
            Outbox outbox,
            Behaviour behaviour,
            KillSwitch killSwitch) {}

    /// How a bot runs.
    ///
    /// @param maxAge  of a message that is still answered, and of an answer that is still sent
    /// @param perChat messages that wait in one chat at most; the oldest give way
    /// @param inAll   messages that wait in all chats at most
    public record Options(Duration maxAge, int perChat, int inAll) {
        public static final Options STANDARD = new Options(Duration.ofMinutes(10), 50, 2000);
    }

    public BotRunner(Parts parts, BotListener listener, Options options) {
        this(
                parts,
                listener,
                options,
                Pace.REAL,
                RandomGeneratorFactory.of("L64X128MixRandom").create());
    }

    BotRunner(
            Parts parts, BotListener listener, Options options, Pace pace, RandomGenerator random) {
        this.parts = parts;
        this.listener = listener;
        this.options = options;
        this.pace = pace;
        this.random = random;
    }

    /// Runs until [#stop]; returns when everything is put away.
    ///
    /// @throws UserError where going on makes no sense: a wrong token, another program with the
    ///     same one, a store that cannot be written
    public void run() {
        Notices notices = new Notices(listener, pace);
        Inbox inbox = new Inbox(parts.store());
        Sender sender =
                new Sender(parts, listener, notices, pace, random, options.maxAge(), this::fail);
        Dispatcher dispatcher =
                new Dispatcher(
                        parts,
                        inbox,
                        notices,
                        pace,
                        new Dispatcher.Limits(options.maxAge(), options.perChat(), options.inAll()),
                        this::fail);
        Poller poller =
                new Poller(parts.transport(), inbox, dispatcher::accept, notices, pace, random);
        prune();
        sender.start();
        dispatcher.resume();
        Thread polling = Thread.ofVirtual().name("poller").start(() -> poll(poller));
        try {
            while (!stop.await(PRUNED.toMillis(), TimeUnit.MILLISECONDS)) {
                prune();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end(polling, dispatcher, sender);
        RuntimeException cause = fatal.get();
        if (cause != null) {
            throw cause;
        }
    }

    private void prune() {
        parts.store().prune(pace.clock().instant().minus(BotStore.MEMORY));
    }

    private void poll(Poller poller) {
        try {
            poller.run(() -> stop.getCount() == 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void end(Thread polling, Dispatcher dispatcher, Sender sender) {
        polling.interrupt();
        dispatcher.end();
        await(dispatcher::idle, HANDLERS_END);
        sender.end();
        await(sender::idle, SENDER_ENDS);
        parts.transport().close();
        await(() -> sender.idle() && !polling.isAlive(), CALLS_END);
    }

    /// Short looks until it is so, or time is up. In the machine's own time: others wait for it.
    private static void await(BooleanSupplier done, Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        try {
            while (!done.getAsBoolean() && System.nanoTime() < end) {
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(RuntimeException e) {
        fatal.compareAndSet(null, e);
        stop.countDown();
    }

    /// Lets [#run] end, within 15 s: what is being sent is finished, what waits stays for the next
    /// start.
    public void stop() {
        stop.countDown();
    }

    static UserError wrongToken(ChatTransport.Failed e) {
        return new UserError(
                "Telegram does not accept the bot's token",
                e.getMessage(),
                "ask @BotFather for it (/mybots, API Token) and set TELEGRAM_BOT_TOKEN",
                e);
    }
}
