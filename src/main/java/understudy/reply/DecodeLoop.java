package understudy.reply;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import understudy.base.UserError;
import understudy.generate.Decoder;
import understudy.generate.Generator;
import understudy.generate.Sequence;

/// The thread that writes. It goes round the texts in the making, a chunk of a prompt or a token
/// each, takes in waiting ones where there is room, and gives a model's memory back when nobody has
/// asked for a while.
///
/// Everything native happens in this thread: the engine is not for use by several.
final class DecodeLoop implements AutoCloseable {
    private final Shelf shelf;
    private final LocalCompleter.Limits limits;
    private final Thread thread;

    private final Semaphore knocks = new Semaphore(0); // something is new

    // guarded by this
    private final FairQueue<Job> waiting = new FairQueue<>();
    private final List<Warming> warming = new ArrayList<>();
    private boolean closed;
    private double secondsEach = 2; // how long a text takes, smoothed

    // the thread's own
    private final List<Writing> writing = new ArrayList<>();

    private volatile Completer.Load load = new Completer.Load(0, 0, 0, 0);

    private record Warming(String model, CompletableFuture<Boolean> done) {}

    /// A text in the making.
    ///
    /// @param since when it was begun, as [System#nanoTime]
    private record Writing(Job job, Decoder decoder, Sequence sequence, long since) {}

    DecodeLoop(Shelf shelf, LocalCompleter.Limits limits) {
        this.shelf = shelf;
        this.limits = limits;
        this.thread = Thread.ofPlatform().daemon().name("engine").start(this::run);
    }

    /// @throws Refusal where too many wait already, or it is closed
    synchronized void submit(Job job) {
        if (closed) {
            throw stopped();
        }
        if (waiting.size() >= limits.waiting()) {
            int seconds = (int) Math.ceil(secondsEach * (waiting.size() + 1) / limits.parallel());
            throw new Refusal(
                    Refusal.Reason.BUSY,
                    "too many texts are waiting to be written",
                    null,
                    "ask again in a moment",
                    Math.clamp(seconds, 1, 120),
                    null);
        }
        waiting.add(job.client, job);
        knocks.release();
    }

    /// @return whether it was still waiting, and now is not
    synchronized boolean withdraw(Job job) {
        return waiting.remove(job.client, job);
    }

