package understudy.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import understudy.base.UserError;
import understudy.chat.Role;
import understudy.generate.GenerateOptions;
import understudy.tensor.Scopes;
import understudy.text.Line;

class LocalCompleterTest {
    private static final LocalDate DAY = LocalDate.of(2024, 5, 1);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int ROUNDS = 8;

    private final TinyShelf shelf = new TinyShelf();
    private final List<Completer> open = new ArrayList<>();

    private LocalCompleter completer(int parallel, int waiting, Duration keepAlive) {
        LocalCompleter made =
                new LocalCompleter(
                        shelf, new LocalCompleter.Limits(parallel, waiting, 1024, 2048, keepAlive));
        open.add(made);
        return made;
    }

    @AfterEach
    void close() {
        open.forEach(Completer::close);
    }

    private static Completer.Task task(String model, String text, int tokens, long seed) {
        GenerateOptions options =
                new GenerateOptions.Builder().maxTokens(tokens).temperature(1).seed(seed).build();
        return new Completer.Task(model, new Prompt.Raw(text), options, true, "c" + seed);
    }

    private static Completion write(Completer completer, Completer.Task task) {
        return completer.complete(task, piece -> {}, () -> false);
    }

    private static Prompt.Chat chat(int most, boolean shorten, String... said) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < said.length; i++) {
            Role role = (said.length - i) % 2 == 1 ? Role.USER : Role.ASSISTANT;
            lines.add(Line.of(role, said[i]));
        }
        return new Prompt.Chat(lines, Voice.Partner.STRANGER, DAY, List.of(), most, shorten);
    }

    private static Completer.Task task(Prompt prompt) {
        GenerateOptions options = new GenerateOptions.Builder().maxTokens(5).build();
        return new Completer.Task("", prompt, options, true, "c");
    }

    @Test
    void sixteenAtOnceEachGetTheTextTheyGetAlone() throws Exception {
        LocalCompleter completer = completer(3, 64, LONG);
        List<Completer.Task> tasks = new ArrayList<>();
        List<String> alone = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Completer.Task task =
                    task(i % 3 == 0 ? "base" : "robin", "cat " + "lake ".repeat(i), 24, i);
            tasks.add(task);
            alone.add(write(completer, task).text());
        }
        assertThat(alone.stream().distinct().count()).isGreaterThan(12);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> together = new ArrayList<>();
            for (Completer.Task task : tasks) {
                StringBuilder pieces = new StringBuilder();
                together.add(
                        threads.submit(() -> {
                            Completion done =
                                    completer.complete(
                                            task, p -> pieces.append(p.text()), () -> false);
                            assertThat(pieces.toString()).isEqualTo(done.text());
                            return done.text();
                        }));
            }
            for (int i = 0; i < 16; i++) {
                assertThat(together.get(i).get()).as("task %d", i).isEqualTo(alone.get(i));
            }
        }
        assertThat(shelf.loads).hasValue(1);
    }

    @Test
    void aSeedGivesTheSameTextWhateverWasSaidBefore() {
        LocalCompleter completer = completer(1, 4, LONG);
        Completer.Task task = task("robin", "the boat and the key and the lake", 20, 3);
        String first = write(completer, task).text();
        write(completer, task("robin", "the boat and the key and", 20, 4));
        assertThat(write(completer, task).text()).isEqualTo(first);
    }

    @Test
    void aRunAndItsBaseAnswerDifferently() {
        LocalCompleter completer = completer(1, 4, LONG);
        assertThat(write(completer, task("robin", "soup", 20, 1)).text())
                .isNotEqualTo(write(completer, task("base", "soup", 20, 1)).text());
        assertThat(write(completer, task("", "soup", 20, 1)).text())
                .isEqualTo(write(completer, task("robin", "soup", 20, 1)).text());
    }

    @Test
    void aCallerWhoLeavesEndsTheTextAndFreesThePlace() {
        LocalCompleter completer = completer(1, 4, LONG);
        AtomicInteger pieces = new AtomicInteger();
        Completion ended =
                completer.complete(
                        task("robin", "bread", 900, 1),
                        piece -> pieces.incrementAndGet(),
                        () -> pieces.get() >= 3);
        assertThat(ended.finish()).isEqualTo(Completion.Finish.CANCELLED);
        assertThat(ended.tokens()).isBetween(3, 800);
        assertThatThrownBy(() ->
                        completer.complete(
                                task("robin", "bread", 900, 1),
                                piece -> {
                                    throw new IllegalStateException("the socket is closed");
                                },
                                () -> false))
                .hasMessage("the socket is closed");
        assertThat(write(completer, task("robin", "bread", 5, 1)).tokens()).isEqualTo(5);
        await().until(() -> completer.load().running() == 0);
    }

    /// Rounds of callers who leave at a token that a seed chooses, beside one who stays: what a
    /// round leaves behind would be there after every one of them.
    @Test
    void fiveHundredWhoLeaveDisturbNobodyAndLeaveNothing() throws Exception {
        LocalCompleter completer = completer(3, 64, LONG);
        Completer.Task staying = task("robin", "the lake and the boat and the key", 200, 5);
        String alone = write(completer, staying).text();
        leave(completer, 100, ROUNDS, staying, alone);
        long alive = Scopes.alive();
        double least = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least > 1024; round++) {
            long resident = residentBytes();
            leave(completer, 500, round, staying, alone);
            double each = (residentBytes() - resident) / 500.0;
            least = Math.min(least, each);
            System.out.printf(
                    "500 who left: %+d native objects, %+.2f KiB of memory each%n",
                    Scopes.alive() - alive, each / 1024);
        }
        assertThat(Scopes.alive()).isLessThanOrEqualTo(alive + 10);
        // the heap and the compiler move it, too, but not up in every round
        assertThat(least).as("bytes each").isLessThanOrEqualTo(1024);
    }

    private static void leave(
            LocalCompleter completer, int count, long seed, Completer.Task staying, String alone)
            throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger stayed = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> neighbour =
                    threads.submit(() -> {
                        do {
                            assertThat(write(completer, staying).text()).isEqualTo(alone);
                            stayed.incrementAndGet();
                        } while (!over.get());
                    });
            List<Future<?>> lanes = new ArrayList<>();
            for (int lane = 0; lane < 2; lane++) {
                Random random = new Random(seed * 2 + lane);
                lanes.add(
                        threads.submit(() -> {
                            for (int i = 0; i < count / 2; i++) {
                                leave(completer, random);
                            }
                        }));
            }
            for (Future<?> lane : lanes) {
                lane.get();
            }
            over.set(true);
            neighbour.get();
        }
        assertThat(stayed.get()).isPositive();
        await().until(() -> completer.load().running() == 0);
    }

    private static void leave(LocalCompleter completer, Random random) {
        int most = random.nextInt(8);
        AtomicInteger pieces = new AtomicInteger();
        Completion left =
                completer.complete(
                        task(random.nextBoolean() ? "robin" : "base", "bread", 500, 1),
                        piece -> pieces.incrementAndGet(),
                        () -> pieces.get() >= most);
        assertThat(left.finish()).isEqualTo(Completion.Finish.CANCELLED);
    }

    /// Of this process, after a collection; 0 where the system does not say.
    private static long residentBytes() throws IOException {
        System.gc();
        Path memory = Path.of("/proc/self/statm"); // pages: all, resident, ...
        return Files.exists(memory)
                ? 4096 * Long.parseLong(Files.readString(memory).split(" ")[1])
                : 0;
    }

    @Test
    void whoWaitsCanLeaveAndWhoComesTooLateIsToldWhenToComeAgain() throws Exception {
        LocalCompleter completer = completer(1, 1, LONG);
        CountDownLatch gate = new CountDownLatch(1);
        shelf.gate = gate;
        AtomicBoolean secondGone = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Completion> first =
                    threads.submit(() -> write(completer, task("robin", "key", 5, 1)));
            await().until(() -> shelf.atTheGate.get() == 1);
            Future<Completion> second =
                    threads.submit(() ->
                            completer.complete(
                                    task("robin", "cat", 10, 2), piece -> {}, secondGone::get));
            await().until(() -> completer.load().waiting() == 1);
            assertThatThrownBy(() -> write(completer, task("robin", "lake", 5, 3)))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            refusal -> {
                                assertThat(refusal.reason()).isEqualTo(Refusal.Reason.BUSY);
                                assertThat(refusal.retryAfter()).isBetween(1, 120);
                            });
            secondGone.set(true);
            assertThat(second.get().finish()).isEqualTo(Completion.Finish.CANCELLED);
            assertThat(second.get().tokens()).isZero();
            assertThat(completer.load().waiting()).isZero();
            gate.countDown();
            assertThat(first.get().tokens()).isEqualTo(5);
        } finally {
            gate.countDown();
        }
    }

    @Test
    void anUnusedModelLeavesMemoryAndComesBack() {
        LocalCompleter completer = completer(1, 4, Duration.ofMillis(1));
        String text = write(completer, task("robin", "plums", 8, 1)).text();
        await().until(() -> completer.load().loaded() == 0);
        assertThat(write(completer, task("robin", "plums", 8, 1)).text()).isEqualTo(text);
        assertThat(shelf.loads.get()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aModelCanBeLoadedAheadAndOneThatDoesNotLoadSaysWhy() {
        LocalCompleter completer = completer(1, 4, LONG);
        completer.warm("robin");
        assertThat(shelf.loads).hasValue(1);
        assertThatThrownBy(() -> completer.warm("broken")).hasMessageContaining("damaged");
        assertThatThrownBy(() -> write(completer, task("broken", "cat", 5, 1)))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.reason()).isEqualTo(Refusal.Reason.UNAVAILABLE));
        assertThatThrownBy(() -> write(completer, task("nobody", "cat", 5, 1)))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.reason()).isEqualTo(Refusal.Reason.UNKNOWN_MODEL));
    }

    @Test
    void whatDoesNotFitIsRefusedOrShortenedAndTold() {
        LocalCompleter completer = completer(1, 4, LONG);
        String[] said = new String[40];
        for (int i = 0; i < said.length; i++) {
            said[i] = "soup and bread and a boat, number " + i;
        }
        assertThatThrownBy(() -> write(completer, task(chat(200, false, said))))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.reason()).isEqualTo(Refusal.Reason.TOO_LONG));
        Completion shortened = write(completer, task(chat(200, true, said)));
        assertThat(shortened.left()).isBetween(20, 39);
        assertThat(shortened.promptTokens()).isLessThanOrEqualTo(200);
        assertThat(write(completer, task(chat(0, false, "short"))).left()).isZero();
        String endless = "bread ".repeat(3000);
        for (Prompt prompt : List.of(chat(0, true, endless), new Prompt.Raw(endless))) {
            assertThatThrownBy(() -> write(completer, task(prompt)))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            r -> assertThat(r.reason()).isEqualTo(Refusal.Reason.TOO_LONG));
        }
    }

    @Test
    void idsThatAreNoneAreRefused() {
        LocalCompleter completer = completer(1, 4, LONG);
        for (List<Integer> ids : List.of(List.<Integer>of(), List.of(-1), List.of(373))) {
            assertThatThrownBy(() -> write(completer, task(new Prompt.Ids(ids))))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            r -> assertThat(r.reason()).isEqualTo(Refusal.Reason.INVALID));
        }
        GenerateOptions biased =
                new GenerateOptions.Builder().logitBias(java.util.Map.of(373, 1.0)).build();
        assertThatThrownBy(() ->
                        write(
                                completer,
                                new Completer.Task("", new Prompt.Raw("x"), biased, true, "c")))
                .isInstanceOf(Refusal.class);
        assertThat(write(completer, task(new Prompt.Ids(List.of(5, 6)))).promptTokens())
                .isEqualTo(2);
    }

    /// The first line of the run, then facts, then what the caller's system lines say, as one line.
    @Test
    void aPromptIsWrittenAsInTraining() {
        LocalCompleter completer = completer(1, 4, LONG);
        List<Line> lines =
                List.of(
                        Line.of(Role.SYSTEM, "Be short."),
                        Line.of(Role.USER, "<|im_end|>did you see the lake?"));
        Prompt.Chat chat =
                new Prompt.Chat(
                        lines,
                        new Voice.Partner("Kim", null),
                        DAY,
                        List.of("Kim has a boat."),
                        0,
                        false);
        List<Line> expected =
                List.of(
                        Line.of(Role.SYSTEM, "Robin writes to Kim.\nKim has a boat.\nBe short."),
                        lines.get(1));
        int[] ids =
                new PromptBuilder(shelf.encoder(), shelf.speaker("").voice(), 900)
                        .build(chat)
                        .ids();
        assertThat(ids).isEqualTo(shelf.encoder().prompt(expected));
        assertThat(write(completer, task(chat)).promptTokens()).isEqualTo(ids.length);
    }

    /// Only the name of a control token in a raw prompt is one; as a stop text it ends the text.
    @Test
    void rawTextMayNameControlTokensAndStopsMayToo() {
        LocalCompleter completer = completer(1, 4, LONG);
        int plain = completer.count("robin", "x");
        assertThat(completer.count("robin", "x<|im_end|>")).isEqualTo(plain + 1);
        Random random = new Random(2);
        GenerateOptions options =
                new GenerateOptions.Builder()
                        .maxTokens(50)
                        .stopStrings(List.of("<|im_start|>"))
                        .logitBias(java.util.Map.of(control("<|im_start|>"), 100.0))
                        .seed(random.nextLong())
                        .build();
        Completion done =
                write(
                        completer,
                        new Completer.Task("robin", new Prompt.Raw("x"), options, true, "c"));
        assertThat(done.finish()).isEqualTo(Completion.Finish.STOP);
        assertThat(done.text()).isEmpty();
    }

    private int control(String literal) {
        return shelf.encoder().tokenizer().control(literal).orElseThrow();
    }

    @Test
    void closingEndsWhatIsWritten() throws Exception {
        LocalCompleter completer = completer(1, 4, LONG);
        CountDownLatch begun = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Completion> text =
                    threads.submit(() ->
                            completer.complete(
                                    task("robin", "garden", 1000, 1),
                                    piece -> begun.countDown(),
                                    () -> false));
            begun.await();
            completer.close();
            assertThat(text.get()).isNotNull();
        }
        assertThat(shelf.loaded()).isZero();
        assertThatThrownBy(() -> write(completer, task("robin", "cat", 1, 1)))
                .isInstanceOf(UserError.class);
    }
}
