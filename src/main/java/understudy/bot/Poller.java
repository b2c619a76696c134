package understudy.bot;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import understudy.base.ExitCode;
import understudy.base.UserError;

/// Asks for updates for ever: takes them in, hands them on, asks again.
///
/// Nothing ends it but a stop, a wrong token, another program that takes the updates, or a store
/// that cannot be written.
final class Poller {
    /// Tries with a wait of half a minute in all, longer than another poller's last request lives.
    private static final int CONFLICTS = 8;

    private static final Duration WAIT = Duration.ofSeconds(50);

    /// Pause after an answer that came at once and brought nothing new: the next would, too.
    private static final Duration EMPTY_PAUSE = Duration.ofSeconds(1);

    private final ChatTransport transport;
    private final Inbox inbox;
    private final Consumer<List<Update>> handOn;
    private final Notices notices;
    private final Pace pace;
    private final Backoff backoff;
    private ChatTransport.@Nullable Account account;
    private boolean connected;
    private long outageStart;
    private int conflicts;

    Poller(
            ChatTransport transport,
            Inbox inbox,
            Consumer<List<Update>> handOn,
            Notices notices,
            Pace pace,
            RandomGenerator random) {
        this.transport = transport;
        this.inbox = inbox;
        this.handOn = handOn;
        this.notices = notices;
        this.pace = pace;
        this.backoff = new Backoff(random);
    }

    /// Polls until `stopped`, or until this thread is interrupted.
    ///
    /// @throws UserError where going on makes no sense
    void run(BooleanSupplier stopped) throws InterruptedException {
        while (!stopped.getAsBoolean()) {
            Duration pause = round(stopped);
            if (!pause.isZero() && !stopped.getAsBoolean()) {
                pace.sleep(pause);
            }
        }
    }

    /// @return how long to wait before the next round
    private Duration round(BooleanSupplier stopped) {
        List<Update> updates;
        long asked = pace.nanos();
        // The first one comes back at once, so that whoever waits learns that it is connected. Not
        // where two programs poll: it would always succeed, and hide that the long ones do not.
        Duration wait = connected || conflicts > 0 ? WAIT : Duration.ZERO;
        try {
            if (account == null) {
                account = transport.me();
            }
            updates = transport.updates(inbox.offset(), wait);
        } catch (ChatTransport.Failed e) {
            return stopped.getAsBoolean() ? Duration.ZERO : failed(e);
        } catch (UserError e) {
            throw e;
        } catch (RuntimeException e) {
            return outage("an error of the program: " + e.getClass().getSimpleName());
        }
        conflicts = 0;
        backoff.reset();
        if (!connected) {
            connected = true;
            notices.connected(account);
        }
        List<Update> fresh = inbox.receive(updates, pace.clock().instant());
        if (!fresh.isEmpty()) {
            handOn.accept(fresh);
        }
        boolean atOnce = pace.nanos() - asked < EMPTY_PAUSE.toNanos();
        boolean empty = fresh.isEmpty() && !wait.isZero();
        return empty && atOnce ? EMPTY_PAUSE : Duration.ZERO;
    }

    private Duration failed(ChatTransport.Failed e) {
        return switch (e.kind()) {
            case TOKEN -> throw BotRunner.wrongToken(e);
            case CONFLICT -> conflict(e);
            case FLOOD -> {
                outage(e.getMessage());
                yield Duration.ofSeconds(Math.max(1, e.retryAfter()));
            }
            default -> outage(e.getMessage());
        };
    }

    private Duration conflict(ChatTransport.Failed e) {
        conflicts++;
        if (conflicts < CONFLICTS) {
            return outage("another program is reading this bot's updates");
        }
        throw new UserError(
                "another program reads this bot's updates: two at a time cannot",
                e.getMessage(),
                "end it, delete its webhook, or make a second bot with @BotFather; where nobody"
                        + " knows of one, make a new token there, since yours is in other hands",
                ExitCode.USER,
                e);
    }

    private Duration outage(@Nullable String why) {
        if (connected || backoff.failures() == 0) {
            connected = false;
            outageStart = pace.nanos();
        }
        notices.reconnecting(String.valueOf(why), Duration.ofNanos(pace.nanos() - outageStart));
        return backoff.next();
    }
}
