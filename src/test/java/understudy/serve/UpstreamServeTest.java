package understudy.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import understudy.chat.Role;
import understudy.generate.GenerateOptions;
import understudy.generate.TokenScore;
import understudy.reply.Completer.Task;
import understudy.reply.Completion;
import understudy.reply.Prompt;
import understudy.reply.Refusal;
import understudy.reply.UpstreamCompleter;
import understudy.reply.UpstreamConfig;
import understudy.reply.Voice;
import understudy.text.Line;

/// Our own server as the other server.
class UpstreamServeTest {
    private static final GenerateOptions OPTIONS =
            new GenerateOptions.Builder().topK(7).minP(0.1).stopStrings(List.of("END")).build();

    private final TestServer server = new TestServer();
    private final UpstreamCompleter completer = completer(FakeCompleter.RUN);
    private final List<Completion.Piece> pieces = new ArrayList<>();

    private UpstreamCompleter completer(String model) {
        UpstreamConfig config = UpstreamConfig.of(server.server.url()).withModel(model);
        return new UpstreamCompleter(config, new Voice("Ada", "{me} writes to {person}."), null);
    }

    @AfterEach
    void stop() {
        completer.close();
        server.close();
    }

    private static Prompt chat(String text) {
        return new Prompt.Chat(
                List.of(Line.of(Role.USER, text)),
                new Voice.Partner("Bo", null),
                LocalDate.of(2026, 3, 7),
                List.of(),
                0,
                true);
    }

    private Completion ask(UpstreamCompleter by, Prompt prompt, GenerateOptions options) {
        return by.complete(new Task("", prompt, options, true, "c"), pieces::add, () -> false);
    }

    @Test
    void chatsArriveWithTheirOptions() {
        Completion done = ask(completer, chat("Tea?"), OPTIONS);
        assertThat(done.text()).isEqualTo("So far so good.");
        assertThat(done.finish()).isEqualTo(Completion.Finish.STOP);
        assertThat(done.promptTokens()).isEqualTo(7);
        assertThat(done.tokens()).isEqualTo(4);
        assertThat(pieces).hasSizeGreaterThan(1);
        Task arrived = server.completer.tasks.getLast();
        assertThat(arrived.model()).isEqualTo(FakeCompleter.RUN);
        assertThat(arrived.options().seed()).isEqualTo(42);
        assertThat(arrived.options().temperature()).isEqualTo(OPTIONS.temperature());
        assertThat(arrived.options().topP()).isEqualTo(OPTIONS.topP());
        assertThat(arrived.options().stopStrings()).contains("END");
        assertThat(arrived.options().repetitionPenalty()).isEqualTo(1.05);
        Prompt.Chat chat = (Prompt.Chat) arrived.prompt();
        assertThat(chat.lines().getLast().content()).isEqualTo("Tea?");
        assertThat(chat.lines().getFirst().content() + chat.facts()).contains("Ada writes to Bo.");
        assertThat(server.faults).isEmpty();
    }

    @Test
    void promptsAndScoresArrive() {
        GenerateOptions scored = new GenerateOptions.Builder(OPTIONS).topLogprobs(2).build();
        Completion done = ask(completer, new Prompt.Raw("<|im_start|>x"), scored);
        assertThat(done.text()).isEqualTo("So far so good.");
        assertThat(server.completer.raw()).isEqualTo("<|im_start|>x");
        assertThat(done.scores()).hasSize(4);
        TokenScore first = done.scores().getFirst();
        assertThat(first.text()).isEqualTo("So");
        assertThat(first.logprob()).isEqualTo(-0.25);
        assertThat(first.top()).hasSize(2);
        assertThat(ask(completer, chat("Tea?"), scored).scores()).hasSize(4);
    }

    @Test
    void lengthArrives() {
        GenerateOptions two = new GenerateOptions.Builder(OPTIONS).maxTokens(2).build();
        Completion done = ask(completer, chat("Tea?"), two);
        assertThat(done.text()).isEqualTo("So far");
        assertThat(done.finish()).isEqualTo(Completion.Finish.LENGTH);
    }

    @Test
    void refusalsKeepTheirReasons() {
        for (Refusal.Reason reason :
                List.of(
                        Refusal.Reason.TOO_LONG,
                        Refusal.Reason.INVALID,
                        Refusal.Reason.UPSTREAM,
                        Refusal.Reason.UNKNOWN_MODEL)) {
            server.completer.failure = new Refusal(reason, "SECRET", null, "SECRET");
            Refusal refusal =
                    catchThrowableOfType(
                            Refusal.class, () -> ask(completer, chat("Tea?"), OPTIONS));
            assertThat(refusal.reason()).isEqualTo(reason);
            assertThat(refusal.what() + refusal.fix()).doesNotContain("SECRET");
        }
        server.completer.failure =
                new Refusal(Refusal.Reason.BUSY, "SECRET", null, "SECRET", 55, null);
        Refusal busy =
                catchThrowableOfType(Refusal.class, () -> ask(completer, chat("Tea?"), OPTIONS));
        assertThat(busy.reason()).isEqualTo(Refusal.Reason.BUSY);
        assertThat(busy.retryAfter()).isEqualTo(55);
    }

    @Test
    void severalModelsAreListed() {
        try (UpstreamCompleter any = completer("")) {
            Refusal refusal =
                    catchThrowableOfType(Refusal.class, () -> ask(any, chat("Tea?"), OPTIONS));
            assertThat(refusal.reason()).isEqualTo(Refusal.Reason.UNKNOWN_MODEL);
            assertThat(refusal.fix()).contains(FakeCompleter.RUN, FakeCompleter.BASE);
        }
        assertThat(completer.models().getFirst().context()).isEqualTo(FakeCompleter.CONTEXT);
    }

    /// Giving up here ends the work there.
    @Test
    void givingUpReachesTheOtherServer() throws Exception {
        server.completer.endless = true;
        AtomicBoolean cancelled = new AtomicBoolean();
        GenerateOptions many = new GenerateOptions.Builder(OPTIONS).maxTokens(90).build();
        server.completer.beforeToken =
                () -> {
                    if (pieces.size() > 3) {
                        await().atMost(10, TimeUnit.SECONDS).until(cancelled::get);
                    }
                };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Completion> coming =
                    threads.submit(() ->
                            completer.complete(
                                    new Task("", chat("Tea?"), many, true, "c"),
                                    pieces::add,
                                    cancelled::get));
            await().until(() -> pieces.size() > 3);
            cancelled.set(true);
            assertThat(coming.get().finish()).isEqualTo(Completion.Finish.CANCELLED);
        }
        await().until(() -> server.completer.running.get() == 0);
    }
}
