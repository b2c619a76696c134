package understudy.serve.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import understudy.reply.Completer;
import understudy.reply.Completion;
import understudy.reply.Prompt;
import understudy.reply.Refusal;

/// Writes words that its seed decides, at a steady pace, a few texts at a time; more wait in a
/// bounded queue. The prompt `forever` never ends, `flood` never ends and is fast.
final class SlotCompleter implements Completer {
    static final String RUN = "anna-1";
    static final int RETRY_SECONDS = 2;
    private static final int FLOOD_WORD = 4096;

    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger waiting = new AtomicInteger();
    final AtomicInteger cancelled = new AtomicInteger();

    /// Texts that were begun and are no longer written, for whatever reason.
    final AtomicInteger ended = new AtomicInteger();

    /// Prompts whose texts were cancelled, and when, by [System#nanoTime()].
    final Map<String, Long> left = new ConcurrentHashMap<>();

    private final Semaphore slots;
    private final int queue;
    private final long tokenNanos;

    SlotCompleter(int slots, int queue, long tokenMillis) {
        this.slots = new Semaphore(slots, true);
        this.queue = queue;
        this.tokenNanos = tokenMillis * 1_000_000;
    }

    @Override
    public List<ModelInfo> models() {
        return List.of(new ModelInfo(RUN, Kind.RUN, 1_700_000_000, 4096));
    }

    /// The words that `seed` decides.
    static String text(long seed, int tokens) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens; i++) {
            text.append(' ').append(Integer.toString(random.nextInt(46_656), 36));
        }
        return text.toString();
    }

    @Override
    public Completion complete(
            Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier stop) {
        if (waiting.incrementAndGet() > queue + slots.availablePermits()) {
            waiting.decrementAndGet();
            throw new Refusal(
                    Refusal.Reason.BUSY,
                    "too many texts wait",
                    null,
                    "try again later",
                    RETRY_SECONDS,
                    null);
        }
        boolean mine = false;
        while (!mine && !stop.getAsBoolean()) {
            mine = slots.tryAcquire();
            LockSupport.parkNanos(mine ? 0 : 1_000_000);
        }
        waiting.decrementAndGet();
        if (!mine) {
            cancelled(task);
            return new Completion("", 0, 0, 0, Completion.Finish.CANCELLED, List.of());
        }
        running.incrementAndGet();
        try {
            return write(task, onPiece, stop);
        } finally {
            running.decrementAndGet();
            ended.incrementAndGet();
            slots.release();
        }
    }

    private Completion write(Task task, Consumer<Completion.Piece> onPiece, BooleanSupplier stop) {
        String prompt = prompt(task.prompt());
        boolean flood = prompt.contains("flood");
        boolean endless = flood || prompt.contains("forever");
        Random random = new Random(task.options().seed());
        List<String> words = new ArrayList<>();
        int done = 0;
        while (endless || done < task.options().maxTokens()) {
            if (!flood) {
                LockSupport.parkNanos(tokenNanos);
            }
            if (stop.getAsBoolean()) {
                cancelled(task);
                return completion(words, done, Completion.Finish.CANCELLED);
            }
            String word =
                    flood
                            ? " " + "x".repeat(FLOOD_WORD)
                            : " " + Integer.toString(random.nextInt(46_656), 36);
            if (!endless) {
                words.add(word);
            }
            onPiece.accept(new Completion.Piece(word, List.of()));
            done++;
        }
        return completion(words, done, Completion.Finish.LENGTH);
    }

    private void cancelled(Task task) {
        left.put(prompt(task.prompt()), System.nanoTime());
        cancelled.incrementAndGet();
    }

    private static String prompt(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Raw raw -> raw.text();
            case Prompt.Ids ids -> ids.toString();
            case Prompt.Chat chat -> chat.lines().toString();
        };
    }

    private static Completion completion(List<String> words, int done, Completion.Finish finish) {
        return new Completion(String.join("", words), 5, done, 0, finish, List.of());
    }

    @Override
    public int count(String model, String text) {
        return text.length();
    }

    @Override
    public Load load() {
        return new Load(running.get(), waiting.get(), 1, 0);
    }

    @Override
    public void close() {}
}