    void warm(String model) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        synchronized (this) {
            if (closed) {
                throw stopped();
            }
            warming.add(new Warming(model, done));
            knocks.release();
        }
        try {
            done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UserError known) {
                throw known;
            }
            throw new IllegalStateException("the model did not load", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped();
        }
    }

    Completer.Load load() {
        Completer.Load seen = load;
        synchronized (this) {
            return new Completer.Load(seen.running(), waiting.size(), seen.loaded(), seen.cached());
        }
    }

    private static Refusal stopped() {
        return new Refusal(
                Refusal.Reason.UNAVAILABLE, "it is stopping", null, "ask again later", 5, null);
    }

    private void run() {
        try {
            while (awaitWork()) {
                warmUp();
                takeIn();
                writing.removeIf(text -> !choose(text));
                readPrompts();
                read(List.copyOf(writing));
                tell();
            }
        } finally {
            end();
        }
    }

    /// Waits until there is something to do; unloads the models where that takes long.
    ///
    /// @return false when it is to end
    private boolean awaitWork() {
        long idleSince = System.nanoTime();
        Duration keep = limits.keepAlive();
        while (true) {
            knocks.drainPermits();
            synchronized (this) {
                if (closed) {
                    return false;
                }
                if (!writing.isEmpty() || waiting.size() > 0 || !warming.isEmpty()) {
                    return true;
                }
            }
            boolean stays = keep.isNegative() || shelf.loaded() == 0;
            long left = keep.toNanos() - (System.nanoTime() - idleSince);
            if (!stays && left <= 0) {
                shelf.unload();
                tell();
                continue;
            }
            try {
                if (stays) {
                    knocks.acquire();
                } else {
                    knocks.tryAcquire(left, TimeUnit.NANOSECONDS); // looks again in any case
                }
            } catch (InterruptedException e) {
                return false;
            }
        }
    }

    private void warmUp() {
        List<Warming> now;
        synchronized (this) {
            now = List.copyOf(warming);
            warming.clear();
        }
        for (Warming each : now) {
            try {
                shelf.load(each.model, bases());
                each.done.complete(true);
            } catch (RuntimeException | LinkageError e) {
                each.done.completeExceptionally(e);
            }
        }
    }

    private Set<String> bases() {
        Set<String> bases = new HashSet<>();
        writing.forEach(w -> bases.add(w.decoder.base()));
        return bases;
    }

    private void takeIn() {
        while (writing.size() < limits.parallel()) {
            Job job;
            synchronized (this) {
                Job first = waiting.first();
                if (first == null || !fits(first)) {
                    return;
                }
                waiting.next();
                job = first;
            }
            try {
                Decoder decoder = shelf.load(job.model, bases());
                Sequence sequence = decoder.start(job.prompt, job.options, job.fixed);
                writing.add(new Writing(job, decoder, sequence, System.nanoTime()));
            } catch (RuntimeException | LinkageError e) {
                job.failed(e instanceof UserError known ? unavailable(known) : e);
            }
        }
    }

    /// Whether there is memory for the keys and values of one more text; one always has its place.
    private boolean fits(Job job) {
        long tokens = job.mostTokens();
        for (Writing text : writing) {
            tokens += text.job.mostTokens();
        }
        return writing.isEmpty() || tokens <= limits.tokens();
    }

    private static Refusal unavailable(UserError e) {
        return e instanceof Refusal refusal
                ? refusal
                : new Refusal(
                        Refusal.Reason.UNAVAILABLE, e.what(), e.where(), e.fix(), 0, e.getCause());
    }

    /// Chooses the next token of a text, and tells of it.
    ///
    /// @return whether there is more to write
    private boolean choose(Writing text) {
        Job job = text.job;
        Sequence sequence = text.sequence;
        try {
            if (job.cancelled()) {
                sequence.cancel();
            }
            boolean more = sequence.choose();
            job.wrote(sequence.take(), sequence.takeScores());
            if (more) {
                return true;
            }
            job.ended(sequence.written(), finish(sequence.finish()));
            took((System.nanoTime() - text.since) / 1e9);
        } catch (RuntimeException | LinkageError e) {
            job.failed(e instanceof UserError known ? unavailable(known) : e);
        }
        sequence.close();
        return false;
    }

    /// Reads a chunk of each prompt that has not been read yet. A text begins, or fails, with its
    /// own prompt, not with those of all who came at the same moment.
    private void readPrompts() {
        for (Writing text : List.copyOf(writing)) {
            if (!text.sequence.writing()) {
                read(List.of(text));
                if (writing.contains(text) && text.sequence.writing() && !choose(text)) {
                    writing.remove(text);
                }
            }
        }
    }

    /// Reads what texts want next, those of one base together.
    private void read(List<Writing> wanting) {
        IdentityHashMap<Generator, List<Writing>> byBase = new IdentityHashMap<>();
        for (Writing text : wanting) {
            byBase.computeIfAbsent(text.decoder.generator(), g -> new ArrayList<>()).add(text);
        }
        byBase.forEach((generator, texts) -> {
            try {
                generator.read(texts.stream().map(Writing::sequence).toList());
            } catch (RuntimeException | LinkageError e) {
                for (Writing text : texts) {
                    text.job.failed(e instanceof UserError known ? unavailable(known) : e);
                    text.sequence.close();
                }
                writing.removeAll(texts);
            }
        });
    }

    private static Completion.Finish finish(Generator.@Nullable Finish finish) {
        return switch (finish) {
            case STOP -> Completion.Finish.STOP;
            case LENGTH -> Completion.Finish.LENGTH;
            case null, default -> Completion.Finish.CANCELLED;
        };
    }

    private synchronized void took(double seconds) {
        secondsEach = 0.8 * secondsEach + 0.2 * seconds;
    }

    private void tell() {
        long cached = shelf.remembered();
        for (Writing text : writing) {
            cached += text.sequence.cached();
        }
        load = new Completer.Load(writing.size(), 0, shelf.loaded(), cached);
    }

    private void end() {
        List<Job> left = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Job job = waiting.next(); job != null; job = waiting.next()) {
                left.add(job);
            }
            warming.forEach(each -> each.done.completeExceptionally(stopped()));
        }
        left.forEach(job -> job.failed(stopped()));
        for (Writing text : writing) {
            text.sequence.cancel();
            text.job.wrote(text.sequence.take(), text.sequence.takeScores());
            text.job.ended(text.sequence.written(), Completion.Finish.CANCELLED);
            text.sequence.close();
        }
        writing.clear();
        shelf.close();
        tell();
    }

    /// Ends what is being written, where it is, and frees the memory.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            knocks.release();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
