package understudy.bot;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Shows in a chat that somebody types, from its making until it is closed.
///
/// The network shows it for some five seconds, so it is told again in time. Where it does not want
/// to, nobody is the worse for it: the first failure ends the showing.
public final class Typing implements AutoCloseable {
    private static final Duration AGAIN = Duration.ofSeconds(4);

    private volatile boolean closed;
    private final Thread thread;

    /// @param cancelled ends it, too
    Typing(
            ChatTransport transport,
            long chat,
            @Nullable String businessConnection,
            Pace pace,
            BooleanSupplier cancelled) {
        this.thread =
                Thread.ofVirtual()
                        .name("typing")
                        .start(() -> {
                            try {
                                while (!closed && !cancelled.getAsBoolean()) {
                                    transport.typing(chat, businessConnection);
                                    pace.sleep(AGAIN);
                                }
                            } catch (RuntimeException e) {
                                closed = true; // no matter what it was
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
