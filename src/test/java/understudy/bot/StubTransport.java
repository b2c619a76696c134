package understudy.bot;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A chat network in memory, that fails as it is told.
final class StubTransport implements ChatTransport {
    /// A message that was taken, or tried.
    record Sent(long chat, String text, long nanos) {}

    final List<Sent> sent = new CopyOnWriteArrayList<>();
    final List<Sent> tried = new CopyOnWriteArrayList<>();
    final List<Long> typed = new CopyOnWriteArrayList<>();
    final List<Long> offsets = new CopyOnWriteArrayList<>();
    final List<Duration> waits = new CopyOnWriteArrayList<>();
    private final Pace pace;
    private final AtomicLong ids = new AtomicLong();
    private final Deque<Supplier<RuntimeException>> failures = new ArrayDeque<>();
    private final Deque<Supplier<List<Update>>> polls = new ArrayDeque<>();
    private boolean beforeLeaving;
    private volatile boolean closed;

    StubTransport(Pace pace) {
        this.pace = pace;
    }

    static Failed failed(Failed.Kind kind) {
        return failed(kind, 0, 0);
    }

    static Failed failed(Failed.Kind kind, int retryAfter, long movedTo) {
        return new Failed(kind, "told to fail: " + kind, retryAfter, movedTo, null);
    }

    /// The next send fails.
    synchronized void failSend(Failed failure) {
        failures.add(() -> failure);
        beforeLeaving = failure.kind() == Failed.Kind.UNREACHABLE;
    }

    /// What the next poll does.
    synchronized void poll(Supplier<List<Update>> poll) {
        polls.add(poll);
    }

    @Override
    public Account me() {
        return new Account(1, "stub");
    }

    @Override
    public List<Update> updates(long offset, Duration wait) {
        offsets.add(offset);
        waits.add(wait);
        Supplier<List<Update>> poll;
        synchronized (this) {
            poll = polls.poll();
        }
        if (poll != null) {
            return poll.get();
        }
        try {
            pace.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(Failed.Kind.NETWORK);
        }
        return List.of();
    }

    @Override
    public long send(Outgoing message, Runnable beforeSend) {
        tried.add(new Sent(message.chat(), message.text(), pace.nanos()));
        Supplier<RuntimeException> failure;
        boolean early;
        synchronized (this) {
            failure = failures.poll();
            early = beforeLeaving;
        }
        if (failure != null && early) {
            throw failure.get();
        }
        beforeSend.run();
        if (failure != null) {
            throw failure.get();
        }
        if (closed) {
            throw failed(Failed.Kind.NETWORK);
        }
        sent.add(new Sent(message.chat(), message.text(), pace.nanos()));
        return ids.incrementAndGet();
    }

    List<String> texts() {
        List<String> texts = new ArrayList<>();
        sent.forEach(s -> texts.add(s.text()));
        return texts;
    }

    @Override
    public void typing(long chat, @Nullable String businessConnection) {
        typed.add(chat);
    }

    @Override
    public void draft(long chat, long draft, String text) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void edit(long chat, long message, String text, List<List<Button>> buttons) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void answerButton(String pressId, String notice) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void react(long chat, long message, String emoji) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void offerCommands(List<CommandEntry> commands, String language) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        closed = true;
    }
}
